"""Readers of FHIR: resources in, records out.

https://hl7.org/fhir/R4/resourcelist.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.interop.fhir.read.reading import Reading, Unused


def read(resources: Sequence[dict[str, Any]]) -> tuple[list[Reading], list[Unused]]:
    """The records that these resources say, and the resources that say none. resources: R4, with type and id."""
    return [], [Unused(item["resourceType"], item["id"], "no reader for this type yet") for item in resources]
