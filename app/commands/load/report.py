"""The refused lines as a table for those who mend them: one row for each thing that is wrong.

https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from app.commands.load.outcome import of_record

COLUMNS = ("file", "place", "type", "site", "outcome", "field", "reason", "expected", "suggestion")


class Report(Protocol):
    """Where refused lines go."""

    def __call__(self, file: str, lines: Iterable[dict[str, Any]]) -> None:
        """Add the refused lines of a file."""


@contextmanager
def report(path: Path | None) -> Iterator[Report]:
    """A CSV file of refused lines, also when there is none; without a path they go nowhere."""
    if path is None:
        yield lambda file, lines: None
        return
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(COLUMNS)

        def add(file: str, lines: Iterable[dict[str, Any]]) -> None:
            writer.writerows(row for line in lines for row in _rows(file, line))

        yield add


def _rows(file: str, line: dict[str, Any]) -> Iterator[list[str]]:
    known = [line.get(name) or "" for name in ("type", "site", "outcome")]
    for issue in line.get("issues") or line.get("warnings") or [{}]:
        path = issue.get("path", "")
        place = issue.get("place") or line.get("place") or path.partition(".")[0]
        words = [issue.get(name) or "" for name in ("message", "expected", "suggestion")]
        yield [_plain(word) for word in (file, place, *known, of_record(path), *words)]


def _plain(word: str) -> str:
    """A word that a spreadsheet does not take for a formula."""
    return f"'{word}" if word[:1] in ("=", "+", "-", "@") else word
