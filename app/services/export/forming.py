"""Resources as they leave: in the release and the part that is asked for; what cannot be written so is told.

https://hl7.org/fhir/uv/bulkdata/export.html#response---error-status-1
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.interop.fhir.form import Form
from app.interop.fhir.outcome import operation_outcome

LOG = logging.getLogger("engraft")
# Rows as app.interop.fhir.bulk.formats.Row.
Page = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Source:
    """What the files of one kind and type hold. pages: rows behind a row id, of which some may be empty."""

    kind: str
    type: str
    pages: Callable[[int], Iterator[Page]]
    form: Form

    @property
    def place(self) -> tuple[str, str]:
        """What tells its files from those of others."""
        return self.kind, self.type


@dataclass(slots=True)
class Tally:
    """What one file holds so far. read: rows; failed: those left out, as Type/id; last: the row id of the last one."""

    read: int = 0
    last: int = 0
    failed: list[str] = field(default_factory=list)

    @property
    def written(self) -> int:
        """Resources in the file."""
        return self.read - len(self.failed)


def formed(source: Source, page: Page, tally: Tally) -> Page:
    """The rows of a page as they leave, counted. What is wanted as it is stored costs no call a row."""
    tally.read += len(page)
    tally.last = page[-1][0]
    if source.form.subset.whole and all(row[4] == source.form.release for row in page):
        return page
    return [made for row in page if (made := _made(source, row, tally)) is not None]


def _made(source: Source, row: Any, tally: Tally) -> Any:
    try:
        body = source.form.of(source.type, row[4], row[5])
    except Exception as error:  # whatever a client wrote there: the others leave all the same, and this one is told
        LOG.error("export of a %s: %s", source.type, type(error).__name__)
        tally.failed.append(f"{source.type}/{row[1]}")
        return None
    return (*row[:5], body)


def told(failed: list[str], form: Form) -> Source:
    """What could not be written, as OperationOutcomes."""
    text = "this resource cannot be written in the form that was asked for"
    outcomes = [operation_outcome("error", "exception", text, [place]) for place in failed]
    rows = [(0, None, None, None, form.release, body) for body in outcomes]
    return Source("error", "OperationOutcome", lambda after: iter([rows]), Form(form.release))
