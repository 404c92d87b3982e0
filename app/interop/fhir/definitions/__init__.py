"""What this project defines in FHIR: extensions, profiles, terminology, operations and searches, out of its tables.

https://hl7.org/fhir/R4/conformance-module.html
"""

from __future__ import annotations

from typing import Any

from app.interop.fhir.definitions.extensions import extension_definitions
from app.interop.fhir.definitions.operations import operation_definitions
from app.interop.fhir.definitions.profiles import profile_definitions
from app.interop.fhir.definitions.search_parameters import search_parameter_definitions
from app.interop.fhir.definitions.terminology import code_system, value_set_definitions
from app.interop.fhir.invariants import Release


def definitions(release: Release = "R4") -> list[dict[str, Any]]:
    """Every definition as JSON of the release, each (resource type, id) once; new objects at every call.

    The canonical addresses are those that stand in the resources: they are names, the same on every server.
    """
    return [
        *extension_definitions(release),
        *profile_definitions(release),
        code_system(),
        *value_set_definitions(),
        *operation_definitions(),
        *search_parameter_definitions(release),
    ]
