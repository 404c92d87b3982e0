"""What was held and is refused when it is taken stays in quarantine, with what is said of it now.

docs/fhir-intake.md
"""

from tests.journeys.door import STUDY, Door, subject
from tests.journeys.ehr import Json, anc, counts, patient, received, research_subject

THE_STUDY = {
    "resourceType": "ResearchStudy",
    "id": "s-1",
    "status": "active",
    "identifier": [{"value": STUDY}],
}


def joining(number: str, identifier: str = "1") -> Json:
    """A ResearchSubject that says by a reference alone which study it is of."""
    study = {"study": {"reference": "ResearchStudy/s-1"}}
    return {**research_subject(identifier, number), **study}


def test_a_research_subject_whose_number_is_anothers_by_then(door: Door) -> None:
    door.put_study(STUDY, "A", "B")
    assert counts(received(door, patient(), joining("B-001"), anc("o-1"))) == (0, 0, 0, 3, 0, 0)
    door.send(subject("B-001", site="B"))
    received(door, THE_STUDY)
    items = {item["type"]: item for item in door.quarantine()}
    assert {kind: item["state"] for kind, item in items.items()} == {
        "Patient": "held",
        "ResearchSubject": "refused",
        "Observation": "held",
    }
    (issue,) = items["ResearchSubject"]["issues"]
    assert (issue["code"], issue["place"]) == ("conflict", "Bundle.entry[1].resource.identifier")
    assert [item["type"] for item in door.quarantine(code="conflict")] == ["ResearchSubject"]
    assert door.rebuilt().different == 0
