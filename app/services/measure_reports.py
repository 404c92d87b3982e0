"""Endpoints as MeasureReports: the same answers as those of the study's own door, worked out on reading.

docs/fhir-operations.md
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.domain.dates import iso_day
from app.domain.errors import Category, Fault, bad_parameter
from app.interop.fhir import measure_report
from app.interop.fhir.elements import Json
from app.interop.fhir.measure_report import Basis
from app.services.asking import Axes, Frame, frame
from app.services.derivation.derivation import Wanted, subject_rows, summary
from app.services.derivation.figures import figures
from app.services.derivation.question import Question
from app.services.measures import measured
from app.services.standing import standing
from app.storage import studies
from app.storage.counter import utc_text
from app.storage.records import KnownSubject
from app.storage.visibility import Caller

REPORT_TYPES = ("population", "subject-list", "subject")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of an endpoint. start: first day of the period, where one is named; now: of the report."""

    axes: Axes
    now: datetime
    analysis: str = "primary"
    wanted: Wanted = Wanted()
    start: str | None = None


def derive(
    connection: Connection, identifier: str, caller: Caller, asked: Asked, endpoints: tuple[str, ...]
) -> list[Json]:
    """A summary of each endpoint of a ResearchStudy, in the order of its definition; of all where none is named."""
    standing(connection, "ResearchStudy", identifier, caller)
    study = studies.find_by_resource(connection, identifier)
    if study is None:
        raise Fault(Category.NOT_FOUND, "the study has no endpoints here")
    frame_ = frame(connection, study.name, asked.axes)
    known = tuple(frame_.definition.endpoints)
    if not set(endpoints) <= set(known):
        raise bad_parameter("endpoint", ", ".join(known))
    return [_summary(connection, frame_, name, asked) for name in known if name in (endpoints or known)]


def evaluate(
    connection: Connection, study: str, endpoint: str, caller: Caller, asked: Asked, report: str, subject: str | None
) -> Json:
    """One endpoint. report: one of REPORT_TYPES; subject: a reference, which the report of a subject needs."""
    frame_ = frame(connection, study, asked.axes)
    _check_start(connection, frame_.question(endpoint, asked.analysis), asked.start)
    if report == "population":
        return _summary(connection, frame_, endpoint, asked)
    if asked.wanted.group_by is not None:
        raise bad_parameter("group_by", "not given: only an estimate has groups")
    if report == "subject-list":
        return _list(connection, frame_, endpoint, asked)
    return _individual(connection, frame_, endpoint, asked, _subject(connection, study, caller, subject))


def _summary(connection: Connection, frame_: Frame, endpoint: str, asked: Asked) -> Json:
    question = frame_.question(endpoint, asked.analysis)
    answer = summary(connection, question, asked.wanted)
    return measure_report.summary(_basis(frame_, question, answer, asked), figures(answer))


def _list(connection: Connection, frame_: Frame, endpoint: str, asked: Asked) -> Json:
    question = frame_.question(endpoint, asked.analysis)
    answer = subject_rows(connection, question)
    known = studies.subjects(connection, question.study, question.as_of.seq).values()
    patients = {subject.number: f"Patient/{subject.patient}" for subject in known}
    return measure_report.subject_list(_basis(frame_, question, answer, asked), patients, answer["rows"])


def _individual(connection: Connection, frame_: Frame, endpoint: str, asked: Asked, subject: KnownSubject) -> Json:
    question = replace(frame_.question(endpoint, asked.analysis), subject=subject.id)
    answer = subject_rows(connection, question)
    basis = _basis(frame_, question, answer, asked)
    return measure_report.individual(basis, f"Patient/{subject.patient}", answer["rows"], answer["excluded"])


def _basis(frame_: Frame, question: Question, answer: dict[str, Any], asked: Asked) -> Basis:
    """Without a cut-off the period ends on the last day on which anything can be known."""
    end = iso_day(question.today)
    assert end is not None  # a question has a day
    return Basis(measured(frame_, question.endpoint), answer, (asked.start, end), utc_text(asked.now))


def _subject(connection: Connection, study: str, caller: Caller, reference: str | None) -> KnownSubject:
    """The subject behind Patient/[id] or ResearchSubject/[id]. Faults where it is none of the study."""
    type_, _, identifier = (reference or "").partition("/")
    if type_ not in ("Patient", "ResearchSubject"):
        raise bad_parameter("subject", "Patient/[id] or ResearchSubject/[id]")
    standing(connection, type_, identifier, caller)
    found = studies.subject_by_resource(connection, type_, identifier)
    if found is None or found[0] != study:
        raise Fault(Category.NOT_FOUND, "no subject of this study")
    return found[1]


def _check_start(connection: Connection, question: Question, start: str | None) -> None:
    """Follow-up begins with each subject's own start: a period that begins later would leave part of it out."""
    if start is None:
        return
    begun = [row.get("start_day", row["day_zero"]) for row in question.run(connection) if row["excluded"] is None]
    first = iso_day(min((day for day in begun if day is not None), default=None))
    if first is not None and start > first:
        raise bad_parameter("periodStart", f"{first} or earlier, the first day on which follow-up begins")
