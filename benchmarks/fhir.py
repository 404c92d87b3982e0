"""The FHIR door against what stands beneath it, at several sizes; or any FHIR server by itself.

python -m benchmarks fhir [--subjects 1000 10000 100000] [--base URL]
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path

from fhir.resources.R4B import get_fhir_model_class

from app.interop.fhir.search.dates import interval
from benchmarks.fhir_peer import Figure, Known, Peer, figures, known, median, transaction
from benchmarks.fhir_store import build
from benchmarks.measures import Measure, fsync_seconds
from benchmarks.service import bare, engraft

SIZES = [1_000, 10_000, 100_000]
# The same pages by the shortest statement that finds them: the first 50 by code and date, and by code and sex.
_BY_CODE = (
    "SELECT r.body FROM search_index c JOIN resource r ON r.id = c.resource WHERE c.parameter = 402 AND c.text = ?"
    " AND r.seq_to > 4e18 AND EXISTS (SELECT 1 FROM search_index o WHERE o.resource = r.id AND {meets})"
    " ORDER BY c.resource LIMIT 50"
)
_OF_DATE = "o.parameter = 408 AND o.high > ?"
_OF_FEMALES = (
    "o.parameter = 414 AND EXISTS (SELECT 1 FROM resource p JOIN search_index g ON g.resource = p.id"
    " WHERE p.type = 'Patient' AND p.resource_id = o.text AND g.parameter = 503 AND g.text = 'female')"
)


def measures(sizes: list[int]) -> Iterator[Measure]:
    """Every figure at every size."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            resources = build(Path(folder), size)
            with engraft(Path(folder)) as service:
                peer = Peer(f"{service.url}/fhir")
                held = known(peer)
                for figure in figures(peer):
                    yield _beside(figure, size, resources, held, service.data)


def _beside(figure: Figure, size: int, resources: int, held: Known, folder: Path) -> Measure:
    """The figure with the limit beneath it."""
    name = f"{figure.name}, {size:,} subjects"
    if figure.name == "$export":
        ours, limit = figure.resources / figure.seconds, resources / _column(folder)
        return Measure(name, f"{ours:,.0f} resources/s", f"{limit:,.0f} (raw column)", ours / limit, "≥ 100,000/s")
    if figure.name.startswith("transaction"):
        floor, beneath = _validation() + fsync_seconds(folder), "validation and one fdatasync"
    elif figure.name == "read":
        floor, beneath = _bare(figure.answer), "bare bytes"
    else:
        floor, beneath = _raw(folder, figure.name, held) + _bare(figure.answer), "raw SQL and bare bytes"
    limit_text = f"{floor * 1e3:.2f} ms ({beneath})"
    return Measure(name, f"{figure.seconds * 1e3:.2f} ms", limit_text, figure.seconds / floor, "flat")


def _bare(answer: bytes) -> float:
    """Seconds of the same bytes from the memory of uvicorn, by the same client."""
    with tempfile.TemporaryDirectory() as folder:
        body = Path(folder) / "body.json"
        body.write_bytes(answer)
        with bare(body) as service:
            peer = Peer(service.url)
            return median(peer.get, ["x"] * 200)[0]


def _raw(folder: Path, name: str, held: Known) -> float:
    """Seconds of the shortest statement for the same page, on the file itself."""
    by_date = name == "search by code and date"
    code, day = held.code.rpartition("|")[2], interval(held.day)
    assert day is not None
    statement = _BY_CODE.format(meets=_OF_DATE if by_date else _OF_FEMALES)
    values = (code, day.low) if by_date else (code,)
    with sqlite3.connect(f"file:{folder / 'engraft.sqlite'}?mode=ro", uri=True) as database:
        return statistics.median(_seconds(lambda: database.execute(statement, values).fetchall()) for _ in range(50))


def _column(folder: Path) -> float:
    """Seconds of reading every body that counts."""
    with sqlite3.connect(f"file:{folder / 'engraft.sqlite'}?mode=ro", uri=True) as database:
        rows = "SELECT body FROM resource WHERE seq_to > 4e18 AND deleted = 0"
        return _seconds(lambda: sum(len(row[0]) for row in database.execute(rows)))


def _validation() -> float:
    """Seconds of checking the structure of one transaction's resources, and nothing else."""
    resources = [entry["resource"] for entry in json.loads(transaction())["entry"]]
    models = {one["resourceType"]: get_fhir_model_class(one["resourceType"]) for one in resources}
    checked = [(models[one["resourceType"]], one) for one in resources]
    return statistics.median(_seconds(lambda: [model.model_validate(one) for model, one in checked]) for _ in range(20))


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def of_peer(base: str) -> Iterator[Measure]:
    """The same questions to any server, each answer beside the same bytes from memory."""
    for figure in figures(Peer(base)):
        if figure.name == "$export":
            yield Measure(figure.name, f"{figure.resources / figure.seconds:,.0f} resources/s", "", 0.0, "")
        else:
            floor = _bare(figure.answer)
            limit = f"{floor * 1e3:.2f} ms (bare bytes)"
            yield Measure(figure.name, f"{figure.seconds * 1e3:.2f} ms", limit, figure.seconds / floor, "")


def part(arguments: list[str]) -> Iterator[Measure]:
    """What the command line asks for."""
    parser = ArgumentParser("python -m benchmarks fhir")
    parser.add_argument("--subjects", type=int, nargs="+", default=SIZES)
    parser.add_argument("--base", help="address of a FHIR server; without it our own is started")
    asked = parser.parse_args(arguments)
    return of_peer(asked.base) if asked.base else measures(asked.subjects)
