"""Contract records in, one subject's answer out: records are read, turned to events, kept in memory and asked.

Day 0 is 2026-03-10 unless a test says otherwise; a number where a date is due means that many days after it.
"""

import atexit
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine, StaticPool, create_engine, insert

from app.domain.record import Record
from app.domain.records import read_record
from app.endpoints.event import EVENT, FOREVER, METADATA, event_row
from app.interop.events import read_events
from app.services.derivation import response_rate, window
from app.services.derivation.question import Question, find_definition
from app.services.derivation.time_to_event import derive, row_json
from app.services.derivation.window import DltRow, SaeRow
from app.storage.counter import Moment

STUDY = "gdt-relapse"
DAY_0 = date(2026, 3, 10)
BERLIN = ZoneInfo("Europe/Berlin")
LATE = "2030-01-01T00:00:00.000Z"
When = int | str | None
Raw = dict[str, Any]


def iso(when: When) -> str | None:
    """A number as the date that many days after day 0; a text as it is."""
    return (DAY_0 + timedelta(days=when)).isoformat() if isinstance(when, int) else when


def record(type_: str, **fields: Any) -> Raw:
    """A record with the envelope filled in; what is None is left out, as not recorded."""
    envelope = {"type": type_, "site": "A", "source": "ehr", "status": "final", "subject": "001"}
    return {**envelope, **{name: value for name, value in fields.items() if value is not None}}


def subject(**fields: Any) -> Raw:
    return record("subject", **fields)


def withdrawal(when: When, scope: str | None = None, vital_status_allowed: bool | None = None, **fields: Any) -> Raw:
    """The subject's record with the withdrawal of consent on it."""
    said = {"date": iso(when), "scope": scope, "vital_status_allowed": vital_status_allowed}
    return subject(withdrawal={name: value for name, value in said.items() if value is not None}, **fields)


def infusion(when: When = 0, outcome: str | None = "completed", **fields: Any) -> Raw:
    return record("infusion", start=iso(when), outcome=outcome, **fields)


def assessment(when: When, response: str | None = None, sites: list[str] | None = None, **fields: Any) -> Raw:
    return record("disease_assessment", date=iso(when), response=response, relapse_sites=sites, **fields)


def relapse(when: When, *sites: str, **fields: Any) -> Raw:
    return assessment(when, "relapse", list(sites) or ["marrow"], **fields)


def death(when: When, cause: str | None = None, **fields: Any) -> Raw:
    return record("death", date=iso(when), cause=cause, **fields)


def contact(when: When, alive: bool | None = True, **fields: Any) -> Raw:
    return record("follow_up", date=iso(when), alive=alive, **fields)


def therapy(when: When, kind: str | None = "chemotherapy", intent: str | None = "relapse", **fields: Any) -> Raw:
    return record("therapy", date=iso(when), kind=kind, intent=intent, **fields)


def transplant(when: When, **fields: Any) -> Raw:
    return record("transplant", date=iso(when), **fields)


def lab(when: When, **fields: Any) -> Raw:
    return record("lab", test="ANC", collected=iso(when), **fields)


def adverse_event(term: str, onset: When, grade: int | None = None, **fields: Any) -> Raw:
    """grade_history as (day, grade) pairs."""
    for name in ("end", "serious_since"):
        fields[name] = iso(fields.get(name))
    return record("adverse_event", term=term, onset=iso(onset), grade=grade, **_with_history(fields))


def gvhd(kind: str, onset: When, grade: str | None = None, **fields: Any) -> Raw:
    """grade is the severity of a chronic one; grade_history as (day, grade) pairs."""
    for name in ("end", "systemic_therapy_start"):
        fields[name] = iso(fields.get(name))
    named = {"grade" if kind == "acute" else "severity": grade}
    return record("gvhd", kind=kind, onset=iso(onset), **named, **_with_history(fields))


def _with_history(fields: Raw) -> Raw:
    history = fields.pop("grade_history", None)
    if history is None:
        return fields
    return {**fields, "grade_history": [{"date": iso(when), "grade": grade} for when, grade in history]}


def event_rows(records: Iterable[Raw], zone: ZoneInfo | None = BERLIN) -> list[dict[str, Any]]:
    """Rows of the event table: the n-th record arrives as seq n; a later one of the same key replaces the earlier."""
    rows: list[dict[str, Any]] = []
    current: dict[str, list[dict[str, Any]]] = {}
    for seq, raw in enumerate(records, start=1):
        read = read_record({"id": f"{seq:03}", **raw})
        assert isinstance(read, Record), read
        for row in current.get(read.key, []):
            row["seq_to"] = seq
        origin = {"study": STUDY, "subject": int(read.subject), "record": read.key, "version": seq}
        origin |= {"resource": None, "seq_from": seq, "seq_to": FOREVER}
        current[read.key] = [{**event_row(event), **origin} for event in read_events(read, zone)]
        rows += current[read.key]
    return rows


def fill(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Put rows into the empty event table."""
    connection.execute(insert(EVENT), rows)


def with_subjects(records: Iterable[Raw]) -> list[Raw]:
    """The records, and one of type subject for each who has none."""
    given = list(records)
    known = {raw["subject"] for raw in given if raw["type"] == "subject"}
    missing = sorted({raw["subject"] for raw in given} - known)
    return [*given, *(subject(subject=number, id=f"S{number}") for number in missing)]


@dataclass(frozen=True)
class Asked:
    """Which analysis, up to which day (inclusive), as known after which record, asked at which time."""

    analysis: str = "primary"
    cutoff: When = None
    as_of: int = FOREVER - 1
    time: str = LATE
    zone: ZoneInfo | None = BERLIN

    def question(self, endpoint: str) -> Question:
        cutoff = None if self.cutoff is None else (date.fromisoformat(str(iso(self.cutoff))) - date(1970, 1, 1)).days
        moment = Moment(self.as_of, self.time)
        return Question(STUDY, find_definition(STUDY), endpoint, self.analysis, cutoff, moment)


def answers(endpoint: str, records: Iterable[Raw], **asked: Any) -> dict[int, dict[str, Any] | str]:
    """Each subject's row as the contract has it, or the reason for the exclusion."""
    how = Asked(**asked)
    with memory() as connection:
        fill(connection, event_rows(with_subjects(records), how.zone))
        return derived(connection, how.question(endpoint))


@cache
def _engine() -> Engine:
    """One database in memory, so that each statement is compiled once."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    METADATA.create_all(engine, tables=[EVENT])
    atexit.register(engine.dispose)
    return engine


@contextmanager
def memory() -> Iterator[Connection]:
    """A connection to an empty event table in memory; what is put there is gone afterwards."""
    with _engine().connect() as connection:
        yield connection
        connection.rollback()


def derived(connection: Connection, question: Question) -> dict[int, dict[str, Any] | str]:
    """Run one question over a filled event table."""
    if question.endpoint == "CR":
        responses, excluded = response_rate.derive(connection, question)
        return {row.subject: row.as_json(f"{row.subject:03}") for row in responses} | excluded
    if question.endpoint in ("DLT", "SAE"):
        found, excluded = window.derive(connection, question)
        return {row.subject: _window_json(row, question) for row in found} | excluded
    result = derive(connection, question)
    return {row.subject: row_json(row, f"{row.subject:03}") for row in result.rows} | result.excluded


def _window_json(row: window.WindowRow, question: Question) -> dict[str, Any]:
    if question.endpoint == "SAE":
        return SaeRow(row).as_json(f"{row.subject:03}")
    return DltRow(row, question.today, question.rule).as_json(f"{row.subject:03}")  # type: ignore[arg-type]


def answer(endpoint: str, *records: Raw, **asked: Any) -> dict[str, Any] | str:
    """The answer for subject 001."""
    return answers(endpoint, records, **asked)[1]


def row(endpoint: str, *records: Raw, **asked: Any) -> dict[str, Any]:
    """The row of subject 001, which must be in the population."""
    found = answer(endpoint, *records, **asked)
    assert isinstance(found, dict), f"excluded: {found}"
    return found


def outcome(endpoint: str, *records: Raw, **asked: Any) -> str:
    """The answer in words, such as `relapse on day 50` or `censored on day 20: last known alive`."""
    found = answer(endpoint, *records, **asked)
    if isinstance(found, str):
        return f"excluded: {found}"
    return {"DLT": _dlt_words, "SAE": _sae_words, "CR": _cr_words}.get(endpoint, _words)(found)


def _words(found: dict[str, Any]) -> str:
    flag = f", imputed {found['imputed']}" if found["imputed"] else ""
    if found["status"] == "undetermined":
        return f"undetermined: {found['reason']}"
    if found["status"] == "event":
        return f"{found['component']} on day {found['days']}{flag}"
    return f"censored on day {found['days']}: {found['reason']}{flag}"


def _dlt_words(found: dict[str, Any]) -> str:
    if found["dlt"]:
        return f"{', '.join(found['rules'])} on day {_day(found)}{_flag(found)}"
    unresolved = " and unresolved" if found["unresolved"] else ""
    if not found["evaluable"]:
        return ("pending" if found["pending"] else f"not evaluable: {found['reason']}") + unresolved
    return "unresolved" if unresolved else ", ".join(["no DLT", *found["excluded_by"]])


def _cr_words(found: dict[str, Any]) -> str:
    return f"{found['response']} on day {found['days']}{_flag(found)}" if found["cr"] else found["reason"]


def _sae_words(found: dict[str, Any]) -> str:
    if found["sae"]:
        return f"{found['sae_count']} SAE, first on day {_day(found)}{_flag(found)}"
    return "no SAE" if found["sae"] is False else "unresolved"


def _day(found: dict[str, Any]) -> int:
    return (date.fromisoformat(found["onset_date"]) - date.fromisoformat(found["start_date"])).days


def _flag(found: dict[str, Any]) -> str:
    return f", imputed {found['imputed']}" if found["imputed"] else ""


def table(cases: dict[str, tuple[list[Raw], str]]) -> pytest.MarkDecorator:
    """A table of cases: sentence -> (records, outcome in words)."""
    return pytest.mark.parametrize(
        ("records", "expected"), [pytest.param(*case, id=name) for name, case in cases.items()]
    )
