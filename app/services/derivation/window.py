"""Rows of the window endpoints, DLT and SAE: findings of a subject folded into one row.

docs/dlt.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from app.domain.dates import iso_day
from app.endpoints.definition import Toxicity
from app.services.derivation.finding import dlt_finding, evidence, sae_finding
from app.services.derivation.question import Question
from app.services.derivation.time_to_event import end_of


@dataclass(frozen=True, slots=True)
class WindowRow:
    """One infused subject with the findings of its window, as the statement gave them."""

    subject: int
    day_zero: int
    last: int
    seen: int | None
    observed_until: int
    end_position: int
    death: int | None
    findings: list[Any] = field(default_factory=list)


def derive(connection: Connection, question: Question) -> tuple[list[WindowRow], dict[int, str]]:
    """(rows of the infused, exclusions of all others)."""
    return fold(question.run(connection), question.definition.window_days)


def fold(result: Iterable[Any], days: int) -> tuple[list[WindowRow], dict[int, str]]:
    """The same out of the statement's rows in order of subjects, whichever engine gave them; days: of the window."""
    rows, excluded = [], {}
    for subject, group in groupby(result, key=lambda row: row["subject"]):
        found = list(group)
        if found[0]["excluded"] is not None:
            excluded[subject] = found[0]["excluded"]
        else:
            rows.append(_row(subject, found, days))
    return rows, excluded


def _row(subject: int, found: list[Any], days: int) -> WindowRow:
    first = found[0]
    findings = [row for row in found if row["record"] is not None]
    return WindowRow(
        subject,
        first["day_zero"],
        first["day_zero"] + days,
        first["seen_day"],
        first["observed_until"],
        first["end_position"],
        first["death_day"],
        findings,
    )


@dataclass(frozen=True, slots=True)
class SaeRow:
    """Serious adverse events of one subject. sae is None while a finding is unresolved and none is certain."""

    row: WindowRow

    def _records(self, verdict: str) -> list[Any]:
        return [item for item in self.row.findings if item["verdict"] == verdict]

    @property
    def count(self) -> int:
        """Events, each record once."""
        return len(self._records("yes"))

    @property
    def unresolved(self) -> int:
        """Events of which it is not known whether they are serious."""
        return len(self._records("unknown"))

    @property
    def sae(self) -> bool | None:
        """Whether there was one."""
        return True if self.count else None if self.unresolved else False

    def certain(self) -> Iterator[Any]:
        """The findings that count."""
        return iter(self._records("yes"))

    def as_json(self, number: str) -> dict[str, Any]:
        """The row as the contract has it."""
        findings = [*self._records("yes"), *self._records("unknown")]
        return {
            "subject": number,
            "sae": self.sae,
            "sae_count": self.count,
            "unresolved": self.unresolved,
            "start_date": iso_day(self.row.day_zero),
            "onset_date": iso_day(min((item["day"] for item in self.certain()), default=None)),
            "death_date": iso_day(self.row.death),
            "imputed": next((item["dtf"] for item in findings if item["dtf"]), None),
            "evidence": [evidence(item) for item in findings],
            "findings": [sae_finding(item) for item in self.row.findings],
        }


@dataclass(frozen=True, slots=True)
class DltRow:
    """Dose-limiting toxicity of one subject."""

    row: WindowRow
    today: int
    rule: Toxicity

    def _decided(self, name: str) -> dict[str, Any]:
        """The first finding of each record of which the column is set."""
        found: dict[str, Any] = {}
        for item in self.row.findings:
            if item[name] is not None:
                found.setdefault(item["record"], item)
        return found

    @property
    def limiting(self) -> dict[str, Any]:
        """Records that are a DLT, with the finding that made them one."""
        return self._decided("rule")

    @property
    def unresolved(self) -> dict[str, Any]:
        """Records of which it cannot be said."""
        return {key: item for key, item in self._decided("unresolved").items() if key not in self.limiting}

    @property
    def observed(self) -> bool:
        """Seen through the last day of the window."""
        return self.row.seen is not None and self.row.seen >= self.row.last

    @property
    def evaluable(self) -> bool:
        """Had a DLT, or was observed through the window."""
        return bool(self.limiting) or self.observed

    @property
    def _withdrawn(self) -> bool:
        """Observation ended inside the window, and not only because of the cut-off."""
        return self.row.end_position < len(self.rule.observation_end) and self.row.observed_until < self.row.last

    @property
    def pending(self) -> bool:
        """The window is still open, and nothing has ended observation inside it."""
        ended = self.row.death is not None or self._withdrawn
        return not self.evaluable and not ended and self.row.last > self.today

    @property
    def dlt(self) -> bool | None:
        """True, False, or None where it cannot be said (unresolved, pending, not evaluable)."""
        if self.limiting:
            return True
        return False if self.evaluable and not self.unresolved else None

    def why_not_evaluable(self) -> str | None:
        """The reason for a subject that is neither evaluable nor pending."""
        if self.evaluable or self.pending:
            return None
        if self.row.death is not None:
            return "died inside the window without a DLT"
        if self._withdrawn:
            return end_of(self.rule, self.row.end_position)[1]
        return "not observed through the last day of the window"

    @property
    def investigator(self) -> bool | None:
        """The investigator's word on the adverse events of the window: yes on any of them, else no on any."""
        said = [bool(item["flag"]) for item in self._of_kind("ae_grade") if item["flag"] is not None]
        return any(said) if said else None

    @property
    def max_grade(self) -> int | None:
        """Worst CTCAE grade reached in the window above the one at day 0."""
        return self._worst("ae_grade")

    @property
    def ungraded(self) -> bool:
        """Whether an adverse event of the window has no grade."""
        return any(item["grade"] is None for item in self._of_kind("ae_grade"))

    def _worst(self, kind: str) -> int | None:
        return max((item["grade"] for item in self._of_kind(kind) if item["grade"]), default=None)

    def _of_kind(self, kind: str) -> list[Any]:
        return [item for item in self.row.findings if item["kind"] == kind]

    def as_json(self, number: str) -> dict[str, Any]:
        """The row as the contract has it, with the investigator's word beside ours."""
        limiting, unresolved = self.limiting, self.unresolved
        return {
            "subject": number,
            "evaluable": self.evaluable,
            "pending": self.pending,
            "reason": self.why_not_evaluable(),
            "dlt": self.dlt,
            "dlt_count": len(limiting),
            "investigator_dlt": self.investigator,
            "unresolved": len(unresolved),
            "start_date": iso_day(self.row.day_zero),
            "onset_date": iso_day(min((item["day"] for item in limiting.values()), default=None)),
            "imputed": next((item["dtf"] for item in limiting.values() if item["dtf"]), None),
            "max_grade": self.max_grade,
            "max_gvhd_grade": self._worst("gvhd_grade"),
            "rules": sorted({item["rule"] for item in limiting.values()}),
            "excluded_by": sorted({item["excluded_by"] for item in self._decided("excluded_by").values()}),
            "evidence": [evidence(item) for item in [*limiting.values(), *unresolved.values()]],
            "findings": [dlt_finding(item) for item in self.row.findings],
        }
