"""A merge of HL7 v2 as a fact like those of every other door; the numbers make its id, so that its undoing finds it.

docs/identity.md
"""

from __future__ import annotations

import json
from hashlib import sha256

from app.interop.reading import Item, Merge, PatientNumber


def merge_item(merge: Merge, index: int) -> Item:
    """The merge as a `patient_merge`; undone, as its retraction. The id does not tell the numbers."""
    pair = sorted(_text(number) for number in (merge.gone, merge.kept))
    raw = {
        "type": "patient_merge",
        "site": merge.site,
        "source": merge.source,
        "id": sha256(json.dumps([merge.site, *pair]).encode()).hexdigest()[:32],
        "recorded": merge.recorded,
        "status": "entered-in-error" if merge.undone else "final",
        **_named("number", "", merge.gone),
        **_named("into", "into_", merge.kept),
    }
    said = {name: value for name, value in raw.items() if value is not None}
    return Item(index, said, merge.text, place=merge.place)


def _text(number: PatientNumber) -> str:
    return json.dumps([number.authority, number.number])


def _named(name: str, prefix: str, number: PatientNumber) -> dict[str, str | None]:
    return {name: number.number, f"{prefix}authority": number.authority, f"{prefix}kind": number.kind}
