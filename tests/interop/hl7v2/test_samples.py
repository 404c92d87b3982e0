"""Messages of others (LinuxForHealth, Microsoft): each ends in records, refusals, merges or a reason.

docs/hl7v2.md
"""

import os
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.domain.errors import Fault
from app.interop.hl7v2.read import Sender, read
from app.interop.mapping.loading import load
from app.interop.mapping.scope import Where
from app.services.intake.prepare import Refused, prepare

SHARED = Path(os.environ.get("ENGRAFT_SHARED", Path(__file__).parents[4] / "shared"))
SAMPLES = SHARED / "data" / "hl7v2"
pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the sample messages (data/hl7v2 in ENGRAFT_SHARED) are not here"
)
PROFILE = load(files("app.interop.mapping").joinpath("profiles", "hl7v2.yaml").read_bytes()).profile
SENDER = Sender(PROFILE, Where("A", None, {"A": ZoneInfo("Europe/Berlin")}), training=True)

# How many messages are left alone, and why; the types were counted by `grep -o` over MSH-9.
LEFT_ALONE = {
    "this event of a patient's stay tells nothing that the trial records": 41,
    "this type of message is not read": 23,
    "appointments are not read": 15,
    "orders are not read, only their results": 14,
    "documents are not read": 13,
    "vaccinations are not read": 4,
    "orders of drugs are not read": 4,
    "dispensed drugs are not read": 2,
    "a text or a document, not a measured value": 1,
    "the result is pending": 1,
    "the result is preliminary": 1,
}
# What the other 22 say: 16 of demographics, 11 of them with a death; 4 of results; 2 with merges.
HELD = {"subject": 48, "death": 11, "lab": 15}
REFUSED = {"unknown unit for this test": 2, "unknown laboratory test": 1}


def outcomes(path: Path) -> Iterator[tuple[str, str]]:
    """(what, of which kind) for each record, merge or refusal; one reason for a message that has none of them."""
    try:
        reading = read(path.read_bytes(), SENDER, 1000)
    except Fault as fault:
        yield "fault", fault.detail
        return
    for item in reading.items:
        checked = prepare(item)
        if isinstance(checked, Refused):
            yield "refused", checked.issues[0].message
        else:
            assert item.patient is not None
            yield "held", item.raw["type"]
    yield from (("merge", merge.place) for merge in reading.merges)
    if not reading.items and not reading.merges:
        yield "left alone", reading.unused[0].reason


def test_every_message_ends_in_records_merges_refusals_or_a_reason() -> None:
    counts: dict[str, Counter[str]] = {}
    for path in sorted(SAMPLES.rglob("*.hl7")):
        found = list(outcomes(path))
        assert found, path.name
        for what, kind in found:
            counts.setdefault(what, Counter())[kind] += 1
    assert counts["left alone"] == LEFT_ALONE
    assert counts["held"] == HELD
    assert counts["refused"] == REFUSED
    assert counts["fault"] == {"the separators and encoding characters cannot be used": 2}
    assert counts["merge"].total() == 3
