"""Rows of a response rate (CR): who responded, when and by which record.

docs/conventions.md: a member without a later assessment counts as a non-responder, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.domain.dates import iso_day
from app.services.derivation.question import Question
from app.services.derivation.time_to_event import evidence

NO_RESPONSE, NOT_ASSESSED = "no response", "not assessed after the start"


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """One member of the population. response: the first one, None for a non-responder; day, start: day numbers.

    evidence: the responding assessment, else the last one, else none.
    """

    subject: int
    start: int
    baseline: str
    response: str | None
    day: int | None
    imputed: str | None
    assessed: bool
    evidence: dict[str, Any] | None

    @property
    def reason(self) -> str | None:
        """Why a member is no responder."""
        return None if self.response else NO_RESPONSE if self.assessed else NOT_ASSESSED

    def as_json(self, number: str) -> dict[str, Any]:
        """The row, in the words of the contract's other rows."""
        days = None if self.day is None else self.day - self.start
        return {
            "subject": number,
            "cr": self.response is not None,
            "response": self.response,
            "baseline_status": self.baseline,
            "start_date": iso_day(self.start),
            "date": iso_day(self.day),
            "days": days,
            "aval": None if days is None else days + 1,
            "assessed": self.assessed,
            "reason": self.reason,
            "imputed": self.imputed,
            "evidence": [self.evidence] if self.evidence else [],
        }


def derive(connection: Connection, question: Question) -> tuple[list[ResponseRow], dict[int, str]]:
    """(rows of the population, exclusions of all others)."""
    return fold(question.run(connection))


def fold(result: Iterable[Any]) -> tuple[list[ResponseRow], dict[int, str]]:
    """The same out of the statement's rows, whichever engine gave them."""
    rows, excluded = [], {}
    for row in result:
        if row["excluded"] is not None:
            excluded[row["subject"]] = row["excluded"]
        else:
            rows.append(_row(row))
    return rows, excluded


def _row(row: Any) -> ResponseRow:
    responded, assessed = bool(row["responded"]), row["assessed_day"] is not None
    return ResponseRow(
        row["subject"],
        row["day_zero"],
        row["baseline_status"],
        row["response_status"] if responded else None,
        row["response_day"] if responded else None,
        row["response_dtf"] if responded else None,
        assessed or responded,
        evidence(row, "response_" if responded else "assessed_") if assessed or responded else None,
    )
