"""Clinical events: what the forms said, reduced to kind, days and grade. The columns are declared here, once.

https://www.cdisc.org/standards/foundational/adam (ADTTE sources)
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Double, Index, Integer, MetaData, SmallInteger, String, Table

from app.domain.dates import DayRange

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# Ties are decided by the record's key: in the order of its code points, whatever the database's language.
KEY = String(400).with_variant(String(400, collation="C"), "postgresql")
BIG = BigInteger().with_variant(Integer, "sqlite")
FOREVER = 2**62
FIRST_DAY, LAST_DAY = -1_000_000, 1_000_000
UNKNOWN = DayRange(FIRST_DAY, LAST_DAY, "none")


@dataclass(frozen=True, slots=True)
class ClinicalEvent:
    """One thing that happened to a subject, with every day on which it may have happened.

    days: first and last possible day; end: last possible day of its end; until: the day its grade fell.
    status, category, grade, value, related, flag: meaning by kind, see docs/events.md.
    """

    kind: str
    days: DayRange
    status: str | None = None
    category: str | None = None
    grade: int | None = None
    value: float | None = None
    related: str | None = None
    flag: bool | None = None
    end: DayRange | None = None
    until: DayRange | None = None
    role: str = ""


EVENT = Table(
    "clinical_event",
    METADATA,
    Column("id", BIG, primary_key=True),
    Column("study", String(64), nullable=False),
    Column("subject", BIG, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("status", String(200)),
    Column("category", String(200)),
    Column("grade", SmallInteger),
    Column("value", Double),
    Column("related", String(16)),
    Column("flag", SmallInteger),
    Column("first_day", Integer, nullable=False),
    Column("last_day", Integer, nullable=False),
    Column("precision", String(8), nullable=False),
    Column("second", BigInteger),
    Column("end_day", Integer),
    Column("end_second", BigInteger),
    Column("until_day", Integer),
    Column("until_second", BigInteger),
    Column("record", KEY, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("resource", String(160)),
    Column("seq_from", BigInteger, nullable=False),
    Column("seq_to", BigInteger, nullable=False),
    Index("ix_clinical_event_kind", "study", "kind", "subject", "first_day"),
    Index("ix_clinical_event_subject", "subject", "kind"),
    Index("ix_clinical_event_record", "record"),
)


def event_row(event: ClinicalEvent) -> dict[str, object]:
    """The event's own columns; storage adds whose it is, where it came from and its `seq` range."""
    end, until = event.end, event.until
    return {
        "kind": event.kind,
        "status": event.status,
        "category": event.category,
        "grade": event.grade,
        "value": event.value,
        "related": event.related,
        "flag": None if event.flag is None else int(event.flag),
        "first_day": event.days.first,
        "last_day": event.days.last,
        "precision": event.days.precision,
        "second": event.days.second,
        "end_day": None if end is None else end.last,
        "end_second": None if end is None else end.second,
        "until_day": None if until is None else until.last,
        "until_second": None if until is None else until.second,
    }
