"""`engraft template`: the workbook in which a hospital without an export of its own writes its records.

docs/profiles/engraft-template.md
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

console = Console(highlight=False, soft_wrap=True)


def template(
    file: Annotated[Path, typer.Argument(help="the workbook to write, such as records.xlsx")],
    site: Annotated[
        list[str] | None, typer.Option(help="a site of the study, for the drop-down; may be repeated")
    ] = None,
) -> None:
    """Write an Excel workbook to be filled in: one sheet a type of record, with drop-downs and examples."""
    from app.interop.template.workbook import template as workbook

    file.write_bytes(workbook(site or []))
    console.print(f"{file}: fill it in, and load it with `engraft load {file} --study …`", markup=False)
