"""The same question put to the compiler on an engine and to the oracle, in one form that can be compared."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from app.endpoints.definition import ResponseRate, TimeToEvent, Toxicity, WindowIncidence
from app.endpoints.event import LAST_DAY
from app.services.derivation import response_rate, time_to_event, window
from app.services.derivation.question import Question, find_definition
from app.services.derivation.window import DltRow, SaeRow
from tests.endpoints.spec.harness import STUDY
from tests.oracle import incidence, toxicity
from tests.oracle import response_rate as response_oracle
from tests.oracle import time_to_event as oracle
from tests.oracle.event import Event, select, visible
from tests.oracle.incidence import SaeResult
from tests.oracle.response_rate import ResponseResult
from tests.oracle.time_to_event import Result
from tests.oracle.toxicity import DltResult

Answers = dict[int, Any]


def questions() -> Iterator[tuple[str, str]]:
    """Every endpoint of the shipped definition under every analysis."""
    for name, rule in find_definition(STUDY).endpoints.items():
        yield name, "primary"
        if isinstance(rule, TimeToEvent):
            yield from ((name, analysis) for analysis in rule.analyses)


QUESTIONS = list(questions())


def by_engine(connection: Connection, question: Question) -> Answers:
    """The compiled statement's answer of each subject: a row, or the reason for the exclusion."""
    rule = question.rule
    if isinstance(rule, TimeToEvent):
        found = time_to_event.derive(connection, question)
        time_to_event.rejected(connection, question)
        return {row.subject: _result(row) for row in found.rows} | found.excluded
    if isinstance(rule, ResponseRate):
        responses, others = response_rate.derive(connection, question)
        return {row.subject: _response(row) for row in responses} | others
    rows, excluded = window.derive(connection, question)
    if isinstance(rule, WindowIncidence):
        return {row.subject: _sae(SaeRow(row)) for row in rows} | excluded
    return {row.subject: _dlt(DltRow(row, question.today, rule)) for row in rows} | excluded


def _result(row: time_to_event.Row) -> Result:
    assert row.evidence is not None
    return Result(row.start, row.day, row.cnsr, row.component, row.reason, row.imputed, row.evidence["record"])


def _response(row: response_rate.ResponseRow) -> ResponseResult:
    record = row.evidence["record"] if row.evidence else None
    return ResponseResult(row.start, row.baseline, row.response, row.day, row.imputed, row.assessed, record)


def _sae(row: SaeRow) -> SaeResult:
    found = {verdict: frozenset() for verdict in ("yes", "unknown")}
    for item in row.row.findings:
        found[item["verdict"]] |= {(item["record"], item["day"])}
    flags = frozenset(item["dtf"] for item in row.row.findings if item["dtf"])
    result = SaeResult(row.row.day_zero, found["yes"], found["unknown"], flags, row.row.death)
    assert (row.sae, row.count, row.unresolved) == (result.sae, len(result.certain), len(result.open))
    return result


def _dlt(row: DltRow) -> DltResult:
    shown = row.as_json("")
    return DltResult(
        row.row.day_zero,
        row.evaluable,
        row.pending,
        row.dlt,
        row.why_not_evaluable(),
        {record: (item["day"], item["rule"]) for record, item in row.limiting.items()},
        frozenset(row.unresolved),
        frozenset(shown["excluded_by"]),
        shown["max_grade"],
        frozenset(item["dtf"] for item in row.limiting.values() if item["dtf"]),
    )


def by_oracle(rows: list[dict[str, Any]], question: Question) -> Answers:
    """The plain reading's answer of each enrolled subject."""
    events = visible(map(Event.of, rows), question.study, question.as_of.seq)
    enrolled = {event.subject for event in select(events, question.definition, question.definition.enrolled)}
    return {key: _read([event for event in events if event.subject == key], question) for key in enrolled}


def _read(events: list[Event], question: Question) -> Any:
    rule, cutoff = question.rule, LAST_DAY if question.cutoff is None else question.cutoff
    if isinstance(rule, TimeToEvent):
        return oracle.derive(events, question.definition, rule, cutoff)
    if isinstance(rule, ResponseRate):
        return response_oracle.derive(events, question.definition, rule, cutoff)
    if isinstance(rule, Toxicity):
        return toxicity.derive(events, question.definition, rule, cutoff, question.today)
    return incidence.derive(events, question.definition, rule, cutoff)
