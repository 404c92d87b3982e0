"""One file into a service: small ones by one request, large ones in the background.

docs/loading.md
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from app.commands.load.outcome import Outcome, add_load, add_receipt, refused_lines
from app.commands.load.progress import Bar
from app.commands.load.report import Report
from app.commands.load.service import NotTaken, Service, said
from app.commands.load.sources import Source

POLL_SECONDS = 1.0
UNDER_WAY = ("accepted", "running")


@dataclass(frozen=True)
class Desk:
    """Where files go, and how. params: site, source, profile, dry_run as the service has them."""

    service: Service
    study: str
    params: dict[str, str]
    again: bool
    bar: Bar
    report: Report

    def send(self, source: Source, outcome: Outcome) -> None:
        """Load a file and count what became of it. NotTaken, Unreachable."""
        self.bar.begin(source.name)
        if source.large:
            self._in_background(source, outcome)
        else:
            self._at_once(source, outcome)
        self.bar.finish(source.size)

    def _at_once(self, source: Source, outcome: Outcome) -> None:
        path = f"/studies/{self.study}/records"
        answer = self.service.post(path, source.path.read_bytes, source.media_type, self.params, source.size)
        receipt = receipt_of(answer)
        add_receipt(outcome, receipt, source.name)
        self.report(source.name, refused_lines(receipt))

    def _in_background(self, source: Source, outcome: Outcome) -> None:
        load = self._known(source) or self._uploaded(source)
        while load["state"] in UNDER_WAY:
            self.bar.begin(f"{source.name}: taken")
            self.bar.reach(load["bytes"]["done"], load["records_per_second"])
            self.service.sleep(POLL_SECONDS)
            load = self.service.get(f"/studies/{self.study}/loads/{load['load']}")
        add_load(outcome, load, source.name)
        self.report(source.name, map(json.loads, self.service.lines(load["refused"])))
        self.report(source.name, [{"outcome": load["state"], "issues": load["issues"]}] if load["issues"] else [])
        if load["state"] != "completed":
            raise NotTaken(_why(load))

    def _known(self, source: Source) -> dict[str, Any] | None:
        """The load of this very file that is under way or complete, so that it need not be sent again."""
        if self.again:
            return None
        params = {**self.params, "media_type": source.media_type}
        found = self.service.find(f"/studies/{self.study}/files/{source.digest()}", **params)
        return found if found and found["state"] in (*UNDER_WAY, "completed") else None

    def _uploaded(self, source: Source) -> dict[str, Any]:
        path, params = f"/studies/{self.study}/loads", dict(self.params)
        params |= {"again": "true"} if self.again else {}
        self.bar.begin(f"{source.name}: sent")
        answer = self.service.post(path, lambda: self._watched(source), source.media_type, params, source.size)
        if not answer.is_success:
            raise NotTaken(said(answer))
        load: dict[str, Any] = answer.json()
        return load

    def _watched(self, source: Source) -> Iterator[bytes]:
        done = 0
        for block in source.blocks():
            yield block
            done += len(block)
            self.bar.reach(done)


def receipt_of(answer: httpx.Response) -> dict[str, Any]:
    """The receipt in an answer. NotTaken for anything else."""
    found = answer.json() if answer.status_code in (200, 201, 422) else {}
    if "receipt" not in found:
        raise NotTaken(said(answer))
    receipt: dict[str, Any] = found
    return receipt


def _why(load: dict[str, Any]) -> str:
    issues = "; ".join(issue["message"] for issue in load["issues"])
    return f"the load {load['load']} is {load['state']}" + (f": {issues}" if issues else "")
