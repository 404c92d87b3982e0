"""A small trial with something in every corner: events, censorings, doubts, dose levels, a subject in no population."""

from dataclasses import dataclass
from typing import Any

from tests.journeys.door import STUDY, Door, record, subject

Raw = dict[str, Any]
CR, SEX = {"response": "CR"}, ("male", "female")
RECORDS = [
    *(subject(f"A-00{n}", consent_date="2024-01-10", strata={"sex": SEX[n % 2]}) for n in range(1, 7)),
    *(record("infusion", f"I{n}", f"A-00{n}", start=f"2024-03-0{n}", outcome="completed", dose_level=f"DL{1 + n % 2}",
             dose={"value": 1.50, "unit": "10*6/kg"}) for n in range(1, 6)),
    *(record("disease_assessment", f"B{n}", f"A-00{n}", date="2024-02-27", **CR) for n in range(1, 5)),
    record("disease_assessment", "B5", "A-005", date="2024-02-27", response="PD"),
    record("transplant", "T1", "A-001", date="2023-11-20"),
    record("disease_assessment", "R1", "A-001", date="2024-04-20", response="relapse", relapse_sites=["marrow"],
           mrd={"result": "positive", "level": 0.610, "method": "flow"}),
    record("follow_up", "F2", "A-002", date="2024-07-01", alive=True),
    record("follow_up", "F3", "A-003", date="2024-06-01", alive=True),
    record("death", "X3", "A-003", date="2024-08", cause="infection"),
    record("follow_up", "F4", "A-004", date="2024-03-20", alive=True),
    record("disease_assessment", "C5", "A-005", date="2024-04-01", **CR),
    record("follow_up", "F5", "A-005", date="2024-09-01", alive=True),
    record("adverse_event", "AE1", "A-001", term="Sepsis", grade=4, onset="2024-03-09", serious=True,
           relatedness="related"),
    record("adverse_event", "AE2", "A-002", term="Sepsis", onset="2024-03-10", relatedness="possible"),
    record("gvhd", "G1", "A-002", kind="chronic", severity="mild", onset="2024-06"),
    record("adverse_event", "AE3", "A-003", term="Nausea", grade=1, onset="2024-03", serious=False),
]  # fmt: skip


@dataclass
class Trial:
    """The service that holds it. known: the versioned reference of each record's first resource, by its key."""

    door: Door
    known: dict[str, str]

    def get(self, path: str, **params: Any) -> Raw:
        answer = self.door.get(f"/fhir/{path}", **params)
        assert answer.status_code == 200, answer.text
        found: Raw = answer.json()
        return found

    def measure(self, endpoint: str) -> str:
        [entry] = self.get("Measure", identifier=endpoint)["entry"]
        return f"Measure/{entry['resource']['id']}"

    def evaluate(self, endpoint: str, start: str = "2023-01-01", end: str = "2024-12-31", **params: Any) -> Raw:
        question = {"periodStart": start, "periodEnd": end, **params}
        return self.get(f"{self.measure(endpoint)}/$evaluate-measure", **question)

    def refused(self, path: str) -> tuple[int, str]:
        answer = self.door.request("GET", f"/fhir/{path}")
        assert answer.json()["resourceType"] == "OperationOutcome", answer.text
        return answer.status_code, answer.text


def fill(door: Door) -> dict[str, str]:
    """Send it all; what is known of its resources."""
    assert door.put_study(STUDY, "A").status_code == 200
    receipt = door.receipt(*RECORDS)
    assert {line["outcome"] for line in receipt["records"]} == {"accepted"}, receipt
    return {
        f"{sent['type']}/A/ehr/{sent['id']}": f"{line['resources'][0]}/_history/1"
        for sent, line in zip(RECORDS, receipt["records"], strict=True)
        if sent["type"] != "subject"
    }


def research_subject(door: Door, number: str = "A-001") -> str:
    found: str = door.status(number)["research_subject"]
    return found
