"""An exported folder: a study's coded data as Parquet, and what they depend on as JSON.

docs/engines.md
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, String

from app.endpoints.event import BIG, EVENT
from app.engines import parquet

FORMAT, FORMAT_VERSION = "engraft-export", 1
STUDY, EVENTS, SUBJECTS, MOMENTS = "study.json", f"{EVENT.name}.parquet", "subject.parquet", "moment.parquet"
SUBJECT_COLUMNS = (
    Column("id", BIG, nullable=False),
    Column("number", String, nullable=False),
    Column("site", String, nullable=False),
    Column("seq", BIG, nullable=False),
)
# What was known at a time: every change from first_seq to last_seq bears that time.
MOMENT_COLUMNS = (
    Column("time", String, nullable=False),
    Column("first_seq", BIG, nullable=False),
    Column("last_seq", BIG, nullable=False),
)


class NotAnExport(ValueError):
    """The folder was not written by `engraft export`; the message says what is missing."""


@dataclass(frozen=True)
class Export:
    """What study.json says. definition: the document's text, as it is stored; as_of: seq and time."""

    study: str
    definition_id: str
    definition_version: int
    definition: str
    as_of_seq: int
    as_of_time: str
    events: int
    subjects: int

    def write(self, folder: Path) -> None:
        """Write study.json; it is written last, so that a folder with it is whole."""
        body = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(self)}
        (folder / STUDY).write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_export(folder: Path) -> Export:
    """What the folder's study.json says. NotAnExport where it is none, or not whole."""
    missing = [name for name in (STUDY, EVENTS, SUBJECTS, MOMENTS) if not (folder / name).is_file()]
    if missing:
        raise NotAnExport(f"{folder} is not an exported folder: it has no {', '.join(missing)}")
    try:
        body = json.loads((folder / STUDY).read_text(encoding="utf-8"))
        known = (body.pop("format"), body.pop("format_version"))
        found = Export(**body)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotAnExport(f"{folder / STUDY} was not written by `engraft export`") from error
    if known != (FORMAT, FORMAT_VERSION):
        raise NotAnExport(f"{folder / STUDY} is {known[0]} {known[1]}; this version reads {FORMAT} {FORMAT_VERSION}")
    return found


def write_events(folder: Path, chunks: Iterator[Sequence[Sequence[Any]]]) -> int:
    """Write the event file; rows hold the columns of EVENT in their order."""
    return parquet.write(folder / EVENTS, parquet.schema(EVENT.c), chunks)


def write_subjects(folder: Path, chunks: Iterator[Sequence[Sequence[Any]]]) -> int:
    """Write the subject file; rows hold `SUBJECT_COLUMNS`."""
    return parquet.write(folder / SUBJECTS, parquet.schema(SUBJECT_COLUMNS), chunks)


def write_moments(folder: Path, chunks: Iterator[Sequence[Sequence[Any]]]) -> int:
    """Write the file of moments; rows hold `MOMENT_COLUMNS`."""
    return parquet.write(folder / MOMENTS, parquet.schema(MOMENT_COLUMNS), chunks)
