"""From parameters to a question: study, definition, moment and cut-off.

docs/adr/0003-as-of-and-cutoff.md
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection

from app.domain.dates import parse_date
from app.domain.errors import Category, Fault, bad_parameter
from app.services import studies
from app.services.derivation.question import Question, check_analysis, find_definition
from app.storage import counter
from app.storage import studies as stored_studies
from app.storage.counter import Moment
from app.storage.records import KnownSubject


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


def ask(
    connection: Connection,
    study: str,
    endpoint: str,
    *,
    analysis: str = "primary",
    cutoff: str | None = None,
    as_of: str | None = None,
    subject: int | None = None,
) -> Question:
    """The question in its checked form. Faults name the parameter."""
    stored = studies.find(connection, study)
    definition = find_definition(stored.definition, stored.definition_version)
    check_analysis(definition, endpoint, analysis)
    known = moment(connection, as_of)
    return Question(stored.name, definition, endpoint, analysis, cutoff_day(cutoff), known, subject)


def subject_of(connection: Connection, study: str, number: str, known: Moment) -> KnownSubject:
    """The subject of that number as it was known at a moment. Fault NOT_FOUND."""
    found = stored_studies.subject(connection, study, number, known.seq)
    if found is None:
        raise Fault(Category.NOT_FOUND, "no such subject")
    return found


def utc_now() -> datetime:
    """The clock of a running service."""
    return datetime.now(UTC)
