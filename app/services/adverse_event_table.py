"""The errand: adverse events of the infused by term and worst grade.

docs/plots.md; docs/dlt.md: a grade counts where it is above the grade at the infusion
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Connection

from app.interop.events.adverse_event import term_name
from app.services.adverse_event_rows import AdverseEventOf, table
from app.services.after_infusion import adverse_events, run, safety_question, safety_rule, without_end
from app.services.asking import Axes
from app.services.derivation import window
from app.services.derivation.question import Question
from app.services.derivation.strata import grouped, strata
from app.services.derivation.window import WindowRow
from app.services.stored import stored_record
from app.storage.records import current_contents

Period = Literal["window", "all"]


def adverse_event_table(
    connection: Connection, study: str, period: Period, axes: Axes, group_by: str | None
) -> dict[str, Any]:
    """The table over all infused subjects, and that of each group. Faults name the parameter."""
    asked = safety_question(connection, study, axes)
    question = asked if period == "window" else without_end(asked)
    days = question.definition.window_days
    rows, _ = window.fold(run(connection, question, adverse_events), days)
    counted = _counted(rows, _terms(connection, question, rows))
    body: dict[str, Any] = {
        **_header(asked),
        "period": period,
        "from_day": 0,
        "to_day": days if period == "window" else None,
        "window_open": _still_open(asked, rows) if period == "window" else None,
        **table(counted, len(rows)),
    }
    if group_by is not None:
        body |= {"group_by": group_by, "groups": _groups(rows, counted, strata(connection, question, group_by))}
    return body


def _header(question: Question) -> dict[str, Any]:
    whole = question.header()
    return {name: whole[name] for name in ("study", "definition", "definition_version", "cutoff", "as_of", "cut")}


def _terms(connection: Connection, question: Question, rows: Sequence[WindowRow]) -> dict[str, str]:
    """The listed term of each adverse event record, by its key: clinical events hold its toxicity category only."""
    wanted = [row.subject for row in rows if row.findings]
    found = current_contents(connection, wanted, ["adverse_event"], question.as_of.seq)
    return {item.key: term_name(stored_record(item.content)) for items in found.values() for item in items}  # type: ignore[arg-type]


def _counted(rows: Sequence[WindowRow], terms: Mapping[str, str]) -> list[AdverseEventOf]:
    """Each record of each subject once, at the worst grade that it reached."""
    counted = []
    for row in rows:
        grades: dict[str, list[int]] = {}
        for finding in row.findings:
            known = grades.setdefault(finding["record"], [])
            known += [] if finding["grade"] is None else [finding["grade"]]
        counted += [AdverseEventOf(row.subject, terms[key], max(known, default=None)) for key, known in grades.items()]
    return counted


def _still_open(question: Question, rows: Sequence[WindowRow]) -> int:
    """Subjects whose window is not over, and of whom nothing has ended observation inside it."""
    ends = len(safety_rule(question).observation_end)
    running = [row for row in rows if row.last > question.today and row.death is None]
    return sum(not (row.end_position < ends and row.observed_until < row.last) for row in running)


def _groups(
    rows: Sequence[WindowRow], counted: Sequence[AdverseEventOf], values: Mapping[int, str]
) -> dict[str, dict[str, Any]]:
    found = {}
    for name, members in grouped(rows, values, lambda row: row.subject).items():
        subjects = {row.subject for row in members}
        found[name] = table([event for event in counted if event.subject in subjects], len(members))
    return found
