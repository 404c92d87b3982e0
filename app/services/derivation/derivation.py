"""The errand: ask storage once, fold, estimate, answer.

The contract at the doors, section Endpoints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.domain.errors import bad_parameter
from app.endpoints.definition import ConfType, TimeToEvent, Toxicity, WindowIncidence
from app.services.derivation import estimate, window
from app.services.derivation.estimate import Settings
from app.services.derivation.question import Question
from app.services.derivation.time_to_event import Derived, Row, derive, rejected, row_json
from app.services.derivation.window import DltRow, SaeRow
from app.services.queries import queries_of_study
from app.storage import events, studies

DOSE_LEVEL, SITE = "dose_level", "site"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the estimate is wanted."""

    group_by: str | None = None
    conf_type: ConfType | None = None
    curve: bool = False


def summary(connection: Connection, question: Question, wanted: Wanted) -> dict[str, Any]:
    """The estimate of an endpoint with its header."""
    rule = question.rule
    given = question.definition.estimate
    conf_type = wanted.conf_type or given.conf_type
    settings = Settings(conf_type, given.level, tuple(given.landmarks), wanted.curve)
    footer = {"conf_type": settings.conf_type, "level": settings.level}
    if isinstance(rule, TimeToEvent):
        return {**question.header(), **_curves(connection, question, rule, settings, wanted), **footer}
    return {**question.header(), **_window_summary(connection, question, wanted), "level": given.level}


def _curves(
    connection: Connection, question: Question, rule: TimeToEvent, settings: Settings, wanted: Wanted
) -> dict[str, Any]:
    rows = derive(connection, question).rows

    def fit(members: Sequence[Row]) -> dict[str, Any]:
        if rule.kind == "competing_risks":
            return estimate.competing(members, rule, settings)
        return estimate.survival(members, settings)

    body: dict[str, Any] = {"overall": fit(rows)}
    if wanted.group_by is not None:
        by_group = estimate.groups(rows, strata(connection, question, wanted.group_by))
        body["group_by"] = wanted.group_by
        body["groups"] = {name: fit(members) for name, members in by_group.items()}
        body |= estimate.compare(by_group, rule)
    return body


def strata(connection: Connection, question: Question, name: str) -> Mapping[int, str]:
    """Values of a stratum by subject. Fault when no subject has it."""
    if name == SITE:
        known = studies.subjects(connection, question.study, question.as_of.seq)
        return {key: subject.site for key, subject in known.items()}
    values = events.strata(connection, question.study, question.as_of.seq, name)
    if not values:
        names = [SITE, *events.strata_names(connection, question.study, question.as_of.seq)]
        raise bad_parameter("group_by", ", ".join(names))
    return values


def _window_summary(connection: Connection, question: Question, wanted: Wanted) -> dict[str, Any]:
    level = question.definition.estimate.level
    rows, _ = window.derive(connection, question)
    values = events.strata(connection, question.study, question.as_of.seq, DOSE_LEVEL)
    rule = question.rule
    if isinstance(rule, Toxicity):
        dlts = [DltRow(row, question.today, rule) for row in rows]
        by_level = _grouped(dlts, values)
        levels = {name: estimate.toxicity(members, level) for name, members in by_level.items()}
        body = {**estimate.toxicity(dlts, level), "by_dose_level": levels}
        return body | _by_group(connection, question, wanted, dlts, lambda members: estimate.toxicity(members, level))
    saes = [SaeRow(row) for row in rows]
    body = estimate.incidence(saes, level)
    _name_subjects(connection, body["deaths"])
    return body | _by_group(connection, question, wanted, saes, lambda members: estimate.incidence(members, level))


def _by_group(connection: Connection, question: Question, wanted: Wanted, rows: Any, fit: Any) -> dict[str, Any]:
    if wanted.group_by is None:
        return {}
    grouped = _grouped(rows, strata(connection, question, wanted.group_by))
    found = {name: fit(members) for name, members in grouped.items()}
    for part in found.values():
        _name_subjects(connection, part.get("deaths", []))
    return {"group_by": wanted.group_by, "groups": found}


def _grouped(rows: Sequence[Any], values: Mapping[int, str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(values.get(row.row.subject, estimate.UNKNOWN_GROUP), []).append(row)
    return dict(sorted(found.items()))


def _name_subjects(connection: Connection, entries: list[dict[str, Any]]) -> None:
    numbers = studies.numbers(connection, [entry["subject"] for entry in entries])
    for entry in entries:
        entry["subject"] = numbers[entry["subject"]]


def subject_rows(connection: Connection, question: Question) -> dict[str, Any]:
    """One row or one exclusion for every subject, in order of subject numbers, with the evidence."""
    rows, excluded = _rows_and_exclusions(connection, question)
    numbers = studies.numbers(connection, [*rows, *excluded])
    queries = queries_of_study(connection, question.study, question.as_of.seq, question.subject)
    body = [
        {**_with_number(row, numbers[key]), "queries": [query.rule for query in queries.get(key, [])]}
        for key, row in rows.items()
    ]
    out = [{"subject": numbers[key], "reason": reason} for key, reason in excluded.items()]
    return {
        **question.header(),
        "rows": sorted(body, key=lambda row: str(row["subject"])),
        "excluded": sorted(out, key=lambda entry: entry["subject"]),
    }


def _with_number(row: Any, number: str) -> dict[str, Any]:
    return {**row, "subject": number}


def _rows_and_exclusions(connection: Connection, question: Question) -> tuple[dict[int, Any], dict[int, str]]:
    """Rows as JSON by subject (their number still to be filled in), and the reasons of the others."""
    rule = question.rule
    if isinstance(rule, TimeToEvent):
        derived: Derived = derive(connection, question)
        lost = rejected(connection, question)
        return (
            {row.subject: {**row_json(row, ""), "rejected": lost.get(row.subject, [])} for row in derived.rows},
            derived.excluded,
        )
    found, excluded = window.derive(connection, question)
    if isinstance(rule, WindowIncidence):
        return {row.subject: SaeRow(row).as_json("") for row in found}, excluded
    return {row.subject: DltRow(row, question.today, rule).as_json("") for row in found}, excluded
