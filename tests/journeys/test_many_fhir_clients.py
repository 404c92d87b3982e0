"""FHIR clients at the same moment, on PostgreSQL over two processes: nothing twice, no update lost.

https://hl7.org/fhir/R4/http.html#concurrency
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.commands.serve import running
from app.config import Settings
from tests.journeys.conftest import STORES
from tests.journeys.test_crash import serving

CLIENTS = 16
ANY_PORT = 0
JSON = {"content-type": "application/fhir+json"}
PATCH = {"content-type": "application/json-patch+json"}
KEY = "urn:example:worklist|17"
Errand = Callable[[httpx.Client, int], httpx.Response]


@pytest.fixture(params=STORES)
def addresses(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[str]]:
    """This process, and on PostgreSQL another one on the same database."""
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with ExitStack() as stack:
        here = stack.enter_context(running(Settings(data=tmp_path / "a", database_url=url), ANY_PORT))
        there = [stack.enter_context(serving(tmp_path / "b", database_url=url))[1]] if url else []
        yield [here, *there]


def at_once(addresses: list[str], errand: Errand) -> list[httpx.Response]:
    """The errand of each client, who is given its number; all start when the last one is ready."""
    barrier = threading.Barrier(CLIENTS)

    def run(number: int) -> httpx.Response:
        with httpx.Client(base_url=f"{addresses[number % len(addresses)]}/fhir", timeout=60) as client:
            client.get("/metadata")
            barrier.wait()
            return errand(client, number)

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(run, range(CLIENTS)))


def observation(**elements: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "status": "final", "code": {"text": "count"}, **elements}


def keyed(number: int) -> dict[str, Any]:
    system, _, value = KEY.partition("|")
    return observation(identifier=[{"system": system, "value": value}], valueInteger=number)


def statuses(answers: list[httpx.Response]) -> dict[int, int]:
    return dict(Counter(answer.status_code for answer in answers))


def found(addresses: list[str]) -> list[dict[str, Any]]:
    bundle = httpx.get(f"{addresses[-1]}/fhir/Observation", params={"identifier": KEY}).json()
    return [entry["resource"] for entry in bundle.get("entry", [])]


def test_a_conditional_create_creates_once(addresses: list[str]) -> None:
    headers = {**JSON, "if-none-exist": f"identifier={KEY}"}
    answers = at_once(addresses, lambda client, n: client.post("/Observation", json=keyed(n), headers=headers))
    assert statuses(answers) == {201: 1, 200: CLIENTS - 1}
    assert {answer.json()["id"] for answer in answers} == {found(addresses)[0]["id"]}
    [created] = [answer for answer in answers if answer.status_code == 201]
    assert [one["valueInteger"] for one in found(addresses)] == [created.json()["valueInteger"]]


def test_a_conditional_update_finds_what_another_has_created(addresses: list[str]) -> None:
    where = {"identifier": KEY}
    answers = at_once(
        addresses, lambda client, n: client.put("/Observation", json=keyed(n), headers=JSON, params=where)
    )
    assert statuses(answers) == {201: 1, 200: CLIENTS - 1}
    assert {answer.headers["etag"] for answer in answers} == {f'W/"{n}"' for n in range(1, CLIENTS + 1)}
    assert len(found(addresses)) == 1


def test_a_transaction_with_a_condition_creates_once(addresses: list[str]) -> None:
    """And what refers to its entry refers to the one that is there."""
    name = "urn:uuid:8f2c1a52-0000-4000-8000-000000000001"
    first = {"method": "POST", "url": "Observation", "ifNoneExist": f"identifier={KEY}"}
    second = {"method": "POST", "url": "Observation"}
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"fullUrl": name, "resource": keyed(0), "request": first},
            {"resource": observation(derivedFrom=[{"reference": name}]), "request": second},
        ],
    }
    answers = at_once(addresses, lambda client, _: client.post("/", json=bundle, headers=JSON))
    assert statuses(answers) == {200: CLIENTS}
    [one] = found(addresses)
    where = {"derived-from": f"Observation/{one['id']}", "_total": "accurate"}
    assert httpx.get(f"{addresses[0]}/fhir/Observation", params=where).json()["total"] == CLIENTS


def test_of_those_who_know_one_version_one_may_change_it(addresses: list[str]) -> None:
    httpx.put(f"{addresses[0]}/fhir/Observation/o", json=observation(id="o"), headers=JSON).raise_for_status()
    headers = {**JSON, "if-match": 'W/"1"'}
    answers = at_once(
        addresses,
        lambda client, n: client.put("/Observation/o", json=observation(id="o", valueInteger=n), headers=headers),
    )
    assert statuses(answers) == {200: 1, 412: CLIENTS - 1}


def test_who_reads_and_writes_again_loses_nothing(addresses: list[str]) -> None:
    """Each client adds one; refused, it reads again."""
    zero = observation(id="o", valueInteger=0)
    httpx.put(f"{addresses[0]}/fhir/Observation/o", json=zero, headers=JSON).raise_for_status()

    def add_one(client: httpx.Client, _: int) -> httpx.Response:
        while True:
            read = client.get("/Observation/o")
            changed = {**read.json(), "valueInteger": read.json()["valueInteger"] + 1}
            answer = client.put("/Observation/o", json=changed, headers={**JSON, "if-match": read.headers["etag"]})
            if answer.status_code != 412:
                return answer

    assert statuses(at_once(addresses, add_one)) == {200: CLIENTS}
    assert httpx.get(f"{addresses[-1]}/fhir/Observation/o").json()["valueInteger"] == CLIENTS


def test_a_patch_that_is_acknowledged_is_kept(addresses: list[str]) -> None:
    """A patch names no version: it is done again on the newest one, or refused after some attempts."""
    first = observation(id="o", note=[{"text": "first"}])
    httpx.put(f"{addresses[0]}/fhir/Observation/o", json=first, headers=JSON).raise_for_status()

    def note(client: httpx.Client, number: int) -> httpx.Response:
        operation = {"op": "add", "path": "/note/-", "value": {"text": str(number)}}
        return client.patch("/Observation/o", json=[operation], headers=PATCH)

    answers = at_once(addresses, note)
    assert statuses(answers).keys() <= {200, 412}
    kept = [item["text"] for item in httpx.get(f"{addresses[-1]}/fhir/Observation/o").json()["note"]]
    acknowledged = [str(number) for number, answer in enumerate(answers) if answer.status_code == 200]
    assert acknowledged and sorted(kept) == sorted(["first", *acknowledged])
