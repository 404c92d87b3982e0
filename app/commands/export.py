"""Exporting a study's coded data as a folder of Parquet files; who its subjects are is not read.

docs/engines.md
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.progress import Progress, TaskID
from sqlalchemy import Connection, Select, case, func, select

from app.commands.derive import bar
from app.config import Settings
from app.endpoints.event import EVENT, FOREVER
from app.engines import export as folders
from app.engines.export import Export
from app.engines.parquet import ROW_GROUP, pyarrow
from app.services.asking import Axes, Frame, frame
from app.storage import definitions
from app.storage.database import open_database
from app.storage.tables import AUDIT, SUBJECT


def run(settings: Settings, study: str, as_of: str | None, folder: Path) -> Export:
    """Write the folder. Fault for an unknown study or moment; EngineUnavailable without pyarrow."""
    pyarrow()
    database = open_database(settings.url)
    try:
        with database.read.connect() as connection, connection.begin():
            return export(connection, frame(connection, study, Axes(as_of=as_of)), folder)
    finally:
        database.dispose()


def export(connection: Connection, asked: Frame, folder: Path) -> Export:
    """Write what was known of the study at the moment asked for; the same moment gives the same rows, always."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / folders.STUDY).unlink(missing_ok=True)
    stored = definitions.find(connection, asked.definition.id, asked.definition.version)
    assert stored is not None  # the frame's definition comes from the store
    with bar() as progress:
        events = folders.write_events(folder, _events(connection, asked, progress))
    subjects = folders.write_subjects(folder, _chunks(connection, _subjects(asked)))
    folders.write_moments(folder, _chunks(connection, _moments(asked)))
    as_of = asked.as_of
    found = Export(asked.study.name, stored.id, stored.version, stored.body, as_of.seq, as_of.time, events, subjects)
    found.write(folder)
    return found


def _events(connection: Connection, asked: Frame, progress: Progress) -> Iterator[Sequence[Any]]:
    known = (EVENT.c.study == asked.study.name, EVENT.c.seq_from <= asked.as_of.seq)
    total = connection.execute(select(func.count()).select_from(EVENT).where(*known)).scalar_one()
    task: TaskID = progress.add_task("events", total=total)
    # What was closed later was still open then: an export says the same whatever came in since.
    until = case((EVENT.c.seq_to > asked.as_of.seq, FOREVER), else_=EVENT.c.seq_to).label("seq_to")
    columns = [until if column.name == "seq_to" else column for column in EVENT.c]
    for rows in _chunks(connection, select(*columns).where(*known).order_by(EVENT.c.id)):
        yield rows
        progress.advance(task, len(rows))


def _subjects(asked: Frame) -> Select[Any]:
    columns = (SUBJECT.c.id, SUBJECT.c.number, SUBJECT.c.site, SUBJECT.c.seq)
    known = (SUBJECT.c.study == asked.study.name, SUBJECT.c.seq <= asked.as_of.seq)
    return select(*columns).where(*known).order_by(SUBJECT.c.id)


def _moments(asked: Frame) -> Select[Any]:
    first, last = func.min(AUDIT.c.seq), func.max(AUDIT.c.seq)
    return (
        select(AUDIT.c.at, first, last).where(AUDIT.c.seq <= asked.as_of.seq).group_by(AUDIT.c.at).order_by(AUDIT.c.at)
    )


def _chunks(connection: Connection, statement: Select[Any]) -> Iterator[Sequence[Any]]:
    """Rows in chunks of a row group, read as they are written: never all of them in memory."""
    streamed = connection.execution_options(stream_results=True, yield_per=ROW_GROUP).execute(statement)
    yield from streamed.partitions(ROW_GROUP)
