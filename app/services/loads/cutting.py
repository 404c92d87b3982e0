"""How a file of each kind is cut into pieces.

docs/loading.md
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from app.domain.errors import Category, Fault, Issue
from app.interop.pieces import csv, hl7v2, ndjson
from app.interop.pieces.piece import Most, Piece, Start
from app.services.context import Services
from app.services.intake.hl7v2 import HL7V2
from app.services.intake.submission import context_of
from app.services.loads.files import path
from app.services.loads.layout import layout
from app.storage.loads import Load

NDJSON, CSV = "application/x-ndjson", "text/csv"
KINDS = (NDJSON, CSV, *HL7V2)


def check(media_type: str) -> None:
    """Fault UNSUPPORTED_MEDIA for what cannot be cut."""
    if media_type not in KINDS:
        issue = Issue("Content-Type", "not-supported", "not a kind of file that is taken in pieces", ", ".join(KINDS))
        raise Fault(Category.UNSUPPORTED_MEDIA, issue.message, (issue,))


def cut(tools: Services, load: Load, file: BinaryIO, start: Start, most: Most) -> Iterator[Piece]:
    """The pieces of a load's file from a start on. Fault MALFORMED for a table without a header."""
    if load.media_type == NDJSON:
        return ndjson.pieces(file, start, most)
    if load.media_type in HL7V2:
        return hl7v2.pieces(file, start, most)
    return csv.pieces(file, start, most, layout(tools, load.study, context_of(load.context), path(tools, load.id)))


def around(load: Load, file: BinaryIO, most: Most) -> list[Issue]:
    """What is wrong with a file as a whole, though each of its pieces may be right."""
    return hl7v2.around(file, most.bytes) if load.media_type in HL7V2 else []
