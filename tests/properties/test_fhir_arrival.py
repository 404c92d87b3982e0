"""What a hospital's system pushes ends alike, however its resources are cut into Bundles, ordered and repeated.

docs/fhir-intake.md
"""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.journeys.door import Door, open_door
from tests.journeys.ehr import Json, anc, bundle, infusion, patient, push, research_subject, stamped

WRONG = "entered-in-error"
studies = (f"pushed-{number}" for number in count())


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with open_door(tmp_path_factory.mktemp("pushed")) as found:
        yield found


def moment(hour: int) -> str:
    return f"2024-06-01T{hour:02}:00:00Z"


def deletion(reference: str, hour: int) -> Json:
    told = {"status": "204", "lastModified": moment(hour)}
    return {"request": {"method": "DELETE", "url": reference}, "response": told}


def response(hour: int, status: str, **elements: Any) -> Json:
    """A remission, with the day of the hour as its date."""
    code = {"coding": [{"system": "http://loinc.org", "code": "97509-4"}]}
    value = {"coding": [{"system": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "code": "C4870"}]}
    said = {"code": code, "effectiveDateTime": f"2024-02-{hour:02}", "valueCodeableConcept": value}
    whose = {"subject": {"reference": "Patient/1"}}
    return {"resourceType": "Observation", "id": "cr", "status": status, **said, **whose, **elements}


# Everything that is ever sent: several versions of each resource, each with its own time.
def everything(study: str) -> list[Json]:
    joined = research_subject(study={"identifier": {"value": study}})
    resources = [
        stamped(patient(), moment(1), "1"),
        stamped(patient(deceasedDateTime="2024-09-01"), moment(5), "2"),
        stamped({**joined, "actualArm": "DL1"}, moment(2), "1"),
        stamped({**joined, "actualArm": "DL2"}, moment(4), "2"),
        stamped(infusion(day="2024-03-01"), moment(3), "1"),
        stamped(infusion(day="2024-03-02"), moment(3), "2"),
        stamped(anc("o-1", 0.3), moment(1), "1"),
        stamped(anc("o-1", 0.4), moment(6), "2"),
        stamped(anc("o-1", 0.4, status=WRONG), moment(7), "3"),
        stamped(anc("o-2", 0.5, "2024-03-06"), moment(2), "1"),
        stamped(anc("o-2", 0.6, "2024-03-06"), moment(2), "1"),
        stamped(anc("o-3", 0.7, "2024-03-07"), moment(3), "1"),
        stamped(anc("o-4", 0.8, "2024-03-08"), moment(9), "4"),
        stamped(anc("o-9", 0.9, of="Patient/nobody"), moment(1), "1"),
        stamped(response(10, "final"), moment(1), "1"),
        stamped(response(11, "amended"), moment(3), "2"),
    ]
    return [{"resource": one} for one in resources] + [
        deletion("Observation/o-3", 4),
        deletion("Observation/o-4", 4),
    ]


SIZE = len(everything("x"))
whole = st.permutations(range(SIZE))
again = st.lists(st.integers(0, SIZE - 1), max_size=6)
cuts = st.lists(st.integers(1, SIZE), max_size=5)


def pushed(door: Door, order: list[int], at: list[int]) -> object:
    """The state after these entries, in Bundles that end where they are cut."""
    study = next(studies)
    door.put_study(study, "A")
    entries = everything(study)
    edges = sorted({0, len(order), *(min(cut, len(order)) for cut in at)})
    for start, end in zip(edges, edges[1:], strict=False):
        body = bundle() | {"type": "history", "entry": [entries[one] for one in order[start:end]]}
        assert push(door, body, study=study).status_code in (200, 201)
    return state(door, study)


def state(door: Door, study: str) -> object:
    status = door.status("A-001", study)
    grades = door.get(f"/studies/{study}/subjects/A-001/grades").json()["grades"]
    found = [row for name in ("OS", "DFS") for row in door.rows(name, study)["rows"]]
    rows = [(row["status"], row["date"], row["days"]) for row in found]
    held = door.quarantine(study)
    return (
        sorted((one["collected"], one["value"]) for one in grades),
        rows,
        [status["infusion"]["date"], status["remission"]["baseline"]["date"]],
        {one["type"] for one in held},
    )


@settings(
    max_examples=15,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(order=whole, repeated=again, at=cuts)
def test_any_order_ends_alike(door: Door, order: list[int], repeated: list[int], at: list[int]) -> None:
    # By hand: o-1 is taken back, of the two o-2 of one time one counts, o-3 is deleted, o-4 is newer than its deletion.
    results, rows, told, held = pushed(door, [*order, *repeated], at)  # type: ignore[misc]
    assert results in ([("2024-03-06", value), ("2024-03-08", 0.8)] for value in (0.5, 0.6))
    assert rows == [("event", "2024-09-01", 183), ("event", "2024-09-01", 183)]
    assert told == ["2024-03-02", "2024-02-11"]
    assert held == {"Observation"}
    # Whatever came first, the hospital finds its own JSON.
    shown = door.get("/fhir/Observation", code="26499-4", date="2024-03-08").json()["entry"]
    assert all(one["resource"]["category"] for one in shown)
    assert door.rebuilt().different == 0
