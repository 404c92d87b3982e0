"""`$export` of a large store: out of the process beside the raw column, and what it takes of memory.

docs/bulk-export.md
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from app.endpoints.event import FOREVER
from benchmarks.measures import Measure
from benchmarks.service import Service, free_port, load_example, process

ROWS = int(os.environ.get("ENGRAFT_EXPORT_ROWS", "1000000"))
CURRENT = f"seq_to = {FOREVER} AND deleted = 0 AND audience <> 2"
PAGE = 1000


def export_measures() -> Iterator[Measure]:
    """Resources/s of the worker and of the download; the memory that a million resources cost."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with serving(data) as service:
            load_example(service)
        grow(data)
        with serving(data) as service:
            before, used = peak_mib(service), service.cpu_seconds()
            location, seconds = exported(service)
            used = service.cpu_seconds() - used
            manifest = httpx.get(location).json()
            count = sum(item["count"] for item in manifest["output"])
            fetching = fetched(manifest)
            after = peak_mib(service)
        raw, raw_used = raw_column(data)
    yield Measure(
        f"$export of {count:,} resources, CPU, against the raw column",
        f"{count / used:,.0f} resources/s",
        f"{count / raw_used:,.0f} resources/s",
        raw_used / used,
        "",
    )
    yield Measure(
        "the same by the clock",
        f"{count / seconds:,.0f} resources/s",
        f"{count / raw:,.0f} resources/s",
        raw / seconds,
        "≥ 100,000/s",
    )
    yield Measure(
        "download of its files, against the raw column",
        f"{count / fetching:,.0f} resources/s",
        f"{count / raw:,.0f} resources/s",
        raw / fetching,
        "",
    )
    yield Measure(
        "memory: highest, against that at the start", f"{after:.0f} MiB", f"{before:.0f} MiB", after / before, "flat"
    )


@contextmanager
def serving(data: Path) -> Iterator[Service]:
    port = free_port()
    main = "from app.cli import main; main()"
    command = [sys.executable, "-c", main, "serve", "--port", str(port), "--data", str(data)]
    with process(command, port, data, "/health/ready") as found:
        yield found


def grow(data: Path) -> None:
    """The resources that are there, again and again under other ids, until there are ROWS."""
    with sqlite3.connect(data / "engraft.sqlite") as store:
        columns = [row[1] for row in store.execute("PRAGMA table_info(resource)")]
        kept = ", ".join(name for name in columns if name not in ("id", "resource_id"))
        last, there = store.execute(f"SELECT max(id), count(*) FROM resource WHERE {CURRENT}").fetchone()
        for copy in range(ROWS // there):
            store.execute(
                f"INSERT INTO resource (resource_id, {kept}) SELECT '{copy}-' || substr(resource_id, 1, 24), {kept} "
                f"FROM resource WHERE id <= {last} AND {CURRENT}"
            )
            store.commit()


def exported(service: Service) -> tuple[str, float]:
    """(address of the finished job, seconds until it was finished)."""
    begin = time.perf_counter()
    answer = httpx.get(f"{service.url}/fhir/$export", headers={"prefer": "respond-async"})
    location: str = answer.headers["content-location"]
    while (status := httpx.get(location).status_code) == 202:
        time.sleep(0.6)
    if status != 200:
        raise RuntimeError(f"the export ended with {status}")
    return location, time.perf_counter() - begin


def fetched(manifest: dict[str, Any]) -> float:
    """Seconds to read every file over HTTP, uncompressed."""
    begin = time.perf_counter()
    for item in manifest["output"]:
        with httpx.stream("GET", item["url"], headers={"accept-encoding": "identity"}) as answer:
            for _ in answer.iter_raw():
                pass
    return time.perf_counter() - begin


def raw_column(data: Path) -> tuple[float, float]:
    """Seconds, and those of CPU, to write the same bytes with nothing around: cursor, join, a file for each type."""
    begin, used = time.perf_counter(), time.process_time()
    with sqlite3.connect(f"file:{data / 'engraft.sqlite'}?mode=ro", uri=True) as store:
        for (type_,) in store.execute("SELECT DISTINCT type FROM resource").fetchall():
            rows = store.execute(f"SELECT body FROM resource WHERE type = ? AND {CURRENT} ORDER BY id", (type_,))
            with (data / f"{type_}.raw").open("wb") as file:
                while page := rows.fetchmany(PAGE):
                    file.write(b"\n".join(row[0] for row in page) + b"\n")
                os.fsync(file.fileno())
    return time.perf_counter() - begin, time.process_time() - used


def peak_mib(service: Service) -> float:
    """The most memory that the process has held so far."""
    [line] = [line for line in Path(f"/proc/{service.pid}/status").read_text().splitlines() if "VmHWM" in line]
    return int(line.split()[1]) / 1024
