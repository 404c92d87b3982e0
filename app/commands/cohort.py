"""A published cohort through the real intake, its estimates against R's.

Data: `ebmt4` of the R package mstate (European Society for Blood and Marrow Transplantation); never part of this
project, read from where it is.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from app.commands.load.outcome import Outcome, add_receipt
from app.commands.load.progress import Bar
from app.commands.load.sending import receipt_of
from app.commands.load.service import Service
from app.commands.load.sources import NDJSON

STUDY, SITE, SOURCE = "ebmt4", "EBMT", "mstate"
BATCH = 500
DEFINITION = {
    "title": "ebmt4: 2,279 transplants",
    "definition": "gdt-relapse",
    "sites": [{"id": SITE, "time_zone": "Europe/Amsterdam"}],
}


@dataclass(frozen=True)
class Comparison:
    """One endpoint against its reference. deviation: the largest absolute difference of any figure."""

    endpoint: str
    figures: int
    deviation: float
    same_counts: bool


def records(row: dict[str, str]) -> Iterator[dict[str, Any]]:
    """One patient of the published table as records of ours."""
    number = row["patient_id"]

    def record(kind: str, place: str, **fields: Any) -> dict[str, Any]:
        envelope = {"type": kind, "site": SITE, "source": SOURCE, "id": f"{number}-{place}", "subject": number}
        return {**envelope, "status": "final", **fields}

    start, last, relapse = row["infusion_date"], row["last_follow_up_date"], row["relapse_date"]
    yield record("subject", "subject", strata={"age_class": row["group"]})
    yield record("transplant", "hsct", date=row["transplant_date"])
    yield record("infusion", "infusion", start=start, outcome="completed")
    yield record("disease_assessment", "baseline", date=start, response=row["remission_status_at_infusion"])
    if relapse:
        yield record("disease_assessment", "relapse", date=relapse, response="relapse")
    elif not row["death_date"]:
        yield record("disease_assessment", "last", date=last, response="CR")
    yield (
        record("follow_up", "last", date=last, alive=True)
        if not row["death_date"]
        else record("death", "death", date=row["death_date"])
    )


def payloads(folder: Path) -> list[bytes]:
    """All patients as NDJSON payloads of some hundred records."""
    with (folder / "patients.csv").open(encoding="utf-8", newline="") as file:
        lines = [json.dumps(record) for row in csv.DictReader(file) for record in records(row)]
    return ["\n".join(lines[start : start + BATCH]).encode() + b"\n" for start in range(0, len(lines), BATCH)]


def load(folder: Path, service: httpx.Client) -> int:
    """Load the cohort; the number of records sent."""
    service.put(f"/studies/{STUDY}", json=DEFINITION).raise_for_status()
    bodies = payloads(folder)
    desk, outcome, path = Service(service), Outcome(), f"/studies/{STUDY}/records"
    with Bar(Console(), sum(map(len, bodies))) as bar:
        bar.begin(STUDY)
        for body in bodies:
            add_receipt(outcome, receipt_of(desk.post(path, partial(bytes, body), NDJSON, {}, len(body))))
            bar.finish(len(body))
    return sum(outcome.totals.values())


def compare(folder: Path, service: httpx.Client) -> list[Comparison]:
    """OS and DFS of the service against the reference, overall and by group."""
    reference = json.loads((folder / "reference.json").read_text(encoding="utf-8"))["results"]
    return [_compare(name, service, reference[name]) for name in ("OS", "DFS")]


def _compare(name: str, service: httpx.Client, reference: dict[str, Any]) -> Comparison:
    answer = service.get(f"/studies/{STUDY}/endpoints/{name}", params={"group_by": "age_class"})
    answer.raise_for_status()
    found = answer.json()
    pairs = [(found["overall"], reference["overall"])]
    pairs += [(found["groups"][group], part) for group, part in reference["by_group"].items()]
    differences = [difference for ours, theirs in pairs for difference in _differences(ours, theirs)]
    counts = all(ours[key] == theirs[key] for ours, theirs in pairs for key in ("n", "events", "censored"))
    at_risk = all(
        [mark["n_risk"] for mark in ours["landmarks"]] == [mark["n_risk"] for mark in theirs["conf"]["log-log"]["at"]]
        for ours, theirs in pairs
    )
    return Comparison(name, len(differences), max(differences), counts and at_risk)


_FIGURES = {"estimate": "surv", "std_err": "std_err", "lower": "lower", "upper": "upper"}


def _differences(ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[float]:
    expected = theirs["conf"]["log-log"]
    for mark, wanted in zip(ours["landmarks"], expected["at"], strict=True):
        for name, r_name in _FIGURES.items():
            yield _difference(mark[name], wanted[r_name])
    for name, r_name in (("estimate", "median"), ("lower", "median_lower"), ("upper", "median_upper")):
        yield _difference(ours["median"][name], expected[r_name])


def _difference(ours: float | None, theirs: float | None) -> float:
    """Two figures that are both not estimable agree; one alone disagrees without limit."""
    if ours is None or theirs is None:
        return 0.0 if ours is theirs else float("inf")
    return abs(ours - theirs)
