"""Loading files of records through the HTTP intake of a running service.

The contract at the doors, section Records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

MEDIA_TYPES = {".ndjson": "application/x-ndjson", ".json": "application/json"}
COUNTED = ("accepted", "amended", "unchanged", "waiting", "rejected")
TIMEOUT_SECONDS = 300


@dataclass
class Loaded:
    """What became of all records."""

    counts: Counter[str] = field(default_factory=Counter)
    issues: list[dict[str, Any]] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything was stored."""
        return self.counts["accepted"] + self.counts["amended"] > 0

    @property
    def sent(self) -> int:
        """Records sent."""
        return sum(self.counts[name] for name in COUNTED if name != "waiting")

    def add(self, receipt: dict[str, Any]) -> None:
        """Count a receipt."""
        self.counts.update({name: receipt[name] for name in COUNTED})
        self.issues += [line for line in receipt["records"] if line["outcome"] == "rejected"]


def client(address: str) -> httpx.Client:
    """A client of a service."""
    return httpx.Client(base_url=address, timeout=TIMEOUT_SECONDS)


def send(to: httpx.Client, study: str, body: bytes, media_type: str) -> dict[str, Any]:
    """Send one payload and give its receipt. httpx.HTTPStatusError for anything but a receipt."""
    answer = to.post(f"/studies/{study}/records", content=body, headers={"content-type": media_type})
    if answer.status_code not in (200, 201, 422) or "receipt" not in answer.json():
        answer.raise_for_status()
        raise httpx.HTTPStatusError("no receipt", request=answer.request, response=answer)
    receipt: dict[str, Any] = answer.json()
    return receipt


def load_payloads(
    to: httpx.Client, study: str, payloads: Iterable[tuple[bytes, str]], total: int, title: str = "records"
) -> Loaded:
    """Send payloads in their order, with a progress bar."""
    loaded = Loaded()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as progress:
        task = progress.add_task(f"loading {title}", total=total)
        for body, media_type in payloads:
            before = loaded.sent
            loaded.add(send(to, study, body, media_type))
            progress.advance(task, loaded.sent - before)
    return loaded


def load_files(to: httpx.Client, study: str, paths: list[Path], title: str = "records") -> Loaded:
    """Send files of records, one payload each."""
    total = sum(path.read_bytes().count(b"\n") for path in paths)
    payloads = ((path.read_bytes(), MEDIA_TYPES[path.suffix]) for path in paths)
    return load_payloads(to, study, payloads, total, title)
