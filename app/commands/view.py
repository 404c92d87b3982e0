"""Running a ViewDefinition over a file of FHIR resources, without a service.

https://sql-on-fhir.org/ig/StructureDefinition-ViewDefinition.html
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.console import Console

from app.api.csv import cell
from app.interop import jsontext
from app.interop.viewdefinition import formats, parquet, shipped
from app.interop.viewdefinition.batches import batches
from app.interop.viewdefinition.errors import ViewError
from app.interop.viewdefinition.read import read
from app.interop.viewdefinition.table import Table, compile_view

app = typer.Typer(name="view", no_args_is_help=True, help="SQL on FHIR: flat tables of FHIR resources.")
errors = Console(stderr=True, highlight=False, soft_wrap=True)


@app.callback()
def group() -> None:
    """Keeps `run` a command of its own: typer makes a group's only command the group itself."""


@app.command("run")
def run_file(
    view: Annotated[str, typer.Argument(help="a file with a ViewDefinition, or the id of a shipped one")],
    source: Annotated[Path, typer.Option("--input", exists=True, dir_okay=False, help="FHIR resources as NDJSON")],
    output: Annotated[typer.FileBinaryWrite, typer.Option(help="file to write, - for standard output")] = "-",  # type: ignore[assignment]
    format_: Annotated[str, typer.Option("--format", help=", ".join(formats.MEDIA_TYPES))] = "csv",
    header: Annotated[bool, typer.Option(help="begin CSV with the names of the columns")] = True,
    limit: Annotated[int | None, typer.Option(min=0, help="the most rows")] = None,
) -> None:
    """Write the table that a view makes of a file of FHIR resources."""
    if format_ not in formats.MEDIA_TYPES:
        raise typer.BadParameter(f"known are {', '.join(formats.MEDIA_TYPES)}", param_hint="--format")
    try:
        run(view, source, format_, output, header, limit)
    except (ViewError, OSError, parquet.Unavailable) as error:
        errors.print(str(error), markup=False)
        raise typer.Exit(1) from None


def run(view: str, source: Path, format_: str, out: BinaryIO, header: bool = True, limit: int | None = None) -> None:
    """Write the table of a view to `out`, a piece at a time.

    view: a file with a ViewDefinition, or the id of a shipped one; source: NDJSON, one resource a line.
    ViewError names the place in the view or the line of the file; parquet.Unavailable without what Parquet needs.
    """
    table = load(view)
    for piece in formats.encode(format_, table, batches(table, resources(source), limit), cell, header):
        out.write(piece)


def load(view: str) -> Table:
    """The view of a file or of the service, ready to run. ViewError, or OSError where there is no such file."""
    known = shipped.views().get(view)
    return compile_view(read(_parse(Path(view).read_bytes(), view) if known is None else known))


def resources(source: Path) -> Iterator[dict[str, Any]]:
    """The resources of an NDJSON file; blank lines are passed over."""
    with source.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            found = _parse(line, f"line {number}")
            if not isinstance(found, dict) or not isinstance(found.get("resourceType"), str):
                raise ViewError("not a FHIR resource", f"line {number}")
            yield found


def _parse(text: bytes, place: str) -> Any:
    try:
        return jsontext.parse(text)
    except jsontext.NotJson as error:
        raise ViewError(error.message, error.under(place)) from None
