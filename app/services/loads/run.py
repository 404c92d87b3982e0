"""One attempt at a load: piece after piece through the one intake, each with how far it is in one transaction.

docs/adr/0001-acknowledged-means-kept.md
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from app.domain.errors import Issue
from app.interop.pieces.piece import Most, Piece, Start
from app.services.context import Services
from app.services.intake.intake import read
from app.services.intake.payload import Payload
from app.services.intake.store import store
from app.services.intake.submission import Submission, context_of
from app.services.loads import files
from app.services.loads.cutting import around, cut
from app.services.loads.tally import stored
from app.storage import loads
from app.storage.counter import utc_text
from app.storage.loads import Load, Step

# A worker that is not heard of for so long is taken for dead; a piece takes a second or two.
LEASE = timedelta(seconds=30)
# So much is in memory at once, and so long do others wait for the writer.
PIECE_RECORDS = 500
ANONYMOUS = "anonymous"
_NOTHING: dict[str, Any] = {"receipt": "", "records": []}


class Lost(Exception):
    """The load is another worker's by now, or was called off."""


class Stopped(Exception):
    """The service is about to end."""


class Attempt:
    """One worker's work at one load, as long as its lease is its own."""

    def __init__(self, tools: Services, load: Load) -> None:
        self._tools = tools
        self._load = load

    def run(self) -> list[Issue]:
        """Take what is left; what is wrong with the file as a whole.

        Lost or Stopped where it could not come to its end, Fault where the file cannot be read.
        """
        settings = self._tools.settings
        # What is not stored is not seen by the next piece, so a dry run takes as much at once as may be taken.
        records = settings.max_records if self._load.dry_run else PIECE_RECORDS
        most = Most(records, settings.max_body_bytes)
        start = Start(self._load.position, self._load.lines)
        with files.path(self._tools, self._load.id).open("rb") as file:
            for piece in cut(self._tools, self._load, file, start, most):
                if self._tools.loads.stopping:
                    raise Stopped
                self._take(piece)
            return around(self._load, file, most)

    def _take(self, piece: Piece) -> None:
        begun = self._tools.clock()
        payload = read(self._tools, self._submission(piece)) if piece.body.strip() else None
        if payload is not None and payload.fault is not None:
            self._tools.writer.run(lambda connection: store(connection, [payload]))  # it is kept all the same
            raise payload.fault
        self._load = self._tools.writer.run(lambda connection: self._store(connection, payload, piece, begun))

    def _submission(self, piece: Piece) -> Submission:
        """The piece as a payload of its own, which says how many lines of the file stand before it."""
        load = self._load
        context = replace(context_of(load.context), line=piece.before)
        return Submission(load.study, piece.body, load.media_type, context, False, bool(load.dry_run), ANONYMOUS)

    def _store(self, connection: Connection, payload: Payload | None, piece: Piece, begun: datetime) -> Load:
        """The piece and how far the load is with it, or neither."""
        now = self._tools.clock()
        if not loads.hold(connection, self._load, utc_text(now + LEASE)):
            raise Lost
        receipt = _NOTHING if payload is None else store(connection, [payload])[0]
        tally = stored(self._load.tally)
        known = {item.index: (item.type, item.site) for item in payload.items} if payload else {}
        tally.add(receipt, known)
        worked = (now - begun).total_seconds()
        reached = (piece.end.position, piece.end.lines, tally.text(), worked)
        kept = "" if self._load.dry_run else receipt["receipt"]
        step = Step(*reached, receipt=kept, refused=list(_refused(receipt, known)))
        loads.step(connection, self._load, step)
        return replace(self._load, tally=tally.text())


def _refused(receipt: dict[str, Any], known: dict[int, tuple[str | None, str | None]]) -> Any:
    """The lines of what was refused or is held, as seen from the file."""
    for line in receipt["records"]:
        if line["outcome"] in ("rejected", "held"):
            type_, site = known[line["index"]]
            yield {**line, "type": type_, "site": site}
