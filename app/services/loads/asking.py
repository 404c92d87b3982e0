"""A load as its sender sees it: begun, asked after, called off.

docs/loading.md
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from app.domain.errors import Category, Fault
from app.services import studies
from app.services.context import Services
from app.services.intake.readers import reader_of
from app.services.intake.submission import Context, Submission
from app.services.loads import cutting, files
from app.services.loads.files import Upload
from app.services.loads.tally import stored
from app.storage import counter, loads
from app.storage.counter import utc_text
from app.storage.loads import Load


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a sender asks for. again: take the whole file once more, though it was taken before."""

    study: str
    media_type: str
    context: Context
    dry_run: bool
    again: bool


def checked(tools: Services, wanted: Wanted) -> Wanted:
    """What is wanted, known before the file is read, with the profile's version that will read it.

    Fault NOT_FOUND, UNSUPPORTED_MEDIA, MALFORMED.
    """
    cutting.check(wanted.media_type)
    reader = reader_of(wanted.media_type, wanted.context)
    with tools.database.read.connect() as connection:
        studies.find(connection, wanted.study)
    file = Submission(wanted.study, b"", wanted.media_type, wanted.context, False, wanted.dry_run, "")
    return replace(wanted, context=reader.settle(tools, file).context)


def begin(tools: Services, wanted: Wanted, upload: Upload) -> Load:
    """The load of a file that has arrived: a new one, or that of the same file, which goes on unless it is complete."""
    digest = upload.whole()
    if not upload.size:
        raise Fault(Category.MALFORMED, "the file is empty")
    words = (wanted.study, digest, _identity(wanted, digest), wanted.media_type, wanted.context.as_text())
    new = Load(tools.new_id(), *words, int(wanted.dry_run), upload.size, utc_text(tools.clock()))
    load = tools.writer.run(lambda connection: _begin(tools, connection, new, upload, wanted.again))
    tools.loads.wake()
    return load


def _identity(wanted: Wanted, digest: str) -> str:
    """What the same file, to be read in the same way, has too."""
    parts = json.dumps([digest, wanted.media_type, wanted.context.as_text(), wanted.dry_run])
    return hashlib.sha256(parts.encode()).hexdigest()


def _begin(tools: Services, connection: Connection, new: Load, upload: Upload, again: bool) -> Load:
    counter.lock(connection, datetime.fromisoformat(new.created))  # two of the same at once are one
    known = loads.same(connection, new.study, new.identity)
    if known is None:
        loads.add(connection, new)
        upload.keep(files.path(tools, new.id))
        return new
    if known.state in loads.UNDER_WAY or (known.state == loads.COMPLETED and not again):
        return known
    loads.resume(connection, known, anew=again)
    upload.keep(files.path(tools, known.id))
    return get(connection, known.study, known.id)


def get(connection: Connection, study: str, identifier: str) -> Load:
    """The load with that id. Fault NOT_FOUND."""
    found = loads.find(connection, study, identifier)
    if found is None:
        raise Fault(Category.NOT_FOUND, "no such load")
    return found


def same(connection: Connection, wanted: Wanted, digest: str) -> Load:
    """The load of a file that is wanted so. Fault NOT_FOUND where it was not sent yet."""
    found = loads.same(connection, wanted.study, _identity(wanted, digest))
    if found is None:
        raise Fault(Category.NOT_FOUND, "no such file was sent, or it was sent to be read in another way")
    return found


def listed(connection: Connection, study: str, before: str, most: int) -> list[Load]:
    """Loads of a study, the newest first. Fault NOT_FOUND for an unknown study."""
    return loads.of_study(connection, studies.find(connection, study).name, before, most)


def cancel(tools: Services, study: str, identifier: str) -> Load:
    """Call a load off: what it has taken stays. One that has ended stays as it is. Fault NOT_FOUND."""

    def work(connection: Connection) -> Load:
        loads.cancel(connection, get(connection, study, identifier), utc_text(tools.clock()))
        return get(connection, study, identifier)

    load = tools.writer.run(work)
    if load.state == loads.CANCELLED:
        files.discard(tools, load.id)
    return load


def as_json(load: Load) -> dict[str, Any]:
    """A load as it is answered."""
    tally = stored(load.tally)
    context = json.loads(load.context or "{}")
    speed = load.position / load.worked if load.worked else None
    under_way = load.state in loads.UNDER_WAY
    return {
        "load": load.id,
        "study": load.study,
        "state": load.state,
        "media_type": load.media_type,
        **context,
        "dry_run": bool(load.dry_run),
        "digest": load.digest,
        "created": load.created,
        "ended": load.ended,
        "bytes": {"total": load.size, "done": load.position},
        "records": tally.records,
        "records_per_second": round(tally.records / load.worked, 1) if load.worked else None,
        "remaining_seconds": round((load.size - load.position) / speed) if speed and under_way else None,
        **tally.totals(),
        "unused": tally.unused,
        "counts": [_row(*place, counted) for place, counted in tally.rows()],
        "reasons": [msgspec.to_builtins(reason) for reason in tally.reasons],
        "issues": json.loads(load.problem),
        "refused": f"/studies/{load.study}/loads/{load.id}/refused",
    }


def _row(type_: str, site: str, counted: dict[str, int]) -> dict[str, Any]:
    return {"type": type_ or None, "site": site or None, **counted}
