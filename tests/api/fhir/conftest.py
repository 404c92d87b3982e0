"""A store of two studies behind the FHIR door, and its searches."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.fhir.trial import Trial, fill
from tests.journeys.door import STUDY, Door, open_door, record, subject

OTHER = "other-study"


def lab(identifier: str, number: str, test: str, value: str, unit: str, day: str) -> dict[str, Any]:
    return record("lab", identifier, number, test=test, value=value, unit=unit, collected=day)


RECORDS = [
    subject("A-001", sex="female", birth_date="1980-02-03", consent_date="2024-01-10"),
    subject("A-002", sex="male", birth_date="1990-02-03", consent_date="2024-02-10"),
    subject("A-003", consent_date="2024-03-10"),
    lab("L1", "A-001", "anc", "0.5", "10*9/L", "2024-03-01"),
    lab("L2", "A-001", "anc", "1500", "/uL", "2024-03-02T00:30:00+01:00"),
    lab("L3", "A-002", "anc", "<0.1", "10*9/L", "2024-03"),
    lab("L4", "A-002", "plt", "20", "10*9/L", "2024-04-01"),
    record("adverse_event", "AE1", "A-001", term="Sepsis", grade=4, onset="2024-03-09", serious=True),
    record("adverse_event", "AE2", "A-002", term="Sepsis", grade=1, onset="2024-03-10", serious=False),
    record("infusion", "I1", "A-001", start="2024-02-20", outcome="completed"),
    record("death", "X1", "A-002", date="2024-05-01"),
]


class Searches:
    """Questions to the FHIR door."""

    def __init__(self, door: Door) -> None:
        self.door = door

    def bundle(self, question: str, **options: Any) -> dict[str, Any]:
        answer = self.door.request("GET", f"/fhir/{question}", **options)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def entries(self, question: str, mode: str = "match") -> list[dict[str, Any]]:
        """Resources of one mode, page after page."""
        found, url = [], f"/fhir/{question}"
        while url:
            bundle = self.door.request("GET", url).json()
            found += [one["resource"] for one in bundle.get("entry", []) if one["search"]["mode"] == mode]
            url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), "")
        return found

    def days(self, question: str) -> list[str]:
        """Days of the laboratory results that are found."""
        return [one["effectiveDateTime"] for one in self.entries(question)]

    def patient(self, number: str) -> str:
        [found] = self.entries(f"ResearchSubject?identifier={number}&study.identifier={STUDY}")
        reference: str = found["individual"]["reference"]
        return reference


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """A small trial that a module's tests only ask."""
    with open_door(tmp_path_factory.mktemp("trial")) as door:
        yield Trial(door, fill(door))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def searches(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Searches]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with open_door(tmp_path, url) as door:
        door.put_study(STUDY, "A")
        door.put_study(OTHER, "A")
        for sent in (door.receipt(*RECORDS), door.receipt(*RECORDS[:4], study=OTHER)):
            assert {line["outcome"] for line in sent["records"]} == {"accepted"}, sent
        yield Searches(door)
