"""Day 0 and baseline of one subject, as the study's definition has them.

docs/conventions.md
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection, Dialect

from app.domain.dates import DayRange
from app.endpoints.compile import origin as compiled
from app.endpoints.compile.statement import PARAMETERS
from app.endpoints.definition import Definition
from app.services.derivation.question import Question
from app.storage.prepared import Prepared, prepare


@dataclass(frozen=True, slots=True)
class Origin:
    """start: day 0, None before it; baseline: key of the record with the last status on or before it."""

    start: DayRange | None
    baseline: str | None


def origin(connection: Connection, question: Question) -> Origin:
    """Where everything about the question's subject is counted from."""
    for row in _prepared(connection.dialect, question.definition).run(connection, question.parameters):
        precision = "day" if row["second"] is None else "time"
        return Origin(DayRange(row["day"], row["day"], precision, row["second"]), row["record"])  # type: ignore[arg-type]
    return Origin(None, None)


@lru_cache(maxsize=64)
def _prepared(dialect: Dialect, definition: Definition) -> Prepared:
    return prepare(compiled.origin(definition), dialect, PARAMETERS)
