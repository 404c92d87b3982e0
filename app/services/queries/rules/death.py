"""Deaths: dates, causes, and what is dated after them.

docs/queries.md
"""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.follow_up import Death, FollowUp, Therapy
from app.domain.record import Record
from app.domain.transplant import Transplant
from app.services.queries.dossier import Dossier
from app.services.queries.history import History
from app.services.queries.query import Query, ask


def undated(history: History) -> Iterator[Query]:
    """A death without a date, or with a part of one."""
    death = history.death
    if death is not None and death.precision == "none":
        yield ask("death-date-missing", death.record)
    elif death is not None and death.first_day != death.last_day:
        yield ask("death-date-partial", death.record)


def contact_after(history: History) -> Iterator[Query]:
    """Evidence of life after the death."""
    death = history.death
    if death is None:
        return
    late = sorted({row.record for row in history.contacts if row.first_day > death.last_day})
    if late:
        yield ask("contact-after-death", death.record, *late, count=len(late))


def relapse_after(history: History) -> Iterator[Query]:
    """A relapse after the death."""
    death = history.death
    if death is None:
        return
    for row in history.kind("assessment"):
        if row.status == "relapse" and row.first_day > death.last_day:
            yield ask("relapse-after-death", row.record, death.record)


def dates_differ(history: History) -> Iterator[Query]:
    """Deaths on days that cannot be the same."""
    dated = [row for row in history.kind("death") if row.precision != "none"]
    if dated and max(row.first_day for row in dated) > min(row.last_day for row in dated):
        yield ask("death-dates-differ", *(row.record for row in dated))


def before_infusion(history: History) -> Iterator[Query]:
    """A death before day 0."""
    death, zero = history.death, history.day_zero
    if death is not None and zero is not None and death.last_day < zero:
        yield ask("death-before-infusion", death.record)


def treatment_after(dossier: Dossier) -> Iterator[Query]:
    """A treatment after the death."""
    death = dossier.history.death
    if death is None:
        return
    treatments: list[Record] = [*dossier.given, *dossier.of(Transplant), *dossier.of(Therapy)]
    for record in treatments:
        days = dossier.when(record)
        if days is not None and days.first > death.last_day:
            yield ask("treatment-after-death", record.key, death.record)


def record_missing(dossier: Dossier) -> Iterator[Query]:
    """A death that only a contact tells of."""
    told = [record.key for record in dossier.of(FollowUp) if record.reports_death]
    if told and not dossier.of(Death):
        yield ask("death-record-missing", *told)


def cause(dossier: Dossier) -> Iterator[Query]:
    """A cause that is missing, or that nothing else shows."""
    for record in dossier.of(Death):
        if record.cause is None:
            yield ask("death-cause-missing", record.key)
        elif record.cause == "relapse" and not _relapse_or_progression(dossier):
            yield ask("relapse-not-documented", record.key)


def _relapse_or_progression(dossier: Dossier) -> bool:
    return any(item.relapse or item.response == "PD" for item in dossier.assessments)


EVENT_RULES = (undated, contact_after, relapse_after, dates_differ, before_infusion)
RECORD_RULES = (treatment_after, record_missing, cause)
