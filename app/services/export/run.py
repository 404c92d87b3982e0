"""One attempt at an export: file after file, each listed once it is whole, so that the next attempt goes on there.

https://hl7.org/fhir/uv/bulkdata/export.html#bulk-data-output-file-request
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from app.interop.fhir.bulk import formats
from app.interop.fhir.bulk.deleted import deleted
from app.interop.fhir.form import Form
from app.interop.fhir.outcome import warnings
from app.interop.fhir.search.subset import Subset
from app.services.context import Services
from app.services.export.files import folder
from app.services.export.filters import ways
from app.services.export.forming import Page, Source, Tally, formed, told
from app.services.export.question import Question, stored
from app.services.search.criteria import Asker
from app.storage.counter import utc_text
from app.storage.exports import jobs, scan
from app.storage.exports.jobs import File, Job

# A worker that is not heard of for so long is taken for dead; it is heard of much more often.
LEASE, BEAT = timedelta(seconds=30), timedelta(seconds=2)
# A file is whole or made again: so much is lost at most by the end of a process.
MOST_ROWS = 250_000


class Lost(Exception):
    """The job is another worker's by now, or was cancelled."""


class Stopped(Exception):
    """The service is about to end."""


class Attempt:
    """One worker's work at one job, as long as its lease is its own."""

    def __init__(self, tools: Services, job: Job, files: list[File]) -> None:
        self._tools = tools
        self._job = job
        self._question = stored(job.question)
        self._files = files
        self.written = sum(file.count for file in files)
        self._next_beat = tools.clock() + BEAT

    def run(self) -> None:
        """Write what is missing. Lost or Stopped where it could not come to its end."""
        folder(self._tools, self._job.id).mkdir(parents=True, exist_ok=True)
        for source in sources(self._tools, self._job, self._question):
            pages = source.pages(self._done(source))
            for first in pages:
                if first:
                    self._write(source, chain([first], pages))
                else:
                    self._beat()

    def _done(self, source: Source) -> int:
        """The row id up to which the whole files hold what this source has."""
        return max((file.last for file in self._files if (file.kind, file.type) == source.place), default=0)

    def _write(self, source: Source, pages: Iterator[Page]) -> None:
        """One file of at most some MOST_ROWS; an unfinished one is removed."""
        extension = "parquet" if self._question.format == formats.PARQUET else "ndjson"
        name = f"{source.type}.{self._tools.new_id()}.{extension}"
        path = folder(self._tools, self._job.id) / name
        try:
            tally = self._fill(path, source, pages)
            if tally.failed:
                failures = told(tally.failed, source.form)
                self._write(failures, failures.pages(0))
            if tally.written:
                self._keep(File(len(self._files), name, *source.place, tally.written, tally.last))
            else:
                path.unlink()
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def _fill(self, path: Path, source: Source, pages: Iterator[Page]) -> Tally:
        tally = Tally()
        with path.open("xb") as file:
            counted = self._counted(source, pages, tally)
            for piece in formats.encode(self._question.format, source.type, counted):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        return tally

    def _counted(self, source: Source, pages: Iterator[Page], tally: Tally) -> Iterator[Page]:
        for page in pages:
            self._beat()
            if page and (made := formed(source, page, tally)):
                self.written += len(made)
                yield made
            if tally.read >= MOST_ROWS:
                return

    def _beat(self) -> None:
        if self._tools.exports.stopping:
            raise Stopped
        now = self._tools.clock()
        if now < self._next_beat:
            return
        self._next_beat = now + BEAT
        until = utc_text(now + LEASE)
        if not self._tools.writer.run(lambda connection: jobs.beat(connection, self._job, until, self.written)):
            raise Lost

    def _keep(self, file: File) -> None:
        until = utc_text(self._tools.clock() + LEASE)
        if not self._tools.writer.run(lambda connection: jobs.keep(connection, self._job, file, until, self.written)):
            raise Lost
        self._files.append(file)


def sources(tools: Services, job: Job, question: Question) -> Iterator[Source]:
    """Everything that the export is made of, in the order of writing."""
    asker = Asker(question.base, datetime.fromisoformat(job.created), question.release)
    for type_ in question.types:
        asked = ways(asker, type_, question.searches.get(type_, ()))
        form = Form(question.release, Subset(elements=question.elements.get(type_, ())))
        yield Source("output", type_, _resources(tools, question, type_, asked), form)
    as_it_is = Form(question.release)
    if question.deletions:
        yield Source("deleted", "Bundle", lambda after: _deletions(tools, question, after), as_it_is)
    if question.ignored:
        yield Source("error", "OperationOutcome", lambda after: _outcomes(question, after), as_it_is)


def _resources(tools: Services, question: Question, type_: str, asked: Any) -> Callable[[int], Iterator[Page]]:
    return lambda after: scan.resources(tools.database.read, question.held, type_, asked, after)


def _deletions(tools: Services, question: Question, after: int) -> Iterator[Page]:
    """A Bundle for each page of deletions."""
    for rows in scan.deletions(tools.database.read, question.held, question.types, after):
        bundle = deleted(f"{row[1]}/{row[2]}" for row in rows)
        yield [(rows[-1][0], None, None, None, question.release, bundle)] if rows else []


def _outcomes(question: Question, after: int) -> Iterator[Page]:
    """An OperationOutcome for each thing that was left out."""
    for place, issue in enumerate(question.ignored, 1):
        if place > after:
            yield [(place, None, None, None, question.release, warnings([issue]))]
