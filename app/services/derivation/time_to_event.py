"""Rows of time-to-event endpoints: what was decided for each subject, and by which record version.

https://www.cdisc.org/standards/foundational/adam/adam-basic-data-structure-bds-time-event-tte-analyses-v10
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.domain.dates import iso_day
from app.endpoints.definition import TimeToEvent
from app.endpoints.event import FIRST_DAY
from app.services.derivation.question import Question

NOTHING_AFTER = "no evidence after the start"


@dataclass(frozen=True, slots=True)
class Row:
    """One subject of the population. days: whole days since the start; cnsr: 0 event, else the censoring's code.

    cnsr None: undetermined, for `reason`; it cannot be said whether the event was on `day`, later, or never.
    imputed: the highest part of the event's date, else of the start's, that had to be imputed (D, M, Y). A censoring
    date is the last day that is known, so that nothing of it is imputed.
    """

    subject: int
    start: int
    day: int
    cnsr: int | None
    component: str | None
    reason: str | None
    imputed: str | None
    evidence: dict[str, Any] | None

    @property
    def days(self) -> int:
        """Days from start to event or censoring, as the estimators use them."""
        return self.day - self.start

    @property
    def status(self) -> str:
        """`event`, `censored` or `undetermined`."""
        return "undetermined" if self.cnsr is None else "censored" if self.cnsr else "event"


@dataclass(frozen=True, slots=True)
class Derived:
    """One row for each member of the population, one exclusion for every other subject."""

    rows: list[Row]
    excluded: dict[int, str]


def derive(connection: Connection, question: Question) -> Derived:
    """Run the endpoint's statement."""
    rule = question.rule
    assert isinstance(rule, TimeToEvent)  # the caller chose by kind
    return fold(question.run(connection), rule)


def fold(rows: Iterable[Any], rule: TimeToEvent) -> Derived:
    """Results and exclusions out of the statement's rows, whichever engine gave them."""
    found: list[Row] = []
    excluded: dict[int, str] = {}
    for row in rows:
        if row["excluded"] is not None:
            excluded[row["subject"]] = row["excluded"]
        else:
            found.append(_event(row) if row["event_day"] is not None else _censored(row, rule))
    return Derived(found, excluded)


def _event(row: Any) -> Row:
    doubt = row["event_doubt"]
    return Row(
        row["subject"],
        row["start_day"],
        row["event_day"],
        0 if doubt is None else None,
        row["event_component"] if doubt is None else None,
        doubt,
        row["event_dtf"] or row.get("start_dtf"),
        evidence(row, "event_"),
    )


def _censored(row: Any, rule: TimeToEvent) -> Row:
    subject, start, day, imputed = row["subject"], row["start_day"], row["censor_day"], row.get("start_dtf")
    if day is None:
        return Row(subject, start, start, rule.start_cnsr, None, NOTHING_AFTER, imputed, evidence(row, "start_"))
    source = rule.censor[row["censor_position"]]
    cnsr, reason = source.cnsr, source.reason
    if row["censor_clipped"]:
        cnsr, reason = end_of(rule, row["end_position"])
    return Row(subject, start, day, cnsr, None, reason, imputed, evidence(row, "censor_"))


def end_of(rule: Any, position: int) -> tuple[int, str]:
    """(CNSR, reason) of what ended observation; the place after the last source is the cut-off."""
    ends = rule.observation_end
    return (ends[position].cnsr, ends[position].reason) if position < len(ends) else (2, "data cut-off")


def evidence(row: Any, prefix: str) -> dict[str, Any] | None:
    """The record version that a row rests on."""
    if row[f"{prefix}record"] is None:
        return None
    return {name: row[f"{prefix}{name}"] for name in ("record", "version", "resource")}


def row_json(row: Row, number: str) -> dict[str, Any]:
    """The row as the contract has it."""
    return {
        "subject": number,
        "status": row.status,
        "component": row.component,
        "start_date": iso_day(row.start),
        "date": None if row.cnsr is None else iso_day(row.day),
        "days": None if row.cnsr is None else row.days,
        "aval": None if row.cnsr is None else row.days + 1,
        "cnsr": row.cnsr,
        "reason": row.reason,
        "imputed": row.imputed,
        "evidence": [row.evidence] if row.evidence else [],
    }


def rejected(connection: Connection, question: Question) -> dict[int, list[dict[str, Any]]]:
    """Records that could have been the event and are not, with the reason, by subject."""
    found: dict[int, list[dict[str, Any]]] = {}
    chosen: dict[int, str] = {}
    for row in question.run(connection, "candidates"):
        if chosen.get(row["subject"]) == row["record"]:
            continue
        why = _why(row, question, chosen)
        if why is not None:
            day = None if row["day"] == FIRST_DAY else iso_day(row["day"])
            entry = {"record": row["record"], "version": row["version"], "date": day, "why": why}
            found.setdefault(row["subject"], []).append(entry)
    for row in question.run(connection, "superseded"):
        found.setdefault(row["subject"], []).append(_superseded(row))
    return found


def _superseded(row: Any) -> dict[str, Any]:
    day = None if row["first_day"] == FIRST_DAY else iso_day(row["first_day"])
    return {"record": row["record"], "version": row["version"], "date": day, "why": "superseded version"}


def _why(row: Any, question: Question, chosen: dict[int, str]) -> str | None:
    """Candidates come in order, so that the first possible one of a subject is the event: its record is chosen."""
    if not row["after_start"]:
        return "before the start"
    if question.cutoff is not None and row["day"] > question.cutoff:
        return "after the cut-off"
    if row["day"] > row["end_day"]:
        return f"after the observation end: {end_of(question.rule, row['end_position'])[1]}"
    if row["subject"] in chosen:
        return "an earlier event, or one listed before it on the same day, was taken"
    chosen[row["subject"]] = row["record"]
    return None
