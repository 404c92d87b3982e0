"""Deriving every endpoint over an exported folder: the statement runs on the engine, the rest is the service's own.

docs/engines.md
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Connection, StaticPool, create_engine, insert

from app.domain.dates import iso_day
from app.endpoints.compile.statement import Kind
from app.endpoints.definition import Definition, TimeToEvent
from app.endpoints.loading import load
from app.engines import export as folders
from app.engines import parquet, results
from app.engines.engine import Engine, opened
from app.engines.export import Export, read_export
from app.engines.name import Name
from app.engines.text import duckdb_text
from app.services.asking import cutoff_day, moment
from app.services.derivation import derivation
from app.services.derivation.derivation import Wanted
from app.services.derivation.question import Question, check_analysis
from app.storage import studies
from app.storage.counter import Moment
from app.storage.tables import AUDIT, COUNTER, EVENT, METADATA, SUBJECT

ALL = "all"


@dataclass(frozen=True, kw_only=True)
class EngineQuestion(Question):
    """A question whose statement runs on an engine; the connection that is asked holds subjects and strata only."""

    engine: Engine

    def run(self, connection: Connection, kind: Kind = "rows") -> list[Any]:
        """Rows of the compiled statement, as the engine gives them."""
        text = duckdb_text(self.definition, self.endpoint, self.analysis, kind)
        return self.engine.rows(text, self.parameters)


@dataclass(frozen=True)
class Run:
    """One run over a folder: what it is asked of and on which engine."""

    export: Export
    definition: Definition
    cutoff: int | None
    as_of: Moment
    engine: Engine
    connection: Connection

    def question(self, endpoint: str, analysis: str) -> EngineQuestion:
        """One endpoint under one analysis."""
        return EngineQuestion(
            self.export.study, self.definition, endpoint, analysis, self.cutoff, self.as_of, engine=self.engine
        )


@dataclass(frozen=True)
class Asked:
    """What the command line asks: texts as given there. analysis: a name, or all."""

    analysis: str = ALL
    cutoff: str | None = None
    as_of: str | None = None
    master: str = "local[*]"


def bar() -> Progress:
    """A progress bar with counts and the time that has passed."""
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())


def run(name: Name, source: Path, target: Path, asked: Asked) -> int:
    """Derive and write everything; the number of endpoints and analyses.

    NotAnExport, EngineUnavailable and Fault (an unknown moment, cut-off or analysis) say what is wrong.
    """
    export = read_export(source)
    definition = load(export.definition.encode()).definition
    wanted = list(questions(definition, asked.analysis))
    with opened(name, source / folders.EVENTS, asked.master) as engine, embedded(source, export) as connection:
        as_of = moment(connection, asked.as_of)
        current = Run(export, definition, cutoff_day(asked.cutoff), as_of, engine, connection)
        target.mkdir(parents=True, exist_ok=True)
        _write_all(current, wanted, target)
    return len(wanted)


def questions(definition: Definition, analysis: str) -> Iterator[tuple[str, str]]:
    """(endpoint, analysis) of all analyses, or of the named one where an endpoint has it. Fault where none has."""
    found = [
        (endpoint, name)
        for endpoint, rule in definition.endpoints.items()
        for name in ("primary", *(rule.analyses if isinstance(rule, TimeToEvent) else ()))
        if analysis in (ALL, name)
    ]
    if not found:
        check_analysis(definition, next(iter(definition.endpoints)), analysis)
    return iter(found)


def _write_all(current: Run, wanted: list[tuple[str, str]], target: Path) -> None:
    answers: dict[str, dict[str, Any]] = {}
    with bar() as progress:
        task = progress.add_task("endpoints", total=len(wanted))
        for endpoint, analysis in wanted:
            progress.update(task, description=f"{endpoint}, {analysis}")
            question = current.question(endpoint, analysis)
            answers.setdefault(endpoint, {})[analysis] = derivation.summary(current.connection, question, Wanted())
            path = target / results.subjects_file(endpoint, analysis)
            results.write_subjects(path, _subjects(current.connection, question))
            progress.advance(task)
    results.write_summary(target, {**_header(current), "endpoints": answers})


def _header(current: Run) -> dict[str, Any]:
    return {
        "study": current.export.study,
        "definition": current.definition.id,
        "definition_version": current.definition.version,
        "cutoff": iso_day(current.cutoff),
        "as_of": {"seq": current.as_of.seq, "time": current.as_of.time},
    }


def _subjects(connection: Connection, question: Question) -> list[dict[str, Any]]:
    """One row or one exclusion for every subject, in order of subject numbers.

    Data queries are raised on records, which an export does not hold.
    """
    rows, excluded = derivation.rows_and_exclusions(connection, question)
    numbers = studies.numbers(connection, [*rows, *excluded])
    found = [{**row, "subject": numbers[key], "excluded": None} for key, row in rows.items()]
    found += [{"subject": numbers[key], "excluded": reason} for key, reason in excluded.items()]
    return sorted(found, key=lambda row: str(row["subject"]))


@contextmanager
def embedded(source: Path, export: Export) -> Iterator[Connection]:
    """A store in memory with what derivation asks besides the statement: subjects, day 0, strata and moments."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    METADATA.create_all(engine)
    try:
        with engine.begin() as connection:
            _fill(connection, source, export)
            yield connection
    finally:
        engine.dispose()


def _fill(connection: Connection, source: Path, export: Export) -> None:
    unsaid = {"study": export.study, "patient": "", "research_subject": ""}
    _insert(connection, SUBJECT, ({**row, **unsaid} for row in parquet.read(source / folders.SUBJECTS)))
    definition = load(export.definition.encode()).definition
    kinds = ["stratum", definition.sources[definition.day_zero].kind]
    _insert(connection, EVENT, iter(parquet.read(source / folders.EVENTS, [("kind", "in", kinds)])))
    _insert(connection, AUDIT, _changes(parquet.read(source / folders.MOMENTS)))
    _insert(connection, COUNTER, iter([{"id": 1, "seq": export.as_of_seq, "at": export.as_of_time}]))


def _changes(moments: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The first and the last change of each moment; the changes between them bear the same time."""
    unsaid = {"actor": "", "action": "", "study": "", "entity": ""}
    for row in moments:
        for seq in sorted({row["first_seq"], row["last_seq"]}):
            yield {"seq": seq, "at": row["time"], **unsaid}


def _insert(connection: Connection, table: Any, rows: Iterator[dict[str, Any]]) -> None:
    given = list(rows)
    if given:
        connection.execute(insert(table), given)
