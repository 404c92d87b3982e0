"""The CapabilityStatement lists every operation that there is a route for, and no other.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from pathlib import Path
from typing import Any

from app.api.fhir.app import fhir_app
from app.interop.fhir.definitions import definitions
from app.interop.fhir.definitions.operations import operations
from tests.api.fhir.trial import Trial, research_subject
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


def test_what_is_asked_by_post_is_what_is_asked_by_get(trial: Trial) -> None:
    study, measure = trial.door.study_reference(), trial.measure("OS")
    period = {"periodStart": "2023-01-01", "periodEnd": "2024-12-31"}
    for name, asked in (
        (f"{study}/$everything", {"_type": "Patient", "_count": 100}),
        (f"{study}/$derive", {"endpoint": "OS", "curve": True, "level": 0.9}),
        (f"{research_subject(trial.door)}/$trial-status", {"cutoff": "2024-04-25"}),
        (f"{measure}/$evaluate-measure", {**period, "subject": {"reference": research_subject(trial.door)}}),
    ):
        sent = {"resourceType": "Parameters", "parameter": [_parameter(*pair) for pair in asked.items()]}
        query = {key: value["reference"] if isinstance(value, dict) else value for key, value in asked.items()}
        posted = trial.door.request("POST", f"/fhir/{name}", json=sent)
        assert (posted.status_code, posted.json()) == (200, trial.get(name, **query)), name
        wrong = {"resourceType": "Parameters", "parameter": [{"name": "colour", "valueString": "red"}]}
        for body in (wrong, {"resourceType": "Patient"}, {**sent, "parameter": [{"name": "cutoff"}]}):
            refused = trial.door.request("POST", f"/fhir/{name}", json=body)
            assert (refused.status_code, refused.json()["resourceType"]) == (400, "OperationOutcome"), name


def _parameter(name: str, value: Any) -> dict[str, Any]:
    kinds = {str: "valueString", int: "valueInteger", bool: "valueBoolean", float: "valueDecimal"}
    return {"name": name, kinds.get(type(value), "valueReference"): value}
