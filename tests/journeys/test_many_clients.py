"""Clients at the same moment, over real sockets: one version of one content, and the newest one counts."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.pool import NullPool

from app.commands.serve import running
from app.config import Settings
from app.endpoints.definitions import shipped
from app.interop.mapping.profiles import documents
from app.storage.tables import AUDIT, OUTBOX, RECORD_VERSION, SUBJECT
from tests.journeys.conftest import STORES
from tests.journeys.door import STUDY, Raw, record, subject

CLIENTS = 16
ANY_PORT = 0


@pytest.fixture(params=STORES)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    return Settings(data=tmp_path, database_url=url)


@pytest.fixture
def address(settings: Settings) -> Iterator[str]:
    with running(settings, ANY_PORT) as found:
        yield found


def at_once(address: str, errands: list[Callable[[httpx.Client], httpx.Response]]) -> list[httpx.Response]:
    """Each errand by a client of its own; all start when the last one is ready."""
    barrier = threading.Barrier(len(errands))

    def run(errand: Callable[[httpx.Client], httpx.Response]) -> httpx.Response:
        with httpx.Client(base_url=address, timeout=60) as client:
            client.get("/health/live")
            barrier.wait()
            return errand(client)

    with ThreadPoolExecutor(len(errands)) as pool:
        return list(pool.map(run, errands))


def post(raw: Raw) -> Callable[[httpx.Client], httpx.Response]:
    return lambda client: client.post(f"/studies/{STUDY}/records", json=raw)


def counted(settings: Settings, *tables: object) -> list[int]:
    engine = create_engine(settings.url, poolclass=NullPool)
    with engine.connect() as connection:
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]  # type: ignore[arg-type]


def test_the_same_record_at_once_leaves_one_version(address: str, settings: Settings) -> None:
    """And another 16 do the same with a record that waits, and with the subject that it waits for."""
    for raw in (record("death", "X1", date="2024-04-20"), subject(), record("infusion", "I1", start="2024-03-01")):
        answers = at_once(address, [post(raw)] * CLIENTS)
        assert sorted(Counter(answer.status_code for answer in answers).items()) == [(200, CLIENTS - 1), (201, 1)]
        assert len({answer.json()["receipt"] for answer in answers}) == 1
    from_the_start = 1 + len(shipped()) + len(documents())  # the study, the definitions, the mapping profiles
    assert counted(settings, RECORD_VERSION, SUBJECT) == [3, 1]
    assert counted(settings, AUDIT, OUTBOX) == [3 + from_the_start] * 2
    assert httpx.get(f"{address}/studies/{STUDY}/endpoints/OS/subjects").json()["rows"][0]["days"] == 50


def test_versions_from_many_clients_leave_the_newest(address: str, settings: Settings) -> None:
    httpx.post(f"{address}/studies/{STUDY}/records", json=subject())
    versions = [record("infusion", "I1", version=number, start=f"2024-03-{number:02}") for number in range(1, 17)]
    random.Random(7).shuffle(versions)
    answers = at_once(address, [post(raw) for raw in versions])
    assert {answer.status_code for answer in answers} == {201}
    status = httpx.get(f"{address}/studies/{STUDY}/subjects/A-001/status").json()
    assert (status["infusions"], status["infusion"]["date"]) == (1, "2024-03-16")
    assert counted(settings, RECORD_VERSION) == [1 + CLIENTS]


def test_readers_see_whole_payloads_while_others_write(address: str) -> None:
    """Each payload brings one subject with its infusion and death: at no moment is one there without the others."""
    done = threading.Event()

    def write(client: httpx.Client) -> httpx.Response:
        try:
            for number in range(20):
                name = f"A-{number:03}"
                trio = [
                    record("death", f"X{number}", name, date="2024-04-20"),
                    subject(name),
                    record("infusion", f"I{number}", name, start="2024-03-01"),
                ]
                answer = client.post(f"/studies/{STUDY}/records", json=trio)
        finally:
            done.set()
        return answer

    def read(client: httpx.Client) -> httpx.Response:
        while not done.is_set():
            found = client.get(f"/studies/{STUDY}/endpoints/OS").json()["overall"]
            assert found["n"] == found["events"]
        return client.get(f"/studies/{STUDY}/endpoints/OS")

    answers = at_once(address, [write, read, read])
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert answers[1].json()["overall"]["n"] == 20
