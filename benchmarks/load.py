"""A file of a million rows on its way in: its speed beside the JSON door and bare parsing, and what it takes of memory.

docs/loading.md
"""

from __future__ import annotations

import csv
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import httpx

from benchmarks.export import peak_mib, serving
from benchmarks.measures import Measure
from benchmarks.service import STUDY, Service

ROWS = int(os.environ.get("ENGRAFT_LOAD_ROWS", "1000000"))
# Of the way by the JSON door, which is there to compare with.
DOOR_ROWS = min(ROWS, 20_000)
ROWS_A_SUBJECT = 50
PAYLOAD_ROWS = 500
Row = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """One format. write: rows to a file; parse: the least that reading it takes."""

    name: str
    media_type: str
    params: dict[str, str]
    write: Callable[[Path, int], None]
    parse: Callable[[Path], None]


def rows(count: int, prefix: str) -> Iterator[Row]:
    """Subjects, each followed by laboratory results."""
    for number in range(count):
        envelope = {"site": "A", "source": prefix, "subject": f"{prefix}-{number // ROWS_A_SUBJECT}", "version": 1}
        if number % ROWS_A_SUBJECT == 0:
            yield {"type": "subject", "id": f"S{number}", **envelope, "mrn": str(number)}
            continue
        day, value = f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}", round(0.5 + number % 40 / 10, 1)
        result = {"test": "anc", "collected": day, "value": value, "unit": "10*9/L"}
        yield {"type": "lab", "id": f"L{number}", **envelope, **result}


def write_ndjson(path: Path, count: int) -> None:
    with path.open("w") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows(count, "ndjson"))


def parse_ndjson(path: Path) -> None:
    with path.open("rb") as file:
        for line in file:
            json.loads(line)


COLUMNS = ["type", "id", "site", "source", "subject", "version", "mrn", "test", "collected", "value", "unit"]


def write_csv(path: Path, count: int) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows(count, "csv"))


def parse_csv(path: Path) -> None:
    with path.open(newline="") as file:
        for _ in csv.DictReader(file):
            pass


KINDS = [
    Kind("NDJSON", "application/x-ndjson", {}, write_ndjson, parse_ndjson),
    Kind("CSV", "text/csv", {}, write_csv, parse_csv),
]


def load_measures() -> Iterator[Measure]:
    """Rows a second of CPU in the background, by the JSON door, and of bare parsing; memory at its highest."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "data") as service:
        door = by_the_door(service)
        before = peak_mib(service)
        for kind in KINDS:
            path = Path(folder) / "file"
            kind.write(path, ROWS)
            parsed = ROWS / cpu(time.process_time, lambda kind=kind, path=path: kind.parse(path))
            loaded = ROWS / cpu(service.cpu_seconds, lambda kind=kind, path=path: in_background(service, kind, path))
            yield _speed(f"{kind.name}, {ROWS:,} rows, CPU, against bare parsing", loaded, parsed, "")
            yield _speed(f"{kind.name}, {ROWS:,} rows, CPU, against the JSON door", loaded, door, "≥ 0.8")
        after = peak_mib(service)
    yield Measure(
        "memory: highest, against that before", f"{after:.0f} MiB", f"{before:.0f} MiB", after / before, "flat"
    )


def _speed(name: str, ours: float, limit: float, aim: str) -> Measure:
    return Measure(name, f"{ours:,.0f} rows/s", f"{limit:,.0f} rows/s", ours / limit, aim)


def cpu(clock: Callable[[], float], work: Callable[[], None]) -> float:
    """Seconds of CPU, which other work on the machine does not change."""
    begin = clock()
    work()
    return clock() - begin


def by_the_door(service: Service) -> float:
    """Rows/s of the same rows as JSON, one payload after another."""
    source = rows(DOOR_ROWS, "door")
    bodies = [json.dumps(part) for part in iter(lambda: list(islice(source, PAYLOAD_ROWS)), [])]
    headers = {"content-type": "application/json"}

    def send() -> None:
        with httpx.Client(base_url=service.url, timeout=300) as client:
            for body in bodies:
                client.post(f"/studies/{STUDY}/records", content=body, headers=headers).raise_for_status()

    return DOOR_ROWS / cpu(service.cpu_seconds, send)


def in_background(service: Service, kind: Kind, path: Path) -> None:
    """Send a file and wait until it is taken whole."""
    with httpx.Client(base_url=service.url, timeout=300) as client, path.open("rb") as file:
        headers = {"content-type": kind.media_type}
        answer = client.post(f"/studies/{STUDY}/loads", content=file, headers=headers, params=kind.params)
        address = answer.raise_for_status().headers["content-location"]
        while (state := client.get(address).json())["state"] in ("accepted", "running"):
            time.sleep(0.5)
    if state["accepted"] != ROWS:
        raise RuntimeError(f"{state['state']}: {state['accepted']} of {ROWS} rows, {state['reasons'][:3]}")
