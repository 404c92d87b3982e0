"""Strata: the values by which results are grouped and tests are stratified.

docs/endpoints.md
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Connection, select

from app.domain.errors import bad_parameter
from app.endpoints.compile.anchors import baseline, day_zero
from app.endpoints.compile.stratum import stratum
from app.endpoints.compile.visible import Scope
from app.services.derivation.finding import NOT_RECORDED
from app.services.derivation.question import Question
from app.storage import events, studies

SITE, BASELINE_STATUS, DOSE_LEVEL = "site", "baseline_status", "dose_level"
T = TypeVar("T")


def strata(connection: Connection, question: Question, name: str, parameter: str = "group_by") -> Mapping[int, str]:
    """Values of a stratum by subject: the site, the disease status at day 0, or any that was recorded.

    Fault naming `parameter` when no subject has it.
    """
    if name == SITE:
        known = studies.subjects(connection, question.study, question.as_of.seq)
        return {key: subject.site for key, subject in known.items()}
    if name == BASELINE_STATUS:
        return _baseline_status(connection, question)
    values = recorded(connection, question, name)
    names = events.strata_names(connection, question.study, question.as_of.seq)
    if name not in names:
        raise bad_parameter(parameter, ", ".join([SITE, BASELINE_STATUS, *names]))
    return values


def recorded(connection: Connection, question: Question, name: str) -> Mapping[int, str]:
    """Values of a recorded stratum at day 0 by subject; empty where nobody has it."""
    rows = connection.execute(stratum(question.definition), {**question.parameters, "name": name})
    return {row.subject: row.value for row in rows}


def _baseline_status(connection: Connection, question: Question) -> Mapping[int, str]:
    definition = question.definition
    scope = Scope(definition.sources, one_subject=False)
    found = baseline(scope, definition.status, day_zero(scope, definition.day_zero))
    rows = connection.execute(select(found.c.subject, found.c.status), question.parameters)
    return {row.subject: row.status for row in rows}


def grouped(rows: Sequence[T], values: Mapping[int, str], subject: Callable[[T], int]) -> dict[str, list[T]]:
    """Rows by the value of their subject's stratum, in order of the values; those without one come last."""
    found: dict[str, list[T]] = {}
    for row in rows:
        found.setdefault(values.get(subject(row), NOT_RECORDED), []).append(row)
    return {name: found[name] for name in sorted(found, key=_order)}


def _order(name: str) -> tuple[bool, list[tuple[int, int, str]], str]:
    """Numbers inside a name by their value, so that dose level 10 comes after 2."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return name == NOT_RECORDED, [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts], name
