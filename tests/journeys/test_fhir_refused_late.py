"""What was held and is refused when it is taken stays in quarantine, with what is said of it now.

docs/fhir-intake.md
"""

from tests.journeys.door import STUDY, Door, subject
from tests.journeys.ehr import Json, anc, counts, infusion, patient, received, research_subject, results, stamped

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
    assert counts(received(door, joining("A-001"))) == (1, 0, 0, 0, 0, 0)
    assert door.quarantine() == []
    assert door.rebuilt().different == 0


def test_what_was_taken_is_not_taken_again_with_what_waited_beside_it(door: Door) -> None:
    """Nothing tells the versions apart, so the one that came last counts, also when the first is read again."""
    received(door, patient(), research_subject())
    first = received(door, anc("o-1", 0.3), patient("9", "MRN-9"), anc("o-9", 0.9, of="Patient/9"))
    assert counts(first) == (1, 0, 0, 2, 0, 0)
    assert counts(received(door, anc("o-1", 0.4))) == (0, 1, 0, 0, 0, 0)
    received(door, research_subject("9", "A-009"))
    assert (results(door), results(door, "A-009")) == ([("2024-03-05", 0.4)], [("2024-03-05", 0.9)])
    assert door.quarantine() == []


def test_of_two_versions_that_waited_the_later_counts(door: Door) -> None:
    received(door, anc("o-9", 0.3, of="Patient/9"))
    received(door, anc("o-9", 0.4, of="Patient/9"))
    received(door, patient("9"), research_subject("9", "A-009"))
    assert results(door, "A-009") == [("2024-03-05", 0.4)]
    assert door.quarantine() == []


def test_what_waited_does_not_replace_what_came_after_it(door: Door) -> None:
    received(door, anc("o-9", 0.3, of="Patient/9"))
    received(door, patient("9"), research_subject("9", "A-009"), anc("o-9", 0.5, of="Patient/9"))
    assert results(door, "A-009") == [("2024-03-05", 0.5)]
    assert door.quarantine() == []


def test_a_newer_version_that_waited_counts_after_an_older_one_came(door: Door) -> None:
    received(door, stamped(anc("o-9", 0.4, of="Patient/9"), "2024-03-07T10:00:00Z"))
    older = stamped(anc("o-9", 0.3, of="Patient/9"), "2024-03-06T10:00:00Z")
    received(door, patient("9"), research_subject("9", "A-009"), older)
    assert results(door, "A-009") == [("2024-03-05", 0.4)]
    assert door.quarantine() == []


def test_a_newer_version_that_waited_counts_after_an_older_one_came_twice(door: Door) -> None:
    """By hand: 2024-03-01 to 2024-05-06 are 66 days."""
    received(door, stamped(patient(deceasedDateTime="2024-05-06"), "2024-03-07T10:00:00Z"))
    older = stamped(patient(), "2024-03-06T10:00:00Z")
    received(door, older, research_subject(), older, infusion())
    assert [(row["status"], row["days"]) for row in door.rows("OS")["rows"]] == [("event", 66)]
