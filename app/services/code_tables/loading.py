"""The errand: a file becomes a version of a code table, in flat memory; the same file again changes nothing.

docs/terminology.md
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from app.interop.code_table import MOST_LETTERS, Layout, Line, NotACodeTable, read_code_table
from app.storage import code_tables
from app.storage.code_tables import READY, CodeTable, Entry
from app.storage.counter import utc_text
from app.terminology.systems import canonical
from app.terminology.wording import fold

# So many entries a transaction: the service writes in between.
TOGETHER = 2000
_BLOCK = 1 << 20
_TOLD_EVERY = 1 << 16


class VersionTaken(ValueError):
    """This version is loaded with another content; a version never changes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which file is to become which version of which table."""

    file: Path
    name: str
    system: str
    version: str
    layout: Layout


def load(engine: Engine, asked: Asked, time: datetime, progress: Callable[[int], None]) -> tuple[CodeTable, bool]:
    """(the version as it stands, whether it is new). progress is told the characters read since it was last told.

    What an interrupted load left behind is taken away and loaded anew. NotACodeTable names the line; nothing of such
    a file is kept. VersionTaken.
    """
    digest = _digest(asked)
    with engine.begin() as connection:
        old = code_tables.find(connection, asked.name, asked.version)
        if old is not None and old.state == READY:
            if old.digest != digest:
                raise VersionTaken(f"version {asked.version} of {asked.name} is loaded with another content")
            return old, False
        if old is not None:
            code_tables.drop(connection, old)
        system = canonical(asked.system)
        table = code_tables.begin(connection, asked.name, asked.version, system, digest, utc_text(time))
    try:
        _fill(engine, table, asked, progress)
    except BaseException:
        with engine.begin() as connection:
            code_tables.drop(connection, table)
        raise
    with engine.connect() as connection:
        return code_tables.find(connection, asked.name, asked.version) or table, True


def _digest(asked: Asked) -> str:
    found = hashlib.sha256(repr((canonical(asked.system), sorted(asdict(asked.layout).items()))).encode())
    with asked.file.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def _fill(engine: Engine, table: CodeTable, asked: Asked, progress: Callable[[int], None]) -> None:
    count = 0
    with asked.file.open(encoding=asked.layout.encoding, newline="") as file:
        lines = read_code_table(_told(file, progress), asked.layout)
        while chunk := list(islice(lines, TOGETHER)):
            _add(engine, table, chunk, asked.layout)
            count += len(chunk)
    if not count:
        raise NotACodeTable("no entries")
    with engine.begin() as connection:
        code_tables.finish(connection, table, count)


def _told(lines: Iterable[str], progress: Callable[[int], None]) -> Iterator[str]:
    """The lines; progress is told now and then, as telling costs more than a line."""
    read = 0
    for line in lines:
        read += len(line)
        if read >= _TOLD_EVERY:
            progress(read)
            read = 0
        yield line
    progress(read)


def _add(engine: Engine, table: CodeTable, chunk: list[Line], layout: Layout) -> None:
    entries = [(_entry(line, layout), _terms(line)) for line in chunk]
    try:
        with engine.begin() as connection:
            code_tables.add(connection, table, entries)
    except IntegrityError:
        with engine.connect() as connection:
            raise NotACodeTable(f"line {_twice(connection, table, chunk)}: its code stands there twice") from None


def _entry(line: Line, layout: Layout) -> Entry:
    return Entry(line.code, line.display, canonical(layout.target_system) if line.target else "", line.target)


def _terms(line: Line) -> list[str]:
    folded = [fold(term) for term in (line.display, *line.synonyms)]
    return [term for term in folded if 0 < len(term) <= MOST_LETTERS]


def _twice(connection: Connection, table: CodeTable, chunk: list[Line]) -> int:
    """The first line whose code was there already."""
    seen = code_tables.known_codes(connection, table, [line.code for line in chunk])
    for line in chunk:
        if line.code in seen:
            return line.number
        seen.add(line.code)
    return chunk[0].number
