"""When something breaks under an answer: no half of a record, no patient's data in answer or log, and it goes on."""

import asyncio
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.exc import OperationalError

from app.api import answers
from app.api.fhir import interactions
from app.api.last_resort import AnswerCut
from app.storage.tables import AUDIT, EVENT, INBOX, OUTBOX, RECORD, RECORD_VERSION, RESOURCE, SUBJECT
from tests.journeys.door import STUDY, Door, Raw, record, subject

CANARY = "Kanarienvogel4711"


def broken(*_: Any) -> None:
    raise OperationalError(f"INSERT {CANARY}", {"name": CANARY}, Exception(f"disk I/O error at {CANARY}"))


@contextmanager
def breaking(engine: Engine, what: str, listener: Any) -> Iterator[None]:
    event.listen(engine, what, listener)
    try:
        yield
    finally:
        event.remove(engine, what, listener)


def check_busy(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert "nothing of the request was stored" in answer.json()["detail"]
    assert CANARY not in answer.text


def counts(door: Door) -> list[int]:
    tables = (INBOX, SUBJECT, RECORD, RECORD_VERSION, EVENT, RESOURCE, AUDIT, OUTBOX)
    with door.services.database.read.connect() as connection:
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


def payload(number: int) -> list[Raw]:
    """A payload that takes every way: released, corrected, moved, refused, new."""
    return [
        record("infusion", "W", f"B-{number}", version=number + 2, start="2024-03-01"),
        subject(f"B-{number}"),
        record("death", "X1", version=number + 2, date="2024-04-20"),
        record("lab", f"L{number}", test="?", collected="2024"),
        record("disease_assessment", f"DA{number}", date="2024-02-01", response="CR", mrd={"result": "negative"}),
    ]


def test_whichever_statement_fails_nothing_is_kept(service: Door, caplog: pytest.LogCaptureFixture) -> None:
    """The n-th statement of a write fails, for every n; then the same payload is sent again, and is new."""
    engine = service.services.database.write
    service.send(subject(), record("infusion", "W", "B-0", version=1, start="2024-03-01"))
    service.send(record("death", "X1", version=1, date="2024-04-21"))
    failed = 0
    while True:
        left = iter(range(failed, -1, -1))

        def fail_at_last(*_: Any, left: Iterator[int] = left) -> None:
            if next(left, None) == 0:
                broken()

        before = counts(service)
        with breaking(engine, "before_cursor_execute", fail_at_last):
            answer = service.send(*payload(1))
        if answer.status_code != 503:
            break
        check_busy(answer)
        failed += 1
        assert counts(service) == before
        assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert answer.status_code == 201
    assert failed > 15
    assert answer.json()["rejected"] == 1
    assert service.rebuilt().different == 0
    assert CANARY not in caplog.text


def test_a_commit_that_fails_is_told_to_everybody(service: Door) -> None:
    before = counts(service)
    with breaking(service.services.database.write, "commit", broken):
        check_busy(service.send(subject()))
        check_busy(service.put_study("trial", "A"))
    assert counts(service) == before
    assert service.get("/studies/trial").status_code == 404
    assert service.send(subject()).status_code == 201


def test_a_question_to_a_broken_store(service: Door, caplog: pytest.LogCaptureFixture) -> None:
    service.send(subject())
    resource = service.everything(service.study_reference())[-1]
    name = f"{resource['resourceType']}/{resource['id']}"
    with service.services.database.write.begin() as connection:
        connection.execute(text("ALTER TABLE resource RENAME TO elsewhere"))
        connection.execute(text("ALTER TABLE clinical_event RENAME TO elsewhere_too"))
    check_busy(service.get(f"/studies/{STUDY}/endpoints/OS"))
    check_busy(service.get(f"/studies/{STUDY}/subjects"))
    for question in (name, f"{name}/_history", f"{name}/_history/1", f"{service.study_reference()}/$everything"):
        answer = service.get(f"/fhir/{question}")
        assert (answer.status_code, answer.json()["resourceType"]) == (503, "OperationOutcome"), question
    assert service.get("/health/live").status_code == 200
    assert "elsewhere" not in caplog.text


def test_an_error_that_nobody_foresaw(
    service: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its text may hold a patient's data: neither the answer nor the log has it, the log has its place."""
    caplog.set_level(logging.DEBUG)

    def fail(*_: Any) -> None:
        raise KeyError(CANARY)

    monkeypatch.setattr(answers, "read", fail)
    monkeypatch.setattr(interactions, "_version", fail)
    answer = service.send(subject())
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    outcome = service.get("/fhir/Patient/1/_history/1")
    assert (outcome.status_code, outcome.json()["issue"][0]["code"]) == (500, "exception")
    assert CANARY not in answer.text + outcome.text + caplog.text
    assert caplog.text.count("internal error: KeyError at test_failures.py:") == 2


def test_a_bundle_that_breaks_off_is_no_bundle(service: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client must not take half an answer for a whole one: the connection ends without the last chunk."""

    def break_off(*_: Any) -> Iterator[bytes]:
        yield b'{"resourceType":"Bundle"'
        raise KeyError(CANARY)

    monkeypatch.setattr("app.services.release.stream", break_off)
    question = f"/fhir/{service.study_reference()}/$everything"

    async def ask() -> None:
        transport = httpx.ASGITransport(service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://engraft.test") as client:
            await client.get(question)

    with pytest.raises(AnswerCut) as caught:
        asyncio.run(ask())
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_a_service_that_stops_takes_no_more_records(service: Door) -> None:
    service.send(subject())
    service.services.writer.stop()
    answer = service.send(subject("A-002"))
    assert (answer.status_code, answer.json()["detail"]) == (503, "the service is stopping")
    assert service.get(f"/studies/{STUDY}/subjects").status_code == 200
