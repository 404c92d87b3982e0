"""Every endpoint over a synthetic registry on each engine, against one grouped scan of the events on the same engine.

python -m benchmarks.engines [--subjects 100000] [--engines sqlite postgresql duckdb] [--growth]
"""

from __future__ import annotations

import argparse
import itertools
import math
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from app.endpoints.compile.statement import PARAMETERS, statement
from app.endpoints.definition import Definition
from app.endpoints.definitions import newest
from app.endpoints.event import EVENT, LAST_DAY, METADATA
from app.engines.duckdb import duckdb as open_duckdb
from app.engines.text import duckdb_text
from app.migrate import upgrade
from app.storage import planner
from app.storage.database import open_database
from app.storage.prepared import Prepared, prepare
from benchmarks.registry import STUDY, write_registry
from tests.conftest import guarded_folder, start_postgres

GIVEN = {"study": STUDY, "as_of": 2**62 - 1, "cutoff": LAST_DAY, "subject": None}
# The least that any endpoint could do: look at every event of the study that counts, once, and group.
KNOWN = f"FROM clinical_event WHERE study = '{STUDY}' AND seq_from <= {2**62 - 1} AND seq_to > {2**62 - 1}"
BY_KIND = "SELECT subject, kind, min(first_day), max(first_day), min(last_day), max(last_day), count(*)"
BY_SUBJECT = """SELECT subject, min(CASE WHEN kind = 'infusion' THEN first_day END),
  min(CASE WHEN kind = 'death' THEN first_day END), max(CASE WHEN kind = 'alive' THEN first_day END)"""
SCANS = {
    "scan by subject and kind": f"{BY_KIND} {KNOWN} GROUP BY subject, kind",
    "scan by subject": f"{BY_SUBJECT} {KNOWN} GROUP BY subject",
}
REPEAT, LONG, CHUNK, ENGINES = 3, 4.0, 50_000, ("sqlite", "postgresql", "duckdb")


@dataclass(frozen=True)
class Engine:
    """Runs a text, and the statement of an endpoint."""

    scan: Callable[[str], list[Any]]
    derive: Callable[[Definition, str], list[Any]]


def seconds(work: Callable[[], Any]) -> float:
    """The best of some runs, or a long one, rows fetched into Python."""
    best = math.inf
    for _ in range(REPEAT):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
        if best > LONG:
            break
    return best


def in_store(connection: Connection) -> Engine:
    """An engine as the service uses it."""

    @cache
    def prepared(definition: Definition, endpoint: str) -> Prepared:
        return prepare(statement(definition, definition.rule(endpoint)), connection.dialect, PARAMETERS)

    return Engine(
        lambda sql: list(connection.exec_driver_sql(sql)),
        lambda definition, endpoint: prepared(definition, endpoint).run(connection, GIVEN),
    )


def rows_of(events: Path) -> Iterator[list[tuple[Any, ...]]]:
    """The registry's rows in chunks."""
    found = duckdb.connect().execute(f"SELECT {', '.join(EVENT.c.keys())} FROM '{events}'")
    while rows := found.fetchmany(CHUNK):
        yield rows


@contextmanager
def on_duckdb(events: Path, _: Path) -> Iterator[Engine]:
    with open_duckdb(events) as engine:
        yield Engine(
            lambda sql: engine.connection.execute(sql).fetchall(),
            lambda definition, endpoint: engine.rows(duckdb_text(definition, endpoint, "primary", "rows"), GIVEN),
        )


@contextmanager
def on_sqlite(events: Path, scratch: Path) -> Iterator[Engine]:
    path = scratch / "registry.sqlite"
    upgrade(f"sqlite:///{path}")
    with sqlite3.connect(path) as writer:
        writer.execute("PRAGMA synchronous=OFF")
        names, places = ", ".join(EVENT.c.keys()), ", ".join("?" * len(EVENT.c))
        for rows in rows_of(events):
            writer.executemany(f"INSERT INTO clinical_event ({names}) VALUES ({places})", rows)
    writer.close()
    database = open_database(f"sqlite:///{path}")
    with database.write.begin() as connection:
        planner.state(connection)  # as app.main does
    with database.read.connect() as connection:
        yield in_store(connection)
    database.dispose()


@contextmanager
def on_postgresql(events: Path, _: Path) -> Iterator[Engine]:
    server = start_postgres(guarded_folder())
    try:
        database = open_database(server.get_uri(driver="psycopg"))
        METADATA.create_all(database.write, tables=[EVENT])
        with database.write.begin() as connection:
            cursor: Any = connection.connection.cursor()
            with cursor.copy(f"COPY clinical_event ({', '.join(EVENT.c.keys())}) FROM STDIN") as copy:
                for row in itertools.chain.from_iterable(rows_of(events)):
                    copy.write_row(row)
            connection.exec_driver_sql("ANALYZE clinical_event")
        with database.read.connect() as connection:
            connection.exec_driver_sql("SET enable_nestloop = off")  # as app.services.derivation.question does
            yield in_store(connection)
        database.dispose()
    finally:
        server.cleanup()


OPENED = {"sqlite": on_sqlite, "postgresql": on_postgresql, "duckdb": on_duckdb}


def measure(name: str, subjects: int, scratch: Path) -> dict[str, float]:
    """Seconds of the two bare scans and of each endpoint."""
    events = scratch / f"registry-{subjects}.parquet"
    if not events.exists():
        write_registry(events, subjects)
    definition = newest("gdt-relapse")
    with tempfile.TemporaryDirectory(dir=scratch) as folder, OPENED[name](events, Path(folder)) as engine:
        found = {name: seconds(partial(engine.scan, sql)) for name, sql in SCANS.items()}
        for endpoint in definition.endpoints:
            found[endpoint] = seconds(partial(engine.derive, definition, endpoint))
    return found


def shown(found: dict[str, dict[str, float]], subjects: int) -> Table:
    """Seconds, and ratios to the two bare scans, by endpoint and engine."""
    table = Table(
        title=f"{subjects:,} subjects × 20 events: seconds (ratio to the scan by subject and kind, by subject)"
    )
    for column in ("", *found):
        table.add_column(column, justify="right")
    first = next(iter(found.values()))
    for line in first:
        table.add_row(line, *[_cell(times, line) for times in found.values()])
    table.add_row("all endpoints", *[f"{sum(list(times.values())[len(SCANS) :]):.1f}" for times in found.values()])
    return table


def _cell(times: dict[str, float], line: str) -> str:
    ratios = ", ".join(f"{times[line] / times[scan]:.1f}" for scan in SCANS)
    return f"{times[line]:.2f}" if line in SCANS else f"{times[line]:.2f} ({ratios})"


def exponent(sizes: dict[int, float]) -> float:
    """Slope of log seconds on log subjects: 1 is linear, 2 quadratic."""
    xs, ys = [math.log(size) for size in sizes], [math.log(time) for time in sizes.values()]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--subjects", type=int, default=100_000)
    options.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    options.add_argument("--growth", nargs="*", type=int, help="numbers of subjects; without any 10 k, 100 k and 1 M")
    given, console = options.parse_args(), Console(width=160)
    with tempfile.TemporaryDirectory() as scratch:
        if given.growth is None:
            found = {name: measure(name, given.subjects, Path(scratch)) for name in given.engines}
            console.print(shown(found, given.subjects))
            return
        for name in given.engines:
            sizes = {n: measure(name, n, Path(scratch)) for n in given.growth or (10_000, 100_000, 1_000_000)}
            for endpoint in list(sizes[min(sizes)])[len(SCANS) :]:
                times = {n: item[endpoint] for n, item in sizes.items()}
                listed = ", ".join(f"{n:,}: {value:.2f} s" for n, value in times.items())
                console.print(f"{name} {endpoint}: exponent {exponent(times):.2f} ({listed})")


if __name__ == "__main__":
    main()
