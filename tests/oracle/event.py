"""A row of the event table as a plain value, and which rows a question may see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from app.endpoints.definition import Definition, Where


@dataclass(frozen=True)
class Event:
    """The columns of the event table."""

    id: int
    study: str
    subject: int
    kind: str
    status: str | None
    category: str | None
    grade: int | None
    value: float | None
    related: str | None
    flag: int | None
    first_day: int
    last_day: int
    precision: str
    second: int | None
    end_day: int | None
    end_second: int | None
    until_day: int | None
    until_second: int | None
    record: str
    version: int
    resource: str | None
    seq_from: int
    seq_to: int

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Event":
        return cls(**{field.name: row.get(field.name) for field in fields(cls)})

    @property
    def imputed(self) -> str | None:
        """ADaM date imputation flag: the highest part of the date that is not known."""
        return {"month": "D", "year": "M", "none": "Y"}.get(self.precision)


def visible(events: Iterable[Event], study: str, as_of: int) -> list[Event]:
    """What the service had received by `as_of`, each record in the version that counted then."""
    return [event for event in events if event.study == study and event.seq_from <= as_of < event.seq_to]


def belongs(event: Event, where: Where) -> bool:
    """Whether an event is one of a source. A value that is not known passes `not_in`, and no other condition."""
    return (
        event.kind == where.kind
        and _word(event.status, where.status_in, where.status_not_in)
        and _word(event.category, where.category_in, where.category_not_in)
        and _at_least(event.grade, where.grade_min)
        and _at_most(event.grade, where.grade_max)
        and (where.grade_missing is None or (event.grade is None) == where.grade_missing)
        and (where.value_min is None or (event.value is not None and event.value >= where.value_min))
        and (where.value_below is None or (event.value is not None and event.value < where.value_below))
        and (where.flag is None or event.flag == int(where.flag))
        and (where.flag_not is None or event.flag is None or event.flag != int(where.flag_not))
    )


def _word(value: str | None, wanted: list[str] | None, unwanted: list[str] | None) -> bool:
    return (wanted is None or value in wanted) and (unwanted is None or value is None or value not in unwanted)


def _at_least(value: int | None, least: int | None) -> bool:
    return least is None or (value is not None and value >= least)


def _at_most(value: int | None, most: int | None) -> bool:
    return most is None or (value is not None and value <= most)


def select(events: Iterable[Event], definition: Definition, *sources: str) -> list[Event]:
    """The events of any of the sources."""
    wheres = [definition.sources[source] for source in sources]
    return [event for event in events if any(belongs(event, where) for where in wheres)]
