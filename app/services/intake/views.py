"""Patient and ResearchSubject: views over several records of one subject.

https://hl7.org/fhir/R4/researchsubject.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from app.domain.dates import PartialDate, parse_date
from app.domain.follow_up import Death, FollowUp
from app.domain.infusion import Infusion
from app.domain.record import Record
from app.domain.subject import EndOfStudy, Subject, together
from app.interop.fhir.research_subject import SubjectView
from app.services.stored import stored_record
from app.storage import events
from app.storage.identity import identities
from app.storage.records import KnownSubject, current_contents

VIEWED = ("subject", "infusion", "death", "end_of_study")


def views(connection: Connection, subjects: Iterable[KnownSubject], seq: int | None = None) -> dict[int, SubjectView]:
    """The subjects as their records tell them that count now (or at `seq`), by subject id."""
    wanted = {subject.id: subject for subject in subjects}
    contents = current_contents(connection, wanted, VIEWED, seq)
    counted = {key: _counted(contents.get(key, [])) for key in wanted}
    # Where several records tell of one subject, the first key that says a field counts, whatever the order of arrival.
    own = {key: [version for version, record in pairs if isinstance(record, Subject)] for key, pairs in counted.items()}
    identity = identities(connection, [version for versions in own.values() for version in versions])
    dead = events.reported_dead(connection, wanted, seq)
    return {
        key: _assemble(subject, _birth_year(own[key], identity), [record for _, record in counted[key]], key in dead)
        for key, subject in wanted.items()
    }


def is_viewed(record: Record, revisions: int) -> bool:
    """Whether the views depend on a record; on a follow-up only where it reports (or may have reported) a death."""
    if isinstance(record, FollowUp):
        return record.reports_death or revisions > 1
    return record.type in VIEWED


def _counted(rows: Iterable[Any]) -> list[tuple[int, Any]]:
    """(version id, record) of the rows, without what was entered in error."""
    pairs = [(row.id, stored_record(row.content)) for row in rows]
    return [(version, record) for version, record in pairs if record.status != "entered-in-error"]


def _assemble(subject: KnownSubject, birth_year: int | None, records: list[Record], dead: bool) -> SubjectView:
    record = together([item for item in records if isinstance(item, Subject)])
    deaths = [item for item in records if isinstance(item, Death)]
    ends = sorted((item for item in records if isinstance(item, EndOfStudy)), key=lambda item: item.date.first)
    return SubjectView(
        number=subject.number,
        site=subject.site,
        sex=record.sex if record else None,
        birth_year=birth_year,
        consent=record.consent_date if record else None,
        withdrawal=record.withdrawal if record else None,
        state=record.state if record else "not-registered",
        state_date=record.state_date if record else None,
        infused=_first([item.start for item in records if isinstance(item, Infusion) and item.exposed]),
        off_study=ends[-1].date if ends else None,
        off_study_reason=None,
        dead=dead,
        death=_best([item.date for item in deaths if item.date is not None]),
        strata=dict(record.strata or {}) if record else {},
    )


def _birth_year(versions: list[int], identity: dict[int, Any]) -> int | None:
    """The year in the first of these versions that says a birth date."""
    told = (identity[version].birth_date for version in versions if version in identity)
    text = next((text for text in told if text is not None), None)
    return None if text is None else int(parse_date(text).text[:4])


def _first(dates: list[PartialDate]) -> PartialDate | None:
    return min(dates, key=lambda date: date.first, default=None)


def _best(dates: list[PartialDate]) -> PartialDate | None:
    """The most exact of several dates of death, the earlier of equals."""
    return min(dates, key=lambda date: (date.last - date.first, date.first), default=None)
