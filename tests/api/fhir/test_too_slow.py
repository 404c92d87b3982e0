"""A question that takes too long is refused as such.

https://hl7.org/fhir/R4/http.html#Status-Codes
"""

from pathlib import Path

from tests.journeys.door import open_door, subject


def test_a_search_that_takes_too_long_is_answered_so(tmp_path: Path) -> None:
    # SQLite looks at the clock so seldom that only a question with some work to do is ended.
    with open_door(tmp_path, read_seconds=1e-6) as door:
        door.send(*(subject(f"A-{number:04d}") for number in range(600)))
        answer = door.get(
            "/fhir/Patient?gender:missing=true&_sort=death-date,birthdate&_has:ResearchSubject:individual:status:not=x"
        )
        assert answer.status_code == 503
        assert answer.json()["resourceType"] == "OperationOutcome" and answer.json()["issue"][0]["code"] == "throttled"
        assert int(answer.headers["retry-after"]) > 0
        assert door.send(subject("A-9999")).status_code == 201
