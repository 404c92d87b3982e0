"""From parameters to a question: study, definition, moment and cut-off.

docs/adr/0003-as-of-and-cutoff.md
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from app.domain.dates import iso_day, parse_date
from app.domain.errors import Category, Fault, bad_parameter
from app.endpoints.definition import Definition
from app.services import definitions, studies
from app.services.derivation.question import Question, check_analysis
from app.storage import counter, cuts
from app.storage import studies as stored_studies
from app.storage.counter import Moment
from app.storage.records import KnownSubject
from app.storage.studies import StoredStudy


def moment(connection: Connection, as_of: str | None) -> Moment:
    """The moment of `as_of`: a sequence number or a date-time with offset; without it, now."""
    if as_of is None:
        return counter.latest(connection)
    if as_of.isascii() and as_of.isdigit() and len(as_of) < 19:
        found = counter.at_seq(connection, int(as_of))
        if found is None:
            raise bad_parameter("as_of", "a sequence number that was already given out")
        return found
    return _at_time(connection, as_of)


def _at_time(connection: Connection, text: str) -> Moment:
    expected = "a sequence number, or a date-time with offset such as 2026-07-01T00:00:00Z"
    try:
        parsed = parse_date(text.replace(" ", "+"))
    except ValueError:
        raise bad_parameter("as_of", expected) from None
    if parsed.instant is None:
        raise bad_parameter("as_of", expected)
    return counter.at_time(connection, parsed.instant)


def cutoff_day(text: str | None) -> int | None:
    """The cut-off as a day number; None is no cut-off."""
    if text is None:
        return None
    try:
        parsed = parse_date(text)
    except ValueError:
        raise bad_parameter("cutoff", "a date, YYYY-MM-DD") from None
    if parsed.precision != "day":
        raise bad_parameter("cutoff", "a date, YYYY-MM-DD")
    return parsed.first


@dataclass(frozen=True, slots=True)
class Axes:
    """What an answer depends on, as a question says it. cut: the name of a data cut, which stands for the others."""

    cutoff: str | None = None
    as_of: str | None = None
    cut: str | None = None
    definition_version: int | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """The same in its checked form: study, definition, cut-off (a day number, None is none) and moment."""

    study: StoredStudy
    definition: Definition
    cutoff: int | None
    as_of: Moment
    cut: str | None

    def header(self) -> dict[str, Any]:
        """Definition, cut-off, moment and cut, as every answer names them."""
        as_of = {"seq": self.as_of.seq, "time": self.as_of.time}
        named = {"definition": self.definition.id, "definition_version": self.definition.version}
        return {**named, "cutoff": iso_day(self.cutoff), "as_of": as_of, "cut": self.cut}

    def question(self, endpoint: str, analysis: str = "primary", subject: int | None = None) -> Question:
        """One endpoint asked within it. Fault where the endpoint or its analysis does not exist."""
        check_analysis(self.definition, endpoint, analysis)
        return Question(
            self.study.name, self.definition, endpoint, analysis, self.cutoff, self.as_of, subject, self.cut
        )


def frame(connection: Connection, study: str, axes: Axes) -> Frame:
    """The frame of a question. Faults name the parameter."""
    stored = studies.find(connection, study)
    if axes.cut is not None:
        return _frame_of_cut(connection, stored, axes)
    version = axes.definition_version
    if version is None:
        definition = definitions.get(connection, stored.definition, stored.definition_version)
    else:
        definition = definitions.asked(connection, stored.definition, version)
    return Frame(stored, definition, cutoff_day(axes.cutoff), moment(connection, axes.as_of), None)


def _frame_of_cut(connection: Connection, stored: StoredStudy, axes: Axes) -> Frame:
    if axes != Axes(cut=axes.cut):
        raise bad_parameter("cut", "either cut, or cutoff, as_of and definition_version")
    assert axes.cut is not None  # the caller has looked
    found = cuts.find(connection, stored.name, axes.cut)
    if found is None:
        known = ", ".join(cut.name for cut in cuts.every(connection, stored.name))
        raise bad_parameter("cut", known or "no cut has been made")
    definition = definitions.get(connection, found.definition, found.definition_version)
    return Frame(stored, definition, found.cutoff, found.as_of, found.name)


def ask(
    connection: Connection,
    study: str,
    endpoint: str,
    *,
    analysis: str = "primary",
    axes: Axes = Axes(),
    subject: int | None = None,
) -> Question:
    """The question in its checked form. Faults name the parameter."""
    return frame(connection, study, axes).question(endpoint, analysis, subject)


def subject_of(connection: Connection, study: str, number: str, known: Moment) -> KnownSubject:
    """The subject of that number as it was known at a moment. Fault NOT_FOUND."""
    found = stored_studies.subject(connection, study, number, known.seq)
    if found is None:
        raise Fault(Category.NOT_FOUND, "no such subject")
    return found


def utc_now() -> datetime:
    """The clock of a running service."""
    return datetime.now(UTC)
