"""One subject's result in words: what the clock started from, what decided, what was looked at and not taken.

The contract at the doors, section Endpoints; docs/conventions.md
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from app.domain.dates import iso_day
from app.endpoints.definition import ResponseRate, TimeToEvent
from app.endpoints.event import LAST_DAY
from app.services.derivation.derivation import subject_rows
from app.services.derivation.explain_window import window_sentences
from app.services.derivation.question import Question
from app.services.derivation.time_to_event import end_of
from app.services.queries import queries_of_study

PART = {"D": "day", "M": "month", "Y": "year"}


def explain(connection: Connection, question: Question, number: str) -> dict[str, Any]:
    """The row or the exclusion of the question's one subject, with the sentences that lead to it.

    question.subject must be given; `number` is that subject's number.
    """
    answer = subject_rows(connection, question)
    row = next(iter(answer.pop("rows")), None)
    excluded = next(iter(answer.pop("excluded")), None)
    found = queries_of_study(connection, question.study, question.as_of.seq, question.subject)
    asked = [query.as_json() for query in found.get(question.subject or 0, [])]
    sentences = list(_sentences(connection, question, row, excluded))
    body = {"subject": number, "row": row, "excluded": None if excluded is None else excluded["reason"]}
    return {**answer, **body, "explanation": sentences, "queries": asked}


def _sentences(
    connection: Connection, question: Question, row: dict[str, Any] | None, excluded: dict[str, Any] | None
) -> Iterator[str]:
    facts = next(iter(question.run(connection)), None)
    if facts is None:
        yield "The subject was not enrolled in what the service had received."
        return
    yield from _frame(question, facts)
    if row is None:
        yield f"Not in the population: {excluded['reason'] if excluded else 'unknown'}."
    elif isinstance(question.rule, TimeToEvent):
        yield from _time_to_event(question.rule, facts, row)
        yield from (_rejection(entry) for entry in row["rejected"])
    elif isinstance(question.rule, ResponseRate):
        yield from _response(row)
    else:
        yield from window_sentences(question, row)


def _frame(question: Question, facts: Any) -> Iterator[str]:
    """Population, day 0, baseline and the end of observation."""
    yield f"{question.rule.label}: {question.rule.text.strip()}"
    if question.analysis != "primary" and isinstance(question.rule, TimeToEvent):
        override = question.definition.endpoints[question.endpoint].analyses[question.analysis]  # type: ignore[union-attr]
        yield f"Analysis {question.analysis}: {override.text}."
    if facts["day_zero"] is None:
        yield "There is no day 0."
        return
    yield f"Day 0 is {iso_day(facts['day_zero'])}{_source(facts, 'zero_')}."
    if "baseline_status" in facts:
        yield _baseline(facts)
    end = facts.get("end_day", facts.get("observed_until"))
    if end is not None and end < LAST_DAY:
        yield f"Observation ends on {iso_day(end)}: {end_of(question.rule, facts['end_position'])[1]}."


def _baseline(facts: Any) -> str:
    if facts["baseline_status"] is None:
        return "No disease status is recorded on or before day 0."
    place = f"of {iso_day(facts['baseline_day'])}{_source(facts, 'baseline_')}"
    return f"The last disease status on or before day 0 is {facts['baseline_status']}, {place}."


def _time_to_event(rule: TimeToEvent, facts: Any, row: dict[str, Any]) -> Iterator[str]:
    if rule.start is not None:
        yield f"The clock starts on {row['start_date']}{_source(facts, 'start_')}{_imputed(facts['start_dtf'])}."
    if row["status"] == "undetermined":
        near = f"a first candidate is of {iso_day(facts['event_day'])}{_source(facts, 'event_')}"
        yield f"The result is undetermined: {row['reason']}; {near}."
        return
    if row["status"] == "event":
        what = f"Event: {row['component']} on {row['date']}{_source(facts, 'event_')}{_imputed(facts['event_dtf'])}"
    else:
        source = _source(facts, "censor_") if facts["censor_record"] else ""
        what = f"No event. Censored (CNSR {row['cnsr']}) on {row['date']}{source}: {row['reason']}"
    yield f"{what}; {row['days']} days after the start, AVAL {row['aval']}."


def _response(row: dict[str, Any]) -> Iterator[str]:
    if row["cr"]:
        source = f"{row['evidence'][0]['record']}, version {row['evidence'][0]['version']}"
        yield f"Responder: {row['response']} on {row['date']} ({source}), {row['days']} days after day 0."
    else:
        yield f"Non-responder: {row['reason']}."


def _rejection(entry: dict[str, Any]) -> str:
    when = f" of {entry['date']}" if entry["date"] else ""
    return f"Not taken: {entry['record']}, version {entry['version']}{when}: {entry['why']}."


def _source(facts: Any, prefix: str) -> str:
    record = facts.get(f"{prefix}record")
    return "" if record is None else f" ({record}, version {facts[f'{prefix}version']})"


def _imputed(flag: str | None) -> str:
    return "" if flag is None else f", a date of which the {PART[flag]} had to be imputed"
