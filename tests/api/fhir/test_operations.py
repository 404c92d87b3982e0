"""The CapabilityStatement lists every operation that there is a route for, and no other.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from pathlib import Path
from typing import Any

from app.api.fhir.app import fhir_app
from app.interop.fhir.definitions import definitions
from app.interop.fhir.definitions.operations import operations
from tests.journeys.door import open_door


def test_every_operation_is_listed_and_has_a_route(tmp_path: Path) -> None:
    with open_door(tmp_path) as door:
        paths = [getattr(route, "path", "") for route in fhir_app(door.services).routes]
        rest = door.get("/fhir/metadata").json()["rest"][0]
    routed = {path.rpartition("$")[2] for path in paths if "$" in path}
    listed: list[Any] = [*rest["operation"], *(one for item in rest["resource"] for one in item.get("operation", []))]
    assert {one["name"] for one in listed} == routed
    assert {one["definition"] for one in listed} == {item.definition for item in operations()}


def test_those_of_our_own_are_defined() -> None:
    defined = {one["url"] for one in definitions() if one["resourceType"] == "OperationDefinition"}
    assert defined == {item.definition for item in operations() if item.own}
    assert defined
