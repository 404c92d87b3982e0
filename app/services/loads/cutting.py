"""How a file of each kind is cut into pieces.

docs/loading.md
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from app.domain.errors import Category, Fault, Issue
from app.interop.pieces import ndjson
from app.interop.pieces.piece import Most, Piece, Start
from app.services.context import Services
from app.storage.loads import Load

NDJSON = "application/x-ndjson"
KINDS = (NDJSON,)


def check(media_type: str) -> None:
    """Fault UNSUPPORTED_MEDIA for what cannot be cut."""
    if media_type not in KINDS:
        issue = Issue("Content-Type", "not-supported", "not a kind of file that is taken in pieces", ", ".join(KINDS))
        raise Fault(Category.UNSUPPORTED_MEDIA, issue.message, (issue,))


def cut(tools: Services, load: Load, file: BinaryIO, start: Start, most: Most) -> Iterator[Piece]:
    """The pieces of a load's file from a start on."""
    return ndjson.pieces(file, start, most)
