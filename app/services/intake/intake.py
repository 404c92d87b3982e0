"""The errand: payload → reader → records → one transaction → receipt.

docs/adr/0001-acknowledged-means-kept.md
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from app.domain.errors import Category, Fault
from app.interop.reading import Unreadable, Unused
from app.interop.records import MAX_RECORD_BYTES
from app.services.context import Services
from app.services.identity.merging import merge_item
from app.services.intake.payload import Payload
from app.services.intake.prepare import Checked, Refused, prepare
from app.services.intake.readers import reader_of
from app.services.intake.store import store
from app.services.intake.submission import Submission


def read(services: Services, submission: Submission) -> Payload:
    """Every record of a payload, checked as far as that needs no store; the fault beside it where none can be read.

    Fault UNSUPPORTED_MEDIA, TOO_LARGE, or MALFORMED for what stands beside the payload.
    """
    reader = reader_of(submission.media_type, submission.context)
    submission = reader.settle(services, submission)
    try:
        reading = reader.read(services, submission)
    except Fault as fault:
        if fault.category is not Category.MALFORMED or not submission.body.strip():
            raise
        key = _key(submission, fault.key) if isinstance(fault, Unreadable) else None
        refused = Refused(0, fault.issues, submission.body[:MAX_RECORD_BYTES], key, site=submission.context.site)
        return _payload(services, submission, [refused], fault=fault, key=key)
    merges = (merge_item(merge, index) for index, merge in enumerate(reading.merges, len(reading.items)))
    items = [prepare(item) for item in [*reading.items, *merges]]
    payload = _payload(services, submission, items, reading.unused, key=_key(submission, reading.key))
    return replace(payload, arrival=reading.arrival)


def _key(submission: Submission, key: str | None) -> str | None:
    """What a payload is in its source, apart from the keys of records."""
    return None if key is None else f"payload/{submission.context.site or ''}/{key}"[:400]


def _payload(
    services: Services,
    submission: Submission,
    items: list[Checked],
    unused: Sequence[Unused] = (),
    fault: Fault | None = None,
    key: str | None = None,
) -> Payload:
    return Payload(
        submission.study,
        submission.body,
        submission.media_type,
        items,
        submission.atomic,
        submission.actor,
        services.clock(),
        services.new_id,
        replace(submission.context, atomic=True) if submission.atomic else submission.context,
        tuple(unused),
        submission.dry_run,
        fault,
        key,
    )


def submit(services: Services, prepared: Payload) -> Future[dict[str, Any]]:
    """Store a payload; the receipt is there after the commit."""
    return services.writer.submit_shared(store, prepared)


def status_of(receipt: dict[str, Any]) -> int:
    """HTTP status of a receipt: 201 when something was stored, 422 when all was rejected, else 200."""
    if receipt["accepted"] or receipt["amended"]:
        return 200 if receipt.get("dry_run") else 201
    return 422 if receipt["rejected"] and not (receipt["unchanged"] or receipt.get("held")) else 200
