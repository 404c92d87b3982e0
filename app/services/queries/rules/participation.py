"""Consent, state in the study, and data from when there should be none.

https://hl7.org/fhir/R4/researchsubject.html
"""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.follow_up import Death
from app.domain.subject import EndOfStudy, Subject
from app.services.queries.dossier import Dossier
from app.services.queries.history import History
from app.services.queries.query import Query, ask

_ADMINISTRATIVE = (Subject, EndOfStudy, Death)


def infusion_before_consent(history: History) -> Iterator[Query]:
    """Day 0 before the consent."""
    zero = history.day_zero
    withdrawals = {row.record: row.first_day for row in history.kind("withdrawal")}
    for row in history.kind("alive"):
        consented = row.category == "subject" and withdrawals.get(row.record) != row.first_day
        if consented and zero is not None and row.first_day > zero:
            yield ask("infusion-before-consent", row.record)


def consent_missing(dossier: Dossier) -> Iterator[Query]:
    """An infusion without a consent."""
    subjects = dossier.of(Subject)
    if dossier.given and not any(record.consent_date for record in subjects):
        yield ask("consent-missing", dossier.given[0].key, *(record.key for record in subjects))


def state(dossier: Dossier) -> Iterator[Query]:
    """A state that nothing else shows."""
    for record in dossier.of(Subject):
        if record.state == "withdrawn" and record.withdrawal is None:
            yield ask("withdrawn-without-withdrawal", record.key)
        if record.state == "on-study-intervention" and not dossier.given:
            yield ask("state-without-infusion", record.key)


def after_withdrawal(dossier: Dossier) -> Iterator[Query]:
    """Data from after a withdrawal that covers follow-up."""
    for record in dossier.of(Subject):
        withdrawal = record.withdrawal
        if withdrawal is None or withdrawal.scope == "treatment" or withdrawal.vital_status_allowed:
            continue
        late = _later(dossier, withdrawal.date.at_site(dossier.zone).last)
        if late:
            yield ask("data-after-withdrawal", record.key, *late, count=len(late))


def after_end(dossier: Dossier) -> Iterator[Query]:
    """Data from after the end of the study, or the date of the state off-study."""
    ends = {record.key: record.date for record in dossier.of(EndOfStudy)}
    for subject in dossier.of(Subject):
        if subject.state == "off-study" and subject.state_date is not None:
            ends[subject.key] = subject.state_date
    for key, end in ends.items():
        late = _later(dossier, end.at_site(dossier.zone).last)
        if late:
            yield ask("off-study-with-later-data", key, *late, count=len(late))


def _later(dossier: Dossier, day: int) -> list[str]:
    """Records of what happened after a day; a death is told whenever it comes."""
    found = []
    for record in dossier.records:
        days = None if isinstance(record, _ADMINISTRATIVE) else dossier.when(record)
        if days is not None and days.first > day:
            found.append(record.key)
    return found


EVENT_RULES = (infusion_before_consent,)
RECORD_RULES = (consent_missing, state, after_withdrawal, after_end)
