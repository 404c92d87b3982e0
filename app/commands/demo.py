"""The demo: a trial on one machine, from an empty folder to a sponsor's bundle."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from app.commands.load.outcome import WORDS, Outcome
from app.commands.load.progress import Bar
from app.commands.load.report import report
from app.commands.load.sending import Desk
from app.commands.load.service import Service, client
from app.commands.load.sources import NDJSON, Source
from app.commands.serve import running
from app.config import Settings
from app.example import write

STUDY = "gdt-relapse"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SEED, SUBJECTS = 2026, 60


def demo(data: Path, port: int, once: bool, console: Console) -> None:
    """Load the example extract and show the trial; stays up until interrupted unless `once`."""
    extract = _extract(data)
    with running(Settings(data=data), port) as address, client(address) as service:
        console.print(f"Engraft serves {data} on {address}")
        service.put(f"/studies/{STUDY}", content=(extract / "study.json").read_bytes()).raise_for_status()
        _report(_load(service, extract, console), console)
        console.print(_table(service))
        _addresses(service, address, console)
        if not once:
            console.print("Ctrl-C ends the demo; the data stay in the folder.")
            _wait()


def _wait() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return


def _extract(data: Path) -> Path:
    """The example extract of the checkout; where there is none (an installed package), it is made."""
    if EXAMPLES.joinpath("study.json").exists():
        return EXAMPLES
    made = data / "examples"
    if not made.joinpath("study.json").exists():
        write(made, SEED, SUBJECTS)
    return made


def _load(service: httpx.Client, extract: Path, console: Console) -> Outcome:
    outcome = Outcome()
    files = [Source(path.name, path, NDJSON) for path in sorted(extract.glob("*.ndjson"))]
    with Bar(console, sum(file.size for file in files)) as bar, report(None) as lines:
        desk = Desk(Service(service), STUDY, {}, False, bar, lines)
        for file in files:
            desk.send(file, outcome)
    return outcome


def _report(outcome: Outcome, console: Console) -> None:
    totals = outcome.totals
    counts = ", ".join(f"{number} {WORDS[name]}" for name, number in totals.items())
    if not totals["accepted"] + totals["amended"]:
        console.print(f"Nothing changed: every record was here already ({counts}).")
        return
    console.print(f"{sum(totals.values())} records: {counts}.")
    for reason in outcome.most_frequent(len(outcome.reasons)):
        expected = f"; expected {reason.expected}" if reason.expected else ""
        text = f"  {reason.count} refused: {reason.path}: {reason.message}{expected}"
        console.print(text, style="dim", soft_wrap=True)


def _get(service: httpx.Client, path: str) -> Any:
    answer = service.get(path)
    answer.raise_for_status()
    return json.loads(answer.content)


def _table(service: httpx.Client) -> Table:
    """One line an endpoint."""
    subjects = _get(service, f"/studies/{STUDY}/subjects")["subjects"]
    dlt, sae = (_get(service, f"/studies/{STUDY}/endpoints/{name}") for name in ("DLT", "SAE"))
    table = Table(title="γδT Cell Infusion to Prevent Relapse", caption="n.r.: not reached")
    for column in ("", "n", "events", "estimate", "95 % interval"):
        table.add_column(column, justify="left" if not column else "right")
    table.add_row("Subjects", str(len(subjects)), "", "", "")
    table.add_row("Infused", str(sae["infused"]), "", "", "")
    table.add_row("DLT, 28 days", str(dlt["evaluable"]), str(dlt["patients_with_dlt"]), *_share(dlt))
    table.add_row("SAE, 28 days", str(sae["infused"]), str(sae["patients_with_sae"]), *_share(sae))
    for name in ("DFS", "OS", "DOR"):
        found = _get(service, f"/studies/{STUDY}/endpoints/{name}")["overall"]
        table.add_row(f"{name}, median days", str(found["n"]), str(found["events"]), *_median(found["median"]))
    return table


def _share(found: dict[str, Any]) -> tuple[str, str]:
    share = found["proportion"]
    mark = "" if found["final"] else " (not final)"
    if share["estimate"] is None:
        return "not estimable", ""
    return f"{share['estimate']:.1%}{mark}", f"{share['lower']:.1%} to {share['upper']:.1%}"


def _median(found: dict[str, Any]) -> tuple[str, str]:
    values = ["n.r." if found[name] is None else f"{found[name]:g}" for name in ("estimate", "lower", "upper")]
    return values[0], f"{values[1]} to {values[2]}"


def _addresses(service: httpx.Client, address: str, console: Console) -> None:
    study = _get(service, f"/studies/{STUDY}")
    first = _get(service, f"/studies/{STUDY}/subjects")["subjects"][0]["subject"]
    console.print("Try:")
    for title, path in (
        ("one patient's status", f"/studies/{STUDY}/subjects/{first}/status"),
        ("an endpoint", f"/studies/{STUDY}/endpoints/DFS?group_by=dose_level"),
        ("its rows, with evidence", f"/studies/{STUDY}/endpoints/DFS/subjects"),
        ("the sponsor's bundle", f"/fhir/{study['resource']}/$everything"),
        ("what was refused, and why", f"/studies/{STUDY}/quarantine"),
        ("all routes", "/docs"),
    ):
        console.print(f"  {title:<26} curl '{address}{path}'", soft_wrap=True, highlight=False)
