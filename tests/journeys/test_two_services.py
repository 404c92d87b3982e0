"""Two services of one database, each with its own connections, that are asked for the same things at once.

https://hl7.org/fhir/R4/http.html#ccreate
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from tests.journeys.door import Door, open_door

MADE = 20


def test_two_services_of_one_database_make_each_of_them_once(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgres_database")
    with open_door(tmp_path / "a", url) as one, open_door(tmp_path / "b", url, first_id=10**6) as other:
        together = Barrier(2)

        def make(door: Door) -> list[int]:
            return [write(door, number, together) for number in range(MADE)]

        with ThreadPoolExecutor(2) as threads:
            statuses = list(threads.map(make, (one, other)))
        assert [sorted(pair) for pair in zip(*statuses, strict=True)] == [[200, 201]] * MADE
        assert one.get("/fhir/Patient?_summary=count").json()["total"] == MADE


def write(door: Door, number: int, together: Barrier) -> int:
    """Odd ones by a conditional update, the others by a conditional create."""
    key = f"identifier=urn:mrn|{number}"
    body = {"resourceType": "Patient", "identifier": [{"system": "urn:mrn", "value": str(number)}]}
    together.wait()
    if number % 2:
        return door.request("PUT", f"/fhir/Patient?{key}", json=body).status_code
    return door.request("POST", "/fhir/Patient", json=body, headers={"If-None-Exist": key}).status_code
