"""How a table is written, by its profile and its own header.

docs/profiles.md
"""

from __future__ import annotations

import io
from pathlib import Path

from app.domain.errors import Category, Fault, Issue
from app.interop.pieces.csv import Layout
from app.interop.tabular.csv import Head, read_head
from app.services import profiles
from app.services.context import Services
from app.services.intake.submission import Context

# The header stands in these bytes.
_LOOKED_AT = 4 * 1024 * 1024


def layout(tools: Services, study: str, context: Context, file: Path) -> Layout:
    """How a file is cut. Fault MALFORMED where it has no header, or lines cannot be told from its bytes."""
    with tools.database.read.connect() as connection:
        profile = profiles.named(connection, study, context)
    with file.open("rb") as stream:
        head = read_head(io.BytesIO(stream.read(_LOOKED_AT)), profile, context.charset)
    if head.encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32")):
        issue = Issue("", "not-supported", f"a large file in {head.encoding} is not taken", "UTF-8, or smaller files")
        raise Fault(Category.MALFORMED, issue.message, (issue,))
    groups = tuple(_positions(head, form.group) for form in profile.forms if form.group)
    return Layout(profile.csv.delimiter, profile.csv.quote, head.encoding, head.lines, groups)


def _positions(head: Head, columns: list[str]) -> tuple[int, ...]:
    return tuple(head.names.index(column) for column in columns if column in head.names)
