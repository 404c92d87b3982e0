"""Many histories in one event table, each with subjects of its own, so that one statement answers all of them."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet
from hypothesis import HealthCheck, Phase, given, settings

from app.commands.derive import EngineQuestion
from app.endpoints.compile.statement import Kind
from app.endpoints.definition import TimeToEvent
from app.endpoints.event import EVENT, FOREVER
from app.engines.engine import Engine
from app.engines.parquet import schema
from app.services.derivation.question import Question
from tests.endpoints.spec.harness import Asked, Raw, event_rows, fill, memory
from tests.properties.engines import QUESTIONS, Answers, by_engine, by_oracle
from tests.properties.histories import study

ASKED_AT = "2026-04-06T12:00:00.000Z"
LATEST = FOREVER - 1
# (cut-off in days after day 0, as of the n-th record of each history)
AXES = [(None, LATEST), (28, LATEST), (4, 15)]
# Keys that a language orders otherwise than their code points do, so that ties show it.
NAMES = str.maketrans("0123456789", "aB-_zZbA.C")
PERSONS = 100
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Batch:
    """Rows of each history, under numbers of their own."""

    histories: list[Rows]

    @property
    def rows(self) -> Rows:
        return [row for rows in self.histories for row in rows]

    def write(self, path: Path) -> None:
        """The rows as an exported file of events."""
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(self.rows, schema=schema(EVENT.c)), path)

    def oracle(self, question: Question) -> Answers:
        """The plain reading of each history by itself."""
        return {key: found for rows in self.histories for key, found in by_oracle(rows, question).items()}


@cache
def batch(histories: int) -> Batch:
    """So many histories as Hypothesis makes them."""
    found: list[Rows] = []

    # More are asked for than are kept: some of what it makes is the same again.
    @settings(max_examples=2 * histories, phases=[Phase.generate], database=None, suppress_health_check=HealthCheck)
    @given(study())
    def collect(records: list[Raw]) -> None:
        if len(found) < histories:
            found.append(event_rows([_renamed(raw) for raw in records]))

    collect()
    assert len(found) == histories
    ids = iter(range(1, 1_000_000))
    return Batch([[_own(row, number, next(ids)) for row in rows] for number, rows in enumerate(found)])


def _renamed(raw: Raw) -> Raw:
    number, _, place = raw["id"].partition("-")
    return {**raw, "id": f"{number}-{place.translate(NAMES)}"}


def _own(row: dict[str, Any], history: int, identifier: int) -> dict[str, Any]:
    kind, site, source, name = row["record"].split("/")
    record = f"{kind}/{site}/{source}/{history}.{name}"
    return {**row, "id": identifier, "subject": history * PERSONS + row["subject"], "record": record}


def asked(endpoint: str, analysis: str, cutoff: int | None, as_of: int) -> Question:
    return Asked(analysis, cutoff, as_of, ASKED_AT).question(endpoint)


def on(engine: Engine, question: Question) -> EngineQuestion:
    """The same question, put to the engine."""
    return EngineQuestion(**vars(question), engine=engine)


def gives_the_oracles_answers(engine: Engine, given: Batch, cutoff: int | None, as_of: int) -> None:
    """Every endpoint under every analysis."""
    for endpoint, analysis in QUESTIONS:
        question = asked(endpoint, analysis, cutoff, as_of)
        found, expected = by_engine(None, on(engine, question)), given.oracle(question)  # type: ignore[arg-type]
        differing = {key: (found.get(key), expected.get(key)) for key in {*found, *expected}}
        assert not {key: pair for key, pair in differing.items() if pair[0] != pair[1]}, (endpoint, analysis)


def gives_sqlites_rows(engine: Engine, given: Batch, cutoff: int | None, as_of: int) -> None:
    """Every row of every statement: the same columns, values, types and order."""
    with memory() as connection:
        fill(connection, given.rows)
        for endpoint, analysis in QUESTIONS:
            question = asked(endpoint, analysis, cutoff, as_of)
            for kind in kinds(question):
                found = on(engine, question).run(connection, kind)
                expected = [dict(row) for row in question.run(connection, kind)]
                assert typed(found) == typed(expected), (endpoint, analysis, kind)


def kinds(question: Question) -> tuple[Kind, ...]:
    """The statements that an endpoint has."""
    return ("rows", "candidates", "superseded") if isinstance(question.rule, TimeToEvent) else ("rows",)


def typed(rows: Any) -> list[list[tuple[str, type, Any]]]:
    """Rows so that 1 is not True and not 1.0."""
    return [[(name, type(value), value) for name, value in row.items()] for row in rows]
