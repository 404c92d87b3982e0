"""A client that writes by FHIR, and resources for it to write."""

import json
from typing import Any

import httpx

from tests.journeys.door import Door

Json = dict[str, Any]
FHIR = "application/fhir+json"
PATCH = "application/json-patch+json"
ANC = "26499-4"  # Neutrophils [#/volume] in Blood, LOINC
UNITS = "http://unitsofmeasure.org"


class Client:
    """FHIR interactions with one service."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.study = door.study_reference()

    def ask(self, method: str, path: str, body: Any = None, kind: str = FHIR, **headers: str) -> httpx.Response:
        """headers: names with _ for -."""
        content = body if body is None or isinstance(body, bytes | str) else json.dumps(body)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if content is not None:
            sent["content-type"] = kind
        return self.door.request(method, f"/fhir{path}", content=content, headers=sent)

    def create(self, body: Json, **headers: str) -> httpx.Response:
        return self.ask("POST", f"/{body['resourceType']}", body, **headers)

    def put(self, body: Json, **headers: str) -> httpx.Response:
        return self.ask("PUT", f"/{body['resourceType']}/{body['id']}", body, **headers)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, **headers)

    def total(self, search: str) -> int:
        return int(self.get(f"/{search}{'&' if '?' in search else '?'}_summary=count").json()["total"])

    def made(self, body: Json) -> str:
        """The id of a new resource."""
        answer = self.create(body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def subject(self, number: str = "F-001", **patient: Any) -> str:
        """A Patient who is a subject of the shipped study; the Patient's id."""
        identifier = self.made({"resourceType": "Patient", **patient})
        self.made(self.research_subject(identifier, number))
        return identifier

    def research_subject(self, patient: str, number: str = "F-001", **elements: Any) -> Json:
        return {
            "resourceType": "ResearchSubject",
            "status": "on-study",
            "identifier": [{"value": number}],
            "study": {"reference": self.study},
            "individual": {"reference": f"Patient/{patient}"},
            **elements,
        }


def anc(patient: str, value: float | int = 1, day: str = "2024-03-05", **elements: Any) -> Json:
    """A neutrophil count in 10*9/L."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": ANC}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": day,
        "valueQuantity": {"value": value, "unit": "10*9/L", "system": UNITS, "code": "10*9/L"},
        **elements,
    }


def issues(answer: httpx.Response) -> list[Json]:
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome", body
    found: list[Json] = body["issue"]
    return found
