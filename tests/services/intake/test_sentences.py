"""A physician reads what is wrong with a refused record, in words of the ward and not of the format."""

import pytest

from app.domain.errors import Issue
from app.services.intake.sentences import Quarantined, sentence

GRADE = Issue("records[14].grade", "value", "not a legal value", "1 to 5", "line 15, column AEGRADE")


def test_the_sentence_of_the_guide() -> None:
    assert sentence(Quarantined(14, "line 15", "adverse_event", (GRADE,))) == (
        "Line 15: the grade of this adverse event is not 1 to 5. "
        "Nothing of this line was stored; correct it at the source and send it again."
    )


@pytest.mark.parametrize(
    ("issue", "expected"),
    [
        (Issue("records[0].term", "required", "this field is required"), "the term of this adverse event is missing"),
        (
            Issue("records[0].grade_history[1].date", "value", "not a legal value", "YYYY"),
            "the date of the entry 2 of the grade history of this adverse event is not YYYY",
        ),
        (
            Issue("records[0].outcome", "code-invalid", "unknown", suggestion="recovered"),
            "the outcome of this adverse event is not one that is known here (perhaps recovered was meant)",
        ),
        (
            Issue("records[0].version", "conflict", "this version was received before with other content"),
            "the version of this adverse event: this version was received before with other content",
        ),
        (Issue("records[0]", "structure", "a record must be a JSON object"), "a record must be a JSON object"),
    ],
)
def test_each_kind_of_finding(issue: Issue, expected: str) -> None:
    assert sentence(Quarantined(0, "", "adverse_event", (issue,))).split(". ")[0] == f"Record 1: {expected}"


def test_of_many_findings_three_are_told() -> None:
    found = sentence(Quarantined(0, "OBX[3]", "lab", (GRADE,) * 5))
    assert found.count("is not 1 to 5") == 3
    assert "; and 2 more. Nothing of this record was stored" in found


def test_what_is_held_needs_no_correction() -> None:
    issue = Issue("records[0].subject", "not-found", "the number is not linked")
    found = sentence(Quarantined(0, "message[1]", "lab", (issue,), held=True))
    assert found.endswith("It is kept, and is taken by itself once that number is linked to a subject.")
    assert "correct" not in found


def test_a_payload_that_cannot_be_read() -> None:
    found = sentence(Quarantined(0, "", None, (Issue("byte 4", "structure", "not JSON"),)))
    assert found == (
        "The payload: not JSON. Nothing of it was stored as a record; it is kept as it came. "
        "Mend it at the source and send it again."
    )


def test_a_person_whom_fhir_may_not_delete_is_refused_for_that_alone() -> None:
    issue = Issue("records[0]", "business-rule", "a person is not deleted by FHIR")
    found = sentence(Quarantined(0, "Bundle.entry[0]", "resource", (issue,)))
    assert found.endswith("Nothing of this record was stored; correct it at the source and send it again.")
