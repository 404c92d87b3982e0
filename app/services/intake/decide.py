"""What becomes of an arriving version: a pure decision, the same whatever the order of arrival.

docs/adr/0002-versions-and-seq.md
"""

from __future__ import annotations

from typing import Literal

from app.domain.record import Sent
from app.storage.records import KnownRecord

RETRACTED = "entered-in-error"
Decision = Literal["accepted", "amended", "unchanged", "late", "conflict"]


def decide(known: KnownRecord | None, record: Sent, digest: str, *, redriven: bool = False) -> Decision:
    """accepted: first of its record; amended: counts from now; late: kept, but a newer one counts already.

    redriven: the same version of the source, read anew; what is read now takes the place of what was read then.

    Content that was received before is a re-send, whatever came in between: a sender that means to go back to an
    earlier content says so with a higher version or a later time of recording.
    """
    if known is None or known.current is None:
        return "accepted"
    order, current = record.order, known.current
    if redriven and digest != current.hash and current.order.same_moment(order):
        return "amended"
    if digest in known.versions:
        return "unchanged"
    if redriven:
        return "amended" if order.supersedes(current.order) else "late"
    rivals = [version for version in known.versions.values() if order.same_place(version.order)]
    if record.status != RETRACTED and any(rival.status != RETRACTED for rival in rivals):
        return "conflict"
    if current in rivals:  # of one version number, the retraction counts
        return "amended" if record.status == RETRACTED else "late"
    return "amended" if order.supersedes(current.order) else "late"


def as_written(known: KnownRecord | None) -> Decision:
    """A client's write is about the resource as it stands, so it counts from now on."""
    return "accepted" if known is None or known.current is None else "amended"
