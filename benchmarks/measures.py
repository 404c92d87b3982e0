"""What is measured: each figure beside the limit that stands beneath it, in the same run."""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fhir.resources.R4B import get_fhir_model_class

from app.commands import cohort
from benchmarks.client import request, run, run_many
from benchmarks.service import STUDY, Service, bare, engraft, load_example


@dataclass(frozen=True)
class Measure:
    """One line of the report. ratio is what the aim speaks of."""

    name: str
    ours: str
    limit: str
    ratio: float
    aim: str


def timed(work: Any) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def all_measures(shared: Path) -> Iterator[Measure]:
    with engraft() as service:
        begin = time.perf_counter()
        records = load_example(service)
        yield from intake(service, records, time.perf_counter() - begin)
        yield from read(service)
        yield everything(service)
        yield status(service)
        yield from posts(service)
    if (shared / "data" / "ebmt4" / "patients.csv").exists():
        yield endpoint(shared / "data" / "ebmt4")


def _database(service: Service) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{service.data / 'engraft.sqlite'}?mode=ro", uri=True)


def intake(service: Service, records: int, seconds: float) -> Iterator[Measure]:
    """Records/s through HTTP in payloads of about a hundred, against two limits."""
    with _database(service) as database:
        bodies = database.execute("SELECT type, body FROM resource WHERE deleted = 0").fetchall()
        rows = _all_rows(database)
    models = {name: get_fhir_model_class(name) for name, _ in bodies}
    resources = [(models[name], json.loads(body)) for name, body in bodies]
    validation = timed(lambda: [model.model_validate(body) for model, body in resources])
    yield Measure(
        "intake against FHIR validation alone",
        f"{records / seconds:,.0f} records/s",
        f"{records / validation:,.0f} records/s ({len(resources):,} resources)",
        validation / seconds,
        "≥ 0.6",
    )
    raw = timed(lambda: _insert_raw(rows))
    yield Measure(
        "intake against raw executemany of the same rows",
        f"{records / seconds:,.0f} records/s",
        f"{records / raw:,.0f} records/s",
        raw / seconds,
        "",
    )


def _all_rows(database: sqlite3.Connection) -> dict[str, list[Any]]:
    names = [
        row[0]
        for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    ]
    return {name: database.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}


def _insert_raw(tables: dict[str, list[Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder, sqlite3.connect(f"{folder}/raw.sqlite") as raw:
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA synchronous=FULL")
        for name, rows in tables.items():
            if rows:
                columns = len(rows[0])
                raw.execute(f'CREATE TABLE "{name}" ({", ".join(f"c{i}" for i in range(columns))})')
                raw.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * columns)})', rows)
                raw.commit()


def read(service: Service, times: int = 5000) -> Iterator[Measure]:
    """CPU of reading one Observation, against uvicorn answering the same bytes from memory."""
    with _database(service) as database:
        row = database.execute(
            "SELECT resource_id, body FROM resource WHERE type = 'Observation' AND deleted = 0"
        ).fetchone()
    path = f"/fhir/Observation/{row[0]}"
    with tempfile.TemporaryDirectory() as folder:
        body = Path(folder) / "body.json"
        body.write_bytes(row[1])
        ours = _cpu(service, path, times)
        with bare(body) as limit:
            floor = _cpu(limit, path, times)
    yield Measure("read of one resource, CPU", f"{ours:,.0f} µs", f"{floor:,.0f} µs", ours / floor, "≤ 4")


def _cpu(service: Service, path: str, times: int) -> float:
    """Microseconds of the server's CPU per request."""
    one = request("GET", path)
    run(service.port, [one] * 200, b" 200 ")
    before = service.cpu_seconds()
    run(service.port, [one] * times, b" 200 ")
    return (service.cpu_seconds() - before) / times * 1e6


def everything(service: Service) -> Measure:
    """Bytes/s of `$everything` of the study, against reading the same column."""
    with httpx.Client(base_url=service.url, timeout=120) as client:
        study = client.get(f"/studies/{STUDY}").json()["resource"]
        url = f"/fhir/{study}/$everything?_count=10000"
        sizes: list[int] = []
        seconds = min(timed(lambda: sizes.append(len(client.get(url).content))) for _ in range(5))
    query = "SELECT body FROM resource WHERE deleted = 0 AND seq_to > 1000000000000"
    with _database(service) as database:
        raw = min(timed(lambda: database.execute(query).fetchall()) for _ in range(5))
        column = sum(len(row[0]) for row in database.execute(query))
    ours, limit = sizes[0] / seconds / 1e6, column / raw / 1e6
    return Measure(
        "$everything against the raw column", f"{ours:,.0f} MB/s", f"{limit:,.0f} MB/s", ours / limit, "≥ 0.5"
    )


def status(service: Service) -> Measure:
    """Median time of a status over HTTP, one client."""
    times = []
    with httpx.Client(base_url=service.url, timeout=30) as client:
        numbers = [item["subject"] for item in client.get(f"/studies/{STUDY}/subjects").json()["subjects"]]
        client.get(f"/studies/{STUDY}/subjects/{numbers[0]}/status")
        for number in numbers * 2:
            path = f"/studies/{STUDY}/subjects/{number}/status"
            times.append(timed(lambda path=path: client.get(path).raise_for_status()))
        floor = statistics.median(timed(lambda: client.get("/health/live")) for _ in range(100))
    middle = statistics.median(times)
    return Measure(
        "status, median", f"{middle * 1e3:.1f} ms", f"{floor * 1e3:.2f} ms (health/live)", middle / floor, "< 5 ms"
    )


def posts(service: Service, times: int = 640) -> Iterator[Measure]:
    """Single-record posts/s from 1 and from 32 clients, against bare fdatasync one by one."""
    syncs = 1 / fsync_seconds(service.data)
    one = run_many(service.port, [_single(times, "one")], b" 201 ")
    shares = [_single(times // 32 * 4, f"c{client}") for client in range(32)]
    many = run_many(service.port, shares, b" 201 ")
    for name, rate, aim in (
        ("posts of one record, 1 client", times / one, ""),
        ("posts of one record, 32 clients", 32 * (times // 32 * 4) / many, "≥ 5"),
    ):
        yield Measure(f"{name}, against fdatasync", f"{rate:,.0f}/s", f"{syncs:,.0f}/s", rate / syncs, aim)


def _single(times: int, prefix: str) -> list[bytes]:
    record = {
        "type": "follow_up",
        "site": "A",
        "source": "bench",
        "subject": "A-001",
        "date": "2026-01-01",
        "alive": True,
    }
    return [
        request("POST", f"/studies/{STUDY}/records", json.dumps({**record, "id": f"{prefix}-{number}"}).encode())
        for number in range(times)
    ]


def fsync_seconds(folder: Path, times: int = 300) -> float:
    """Seconds of one write of 4 KiB and its fdatasync, median."""
    file = os.open(folder / "sync", os.O_CREAT | os.O_WRONLY)
    try:
        return statistics.median(timed(lambda at=at: _sync(file, at)) for at in range(times))
    finally:
        os.close(file)


def _sync(file: int, at: int) -> None:
    os.pwrite(file, b"x" * 4096, at * 4096)
    os.fdatasync(file)


BARE_SQL = """
SELECT subject, min(CASE WHEN kind = 'infusion' THEN first_day END), min(CASE WHEN kind = 'death' THEN first_day END),
       max(CASE WHEN kind = 'alive' THEN first_day END)
FROM clinical_event WHERE study = 'ebmt4' GROUP BY subject
"""


def endpoint(folder: Path) -> Measure:
    """OS of 2,279 patients over HTTP, against one grouped scan of their events."""
    with engraft() as service, httpx.Client(base_url=service.url, timeout=300) as client:
        cohort.load(folder, client)
        path = "/studies/ebmt4/endpoints/OS"
        client.get(path).raise_for_status()
        ours = min(timed(lambda: client.get(path)) for _ in range(5))
        with _database(service) as database:
            limit = min(timed(lambda: database.execute(BARE_SQL).fetchall()) for _ in range(5))
    return Measure(
        "OS of ebmt4 against the bare SQL", f"{ours * 1e3:.0f} ms", f"{limit * 1e3:.0f} ms", ours / limit, ""
    )
