"""`engraft terminology`: code tables of a site's own or under its licence, loaded into the store.

docs/terminology.md
"""

from __future__ import annotations

import codecs
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table
from sqlalchemy import Engine

from app.config import Settings
from app.interop.code_table import Layout, NotACodeTable
from app.migrate import upgrade
from app.services.code_tables.loading import Asked, VersionTaken
from app.services.code_tables.loading import load as load_table
from app.services.code_tables.lookup import find_code, find_term
from app.storage import code_tables
from app.storage.code_tables import CodeTable, Entry
from app.storage.database import open_database

app = typer.Typer(name="terminology", no_args_is_help=True, help="Code tables: load, list, show.")
console, errors = Console(highlight=False, soft_wrap=True), Console(stderr=True, highlight=False, soft_wrap=True)

Data = Annotated[Path, typer.Option(help="folder of the embedded database")]
DatabaseUrl = Annotated[str | None, typer.Option("--database", help="PostgreSQL URL instead of the embedded database")]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MOST_OF_A_SYSTEM = 200


@app.command()
def load(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, one entry a line")],
    table: Annotated[str, typer.Option(help="name by which profiles know the table")],
    system: Annotated[str, typer.Option(help="code system of its codes: a URI, or a name such as MDR")],
    version: Annotated[str, typer.Option(help="version of the code system, or of the site's list")],
    code_column: Annotated[str, typer.Option(help="column of the code")] = "code",
    display_column: Annotated[str | None, typer.Option(help="column of the term")] = "display",
    synonyms_column: Annotated[str | None, typer.Option(help="column of more terms, separated by |")] = None,
    target_column: Annotated[str | None, typer.Option(help="column of the code that this one means elsewhere")] = None,
    target_system: Annotated[str, typer.Option(help="code system of the target column")] = "",
    delimiter: Annotated[str, typer.Option(help="what stands between columns")] = ",",
    encoding: Annotated[str, typer.Option(help="character set of the file")] = "utf-8-sig",
    header: Annotated[bool, typer.Option(help="--no-header: columns are given by number, from 1")] = True,
    data: Data = Path("data"),
    database: DatabaseUrl = None,
) -> None:
    """Store a version of a code table. The same file again changes nothing."""
    layout = Layout(
        code_column, display_column, synonyms_column, target_column, target_system, delimiter, "|", encoding, header
    )
    _check(table, version, system, layout)
    try:
        found, new = _load(_engine(data, database), Asked(file, table, system, version, layout))
    except (NotACodeTable, VersionTaken) as error:
        errors.print(str(error), markup=False)
        raise typer.Exit(1) from None
    said = "loaded" if new else "was loaded before; nothing changed"
    console.print(f"{found.name} {found.version}: {found.entries} entries of {found.system}; {said}", markup=False)


@app.command("list")
def list_tables(data: Data = Path("data"), database: DatabaseUrl = None) -> None:
    """Every version of every table."""
    with _engine(data, database).connect() as connection:
        found = code_tables.every(connection)
    shown = Table("table", "version", "system", "entries", "loaded")
    for table in found:
        shown.add_row(table.name, table.version, table.system, str(table.entries), table.loaded)
    console.print(shown)


@app.command()
def show(
    table: Annotated[str, typer.Argument(help="name of the table")],
    code: Annotated[str | None, typer.Option(help="show the entry of this code")] = None,
    term: Annotated[str | None, typer.Option(help="show the one entry that this term names")] = None,
    version: Annotated[str | None, typer.Option(help="a version, else the newest")] = None,
    data: Data = Path("data"),
    database: DatabaseUrl = None,
) -> None:
    """One table, or one entry of it."""
    with _engine(data, database).connect() as connection:
        versions = [one for one in code_tables.every(connection) if one.name == table]
        chosen = [one for one in versions if version in (None, one.version)]
        if not chosen:
            errors.print("no such table or version", markup=False)
            raise typer.Exit(1)
        entry = None
        if code is not None or term is not None:
            entry = find_code(connection, chosen[-1], code) if code else find_term(connection, chosen[-1], term or "")
    _print(chosen[-1], entry, asked=code is not None or term is not None)


def _print(table: CodeTable, entry: Entry | None, *, asked: bool) -> None:
    if not asked:
        console.print(f"{table.name} {table.version}: {table.entries} entries of {table.system}", markup=False)
        console.print(f"loaded {table.loaded}, SHA-256 {table.digest}", markup=False)
        return
    if entry is None:
        errors.print("not exactly one entry", markup=False)
        raise typer.Exit(1)
    means = f" = {entry.target_system} {entry.target}" if entry.target else ""
    console.print(f"{entry.code} {entry.display}{means}", markup=False)


def _check(table: str, version: str, system: str, layout: Layout) -> None:
    """What can be told before the file is opened."""
    wrong = []
    if not (_NAME.fullmatch(table) and _NAME.fullmatch(version)):
        wrong.append("a table and a version have names of letters, digits, '.', '_' and '-'")
    if not 0 < len(system) <= _MOST_OF_A_SYSTEM:
        wrong.append(f"a code system has 1 to {_MOST_OF_A_SYSTEM} characters")
    if len(layout.delimiter) != 1:
        wrong.append("a delimiter is one character")
    if bool(layout.target) != bool(layout.target_system):
        wrong.append("--target-column and --target-system go together")
    if not _is_encoding(layout.encoding):
        wrong.append("an encoding is one that Python knows, such as utf-8 or windows-1252")
    if wrong:
        errors.print("; ".join(wrong), markup=False)
        raise typer.Exit(2)


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _engine(data: Path, database: str | None) -> Engine:
    """The store, brought to the newest revision."""
    given = Settings(data=data)
    chosen = given.model_copy(update={"database_url": database}) if database else given
    if chosen.database_url is None:
        data.mkdir(parents=True, exist_ok=True)
    upgrade(chosen.url)
    return open_database(chosen.url).write


def _load(engine: Engine, asked: Asked) -> tuple[CodeTable, bool]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=errors) as progress:
        task = progress.add_task(f"loading {asked.name}", total=asked.file.stat().st_size)
        return load_table(engine, asked, datetime.now(UTC), lambda read: progress.advance(task, read))
