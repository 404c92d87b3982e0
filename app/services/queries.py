"""Data queries: contradictions and gaps in one subject's events, each with its rule and a plain sentence.

docs/queries.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.domain.dates import iso_day
from app.storage import events

REMISSION = frozenset({"CR", "CRi", "CRh", "MLFS", "PR", "SD", "PD", "relapse"})


@dataclass(frozen=True, slots=True)
class Query:
    """One open question to the site."""

    rule: str
    text: str
    records: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The query as it is listed."""
        return {"rule": self.rule, "text": self.text, "records": list(self.records)}


class History:
    """A subject's events by kind."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._kinds: dict[str, list[Any]] = {}
        for row in rows:
            self._kinds.setdefault(row.kind, []).append(row)

    def kind(self, *kinds: str) -> list[Any]:
        """Events of these kinds."""
        return [row for kind in kinds for row in self._kinds.get(kind, ())]

    @property
    def day_zero(self) -> int | None:
        """Day of the first infusion in which cells were given."""
        return min((row.first_day for row in self.kind("infusion") if row.flag), default=None)

    @property
    def death(self) -> Any:
        """The most exact death record."""
        return min(self.kind("death"), key=lambda row: (row.last_day - row.first_day, row.first_day), default=None)

    @property
    def contacts(self) -> list[Any]:
        """Evidence of life from anything but a death record."""
        return [row for row in self.kind("alive") if row.category != "death"]


Rule = Callable[[History], Iterator[Query]]


def _death_undated(history: History) -> Iterator[Query]:
    death = history.death
    if death is not None and death.precision == "none":
        yield Query("death-date-missing", "A death is recorded without a date.", (death.record,))
    elif death is not None and death.first_day != death.last_day:
        yield Query("death-date-partial", "The date of death is known only in part.", (death.record,))


def _contact_after_death(history: History) -> Iterator[Query]:
    death = history.death
    if death is None:
        return
    late = sorted({row.record for row in history.contacts if row.first_day > death.last_day})
    if late:
        text = f"{len(late)} record(s) show the patient alive after the death."
        yield Query("contact-after-death", text, (death.record, *late))


def _relapse_after_death(history: History) -> Iterator[Query]:
    death = history.death
    if death is None:
        return
    for row in history.kind("assessment"):
        if row.status == "relapse" and row.first_day > death.last_day:
            yield Query("relapse-after-death", "A relapse is dated after the death.", (row.record, death.record))


def _deaths_disagree(history: History) -> Iterator[Query]:
    dated = [row for row in history.kind("death") if row.precision != "none"]
    if dated and max(row.first_day for row in dated) > min(row.last_day for row in dated):
        yield Query("death-dates-differ", "Deaths are recorded on different dates.", tuple(row.record for row in dated))


def _death_before_infusion(history: History) -> Iterator[Query]:
    death, zero = history.death, history.day_zero
    if death is not None and zero is not None and death.last_day < zero:
        yield Query("death-before-infusion", "The death is dated before the infusion.", (death.record,))


def _fatal_grade_without_death(history: History) -> Iterator[Query]:
    if history.death is not None:
        return
    for record in sorted({row.record for row in history.kind("ae_grade") if row.grade == 5}):
        text = "An adverse event has grade 5, but no death is recorded."
        yield Query("grade-5-without-death", text, (record,))


def _grade_missing(history: History) -> Iterator[Query]:
    for row in history.kind("ae_grade", "gvhd_grade"):
        if row.grade is None:
            yield Query("grade-missing", "The grade is not recorded.", (row.record,))


def _seriousness_missing(history: History) -> Iterator[Query]:
    for row in history.kind("seriousness"):
        if row.status == "unknown":
            yield Query("seriousness-missing", "It is not recorded whether the event was serious.", (row.record,))


def _relatedness_missing(history: History) -> Iterator[Query]:
    zero = history.day_zero
    found = {row.record for row in history.kind("ae_grade") if row.related is None and (row.grade or 3) >= 3}
    if zero is not None:
        for record in sorted(found):
            text = "The relation of this event to the infusion is not recorded; it counts as related."
            yield Query("relatedness-missing", text, (record,))


def _end_before_onset(history: History) -> Iterator[Query]:
    for row in history.kind("ae_grade"):
        if row.end_day is not None and row.end_day < row.first_day:
            yield Query("end-before-onset", "The event ends before it begins.", (row.record,))


def _baseline_missing(history: History) -> Iterator[Query]:
    zero = history.day_zero
    if zero is None:
        return
    known = [row for row in history.kind("assessment") if row.status in REMISSION and row.last_day <= zero]
    if not known:
        infusion = next(row for row in history.kind("infusion") if row.flag)
        text = "No disease status is recorded on or before the infusion; the patient is in neither DFS nor DOR."
        yield Query("baseline-missing", text, (infusion.record,))


def _possible_duplicates(history: History) -> Iterator[Query]:
    seen: dict[tuple[str, int], str] = {}
    for row in history.kind("seriousness"):
        if row.category == "unlisted term" or row.precision == "none":
            continue
        place = (row.category, row.first_day)
        other = seen.setdefault(place, row.record)
        if other != row.record:
            text = f"Two adverse events have the same term and begin on {iso_day(row.first_day)}."
            yield Query("possible-duplicate", text, (other, row.record))


def _infusion_before_consent(history: History) -> Iterator[Query]:
    zero = history.day_zero
    withdrawals = {row.record: row.first_day for row in history.kind("withdrawal")}
    consents = [row for row in history.kind("alive") if row.category == "subject"]
    for row in consents:
        if zero is not None and row.first_day > zero and withdrawals.get(row.record) != row.first_day:
            yield Query("infusion-before-consent", "The infusion is dated before the consent.", (row.record,))


RULES: tuple[Rule, ...] = (
    _death_undated,
    _contact_after_death,
    _relapse_after_death,
    _deaths_disagree,
    _death_before_infusion,
    _fatal_grade_without_death,
    _grade_missing,
    _seriousness_missing,
    _relatedness_missing,
    _end_before_onset,
    _baseline_missing,
    _possible_duplicates,
    _infusion_before_consent,
)


def queries_of(rows: Iterable[Any]) -> list[Query]:
    """Every open query on one subject's events; one a rule and set of records."""
    history = History(rows)
    return list(dict.fromkeys(query for rule in RULES for query in rule(history)))


def queries_of_study(
    connection: Connection, study: str, as_of: int, subject: int | None = None
) -> dict[int, list[Query]]:
    """Open queries by subject; subjects without one are absent."""
    found = {key: queries_of(rows) for key, rows in events.of_subjects(connection, study, as_of, subject).items()}
    return {key: queries for key, queries in found.items() if queries}
