"""The errand: ask storage once, fold, estimate, answer.

The contract at the doors, section Endpoints; docs/endpoints.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import Connection

from app.domain.errors import bad_parameter
from app.endpoints.definition import ResponseRate, TimeToEvent, Toxicity, WindowIncidence
from app.endpoints.estimate import ConfType, ProportionMethod
from app.services.derivation import estimate, response_rate, window
from app.services.derivation.comparison import Stratification, compare
from app.services.derivation.estimate import Settings
from app.services.derivation.incidence import incidence
from app.services.derivation.question import Question
from app.services.derivation.responses import responses
from app.services.derivation.strata import DOSE_LEVEL, grouped, recorded, strata
from app.services.derivation.time_to_event import Row, derive, rejected, row_json
from app.services.derivation.toxicity import by_dose_level, toxicity
from app.services.derivation.window import DltRow, SaeRow
from app.services.queries import queries_of_study
from app.storage import studies

T = TypeVar("T")
_CURVES_ONLY = ("at", "rho", "stratify_by")


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the estimate is wanted; what is None is taken from the definition.

    at: landmarks in days; tau: horizon of the restricted mean in days; rho: weight of the test between groups.
    """

    group_by: str | None = None
    conf_type: ConfType | None = None
    curve: bool = False
    level: float | None = None
    at: tuple[int, ...] | None = None
    tau: int | None = None
    rho: int | None = None
    stratify_by: str | None = None
    proportion_method: ProportionMethod | None = None


def summary(connection: Connection, question: Question, wanted: Wanted) -> dict[str, Any]:
    """The estimate of an endpoint with its header. Faults name a parameter that the endpoint has no use for."""
    rule = question.rule
    _check(question, wanted)
    settings = _settings(question, wanted)
    if isinstance(rule, TimeToEvent):
        body = _curves(connection, question, rule, settings, wanted)
        return {**question.header(), **body, "conf_type": settings.conf_type, "level": settings.level}
    body = _shares(connection, question, settings, wanted)
    return {**question.header(), **body, "proportion_method": settings.proportion_method, "level": settings.level}


def _check(question: Question, wanted: Wanted) -> None:
    rule = question.rule
    if isinstance(rule, TimeToEvent):
        useless = ["proportion_method"] if rule.kind == "time_to_event" else ["proportion_method", "tau"]
    else:
        useless = [*_CURVES_ONLY, "tau"]
    for name in useless:
        if getattr(wanted, name) is not None:
            raise bad_parameter(name, f"not given: {question.endpoint} has no use for it")
    if wanted.stratify_by is not None and wanted.group_by in (None, wanted.stratify_by):
        raise bad_parameter("stratify_by", "another stratum than that of group_by, which must be given")


def _settings(question: Question, wanted: Wanted) -> Settings:
    given = question.definition.estimate
    horizons = tuple(given.landmarks)
    return Settings(
        wanted.conf_type or given.conf_type,
        given.level if wanted.level is None else wanted.level,
        horizons if wanted.at is None else tuple(sorted(set(wanted.at))),
        wanted.curve,
        wanted.tau,
        horizons,
        wanted.rho or 0,
        wanted.proportion_method or "clopper-pearson",
    )


def _curves(
    connection: Connection, question: Question, rule: TimeToEvent, settings: Settings, wanted: Wanted
) -> dict[str, Any]:
    rows = derive(connection, question).rows
    if rule.kind == "time_to_event":
        # Restricted means can only be compared over one horizon, that of all subjects.
        settings = replace(settings, tau=estimate.default_tau(rows, settings))

    def fit(members: Sequence[Row]) -> dict[str, Any]:
        if rule.kind == "competing_risks":
            return estimate.competing(members, rule, settings)
        return estimate.survival(members, settings)

    body: dict[str, Any] = {"overall": fit(rows)}
    if wanted.group_by is None:
        return body
    by_group = grouped(rows, strata(connection, question, wanted.group_by), lambda row: row.subject)
    groups = {name: fit(members) for name, members in by_group.items()}
    tests = compare(by_group, rule, settings, _stratification(connection, question, wanted))
    return {**body, "group_by": wanted.group_by, "groups": groups, **tests}


def _stratification(connection: Connection, question: Question, wanted: Wanted) -> Stratification | None:
    name = wanted.stratify_by
    return None if name is None else Stratification(name, strata(connection, question, name, "stratify_by"))


def _shares(connection: Connection, question: Question, settings: Settings, wanted: Wanted) -> dict[str, Any]:
    rule = question.rule
    if isinstance(rule, Toxicity):
        dlts = [DltRow(row, question.today, rule) for row in window.derive(connection, question)[0]]
        levels = grouped(dlts, recorded(connection, question, DOSE_LEVEL), _of_window)
        body = {**toxicity(dlts, settings), **by_dose_level(levels, rule, settings)}
        return body | _by_group(connection, question, wanted, dlts, _of_window, lambda part: toxicity(part, settings))
    if isinstance(rule, ResponseRate):
        members, _ = response_rate.derive(connection, question)
        body = responses(members, settings)
        return body | _by_group(
            connection, question, wanted, members, lambda row: row.subject, lambda part: responses(part, settings)
        )
    saes = [SaeRow(row) for row in window.derive(connection, question)[0]]

    def count(part: Sequence[SaeRow]) -> dict[str, Any]:
        found = incidence(part, settings)
        _name_subjects(connection, found["deaths"])
        return found

    return count(saes) | _by_group(connection, question, wanted, saes, _of_window, count)


def _of_window(row: DltRow | SaeRow) -> int:
    return row.row.subject


def _by_group(
    connection: Connection,
    question: Question,
    wanted: Wanted,
    rows: Sequence[T],
    subject: Callable[[T], int],
    fit: Callable[[Sequence[T]], dict[str, Any]],
) -> dict[str, Any]:
    if wanted.group_by is None:
        return {}
    by_group = grouped(rows, strata(connection, question, wanted.group_by), subject)
    return {"group_by": wanted.group_by, "groups": {name: fit(members) for name, members in by_group.items()}}


def _name_subjects(connection: Connection, entries: list[dict[str, Any]]) -> None:
    numbers = studies.numbers(connection, [entry["subject"] for entry in entries])
    for entry in entries:
        entry["subject"] = numbers[entry["subject"]]


def subject_rows(connection: Connection, question: Question) -> dict[str, Any]:
    """One row or one exclusion for every subject, in order of subject numbers, with the evidence."""
    rows, excluded = rows_and_exclusions(connection, question)
    numbers = studies.numbers(connection, [*rows, *excluded])
    queries = queries_of_study(connection, question.study, question.as_of.seq, question.subject)
    body = [
        {**row, "subject": numbers[key], "queries": [query.rule for query in queries.get(key, [])]}
        for key, row in rows.items()
    ]
    out = [{"subject": numbers[key], "reason": reason} for key, reason in excluded.items()]
    return {
        **question.header(),
        "rows": sorted(body, key=lambda row: str(row["subject"])),
        "excluded": sorted(out, key=lambda entry: entry["subject"]),
    }


def rows_and_exclusions(connection: Connection, question: Question) -> tuple[dict[int, Any], dict[int, str]]:
    """Rows as JSON by subject (their number still to be filled in), and the reasons of the others."""
    rule = question.rule
    if isinstance(rule, TimeToEvent):
        derived = derive(connection, question)
        lost = rejected(connection, question)
        return (
            {row.subject: {**row_json(row, ""), "rejected": lost.get(row.subject, [])} for row in derived.rows},
            derived.excluded,
        )
    if isinstance(rule, ResponseRate):
        members, excluded = response_rate.derive(connection, question)
        return {row.subject: row.as_json("") for row in members}, excluded
    found, excluded = window.derive(connection, question)
    if isinstance(rule, WindowIncidence):
        return {row.subject: SaeRow(row).as_json("") for row in found}, excluded
    return {row.subject: DltRow(row, question.today, rule).as_json("") for row in found}, excluded
