"""Adverse events: grades, dates, seriousness, outcome.

docs/queries.md
"""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.adverse_event import AdverseEvent
from app.domain.dates import DayRange, iso_day
from app.interop.events.adverse_event import FATAL, UNLISTED, term_name
from app.services.queries.dossier import Dossier
from app.services.queries.history import History
from app.services.queries.query import Query, ask
from app.terminology.value_sets import normalise


def grade_5_without_death(history: History) -> Iterator[Query]:
    """A fatal grade, and nobody has died."""
    if history.death is not None:
        return
    for record in sorted({row.record for row in history.kind("ae_grade") if row.grade == FATAL}):
        yield ask("grade-5-without-death", record)


def grade_missing(history: History) -> Iterator[Query]:
    """No grade of an adverse event or a GVHD."""
    for row in history.kind("ae_grade", "gvhd_grade"):
        if row.grade is None:
            yield ask("grade-missing", row.record)


def seriousness_missing(history: History) -> Iterator[Query]:
    """Serious or not is not recorded."""
    for row in history.kind("seriousness"):
        if row.status == "unknown":
            yield ask("seriousness-missing", row.record)


def relatedness_missing(history: History) -> Iterator[Query]:
    """An event that may limit the dose, without relatedness."""
    found = {row.record for row in history.kind("ae_grade") if row.related is None and (row.grade or 3) >= 3}
    if history.day_zero is not None:
        for record in sorted(found):
            yield ask("relatedness-missing", record)


def end_before_onset(history: History) -> Iterator[Query]:
    """An end before the onset, or before the first dated grade."""
    begins: dict[str, int] = {}
    for row in history.kind("ae_grade"):
        begins[row.record] = min(begins.get(row.record, row.first_day), row.first_day)
    ends = {row.record: row.end_day for row in history.kind("ae_grade") if row.end_day is not None}
    for record, end in ends.items():
        if end < begins[record]:
            yield ask("end-before-onset", record)


def duplicates(history: History) -> Iterator[Query]:
    """The same term on the same day in two records."""
    seen: dict[tuple[str, int], str] = {}
    for row in history.kind("seriousness"):
        if row.category == UNLISTED or row.precision == "none":
            continue
        other = seen.setdefault((row.category, row.first_day), row.record)
        if other != row.record:
            yield ask("possible-duplicate", other, row.record, day=iso_day(row.first_day))


def duplicate_records(dossier: Dossier) -> Iterator[Query]:
    """The same for events that are not serious, of which the clinical events keep no term."""
    seen: dict[tuple[str, int], str] = {}
    for record in sorted(dossier.of(AdverseEvent), key=lambda item: item.key):
        days, name = dossier.days(record.onset), term_name(record)
        if days is None or name == UNLISTED:
            continue
        other = seen.setdefault((name, days.first), record.key)
        if other != record.key:
            yield ask("possible-duplicate", other, record.key, day=iso_day(days.first))


def onset(dossier: Dossier) -> Iterator[Query]:
    """No onset, or one that may lie on either side of a bound of the window."""
    zero = dossier.day_zero
    for record in dossier.of(AdverseEvent):
        days = dossier.days(record.onset)
        if days is None:
            yield ask("onset-missing", record.key)
        elif zero is not None and not days.exact and _reaches_over(days, zero, zero + dossier.window_days):
            yield ask("onset-partial", record.key)


def _reaches_over(days: DayRange, start: int, end: int) -> bool:
    return days.first < start <= days.last or days.first <= end < days.last


def course(dossier: Dossier) -> Iterator[Query]:
    """Ends and dated grades that contradict each other."""
    for record in dossier.of(AdverseEvent):
        history = record.grade_history or []
        if record.ongoing and record.end is not None:
            yield ask("ongoing-with-end", record.key)
        if record.grade is not None and any(change.grade > record.grade for change in history):
            yield ask("grade-below-history", record.key)
        changes = [change.date.at_site(dossier.zone) for change in history]
        if outside(changes, dossier.days(record.onset), dossier.days(record.end)):
            yield ask("history-outside-event", record.key)


def outside(changes: list[DayRange], first: DayRange | None, end: DayRange | None) -> bool:
    """Whether a change surely lies before the onset or after the end."""
    early = first is not None and any(days.last < first.first for days in changes)
    return early or (end is not None and any(days.first > end.last for days in changes))


def seriousness(dossier: Dossier) -> Iterator[Query]:
    """Serious without a criterion, a criterion without serious, serious before it began."""
    for record in dossier.of(AdverseEvent):
        if record.serious and not record.seriousness_criteria:
            yield ask("serious-without-criterion", record.key)
        if record.serious is False and record.seriousness_criteria:
            yield ask("non-serious-with-criterion", record.key)
        since, first = dossier.days(record.serious_since), dossier.days(record.onset)
        if since is not None and first is not None and since.last < first.first:
            yield ask("serious-before-onset", record.key)


def fatality(dossier: Dossier) -> Iterator[Query]:
    """Outcome and grade that do not agree about a death, or a death that is recorded nowhere else."""
    for record in dossier.of(AdverseEvent):
        grades = [change.grade for change in record.grade_history or ()]
        worst = max([*grades, *([] if record.grade is None else [record.grade])], default=None)
        outcome = None if record.outcome is None else normalise("outcome", record.outcome)
        criteria = {normalise("seriousness-criterion", word) for word in record.seriousness_criteria or ()}
        fatal = outcome == "fatal" or "death" in criteria
        if fatal and worst is not None and worst < FATAL:
            yield ask("fatal-without-grade-5", record.key)
        if fatal and worst != FATAL and dossier.history.death is None:
            yield ask("fatal-without-death", record.key)
        if worst == FATAL and outcome not in (None, "fatal", "unknown"):
            yield ask("grade-5-not-fatal", record.key)


EVENT_RULES = (
    grade_5_without_death,
    grade_missing,
    seriousness_missing,
    relatedness_missing,
    end_before_onset,
    duplicates,
)
RECORD_RULES = (duplicate_records, onset, course, seriousness, fatality)
