"""What becomes of an arriving version: what is known, what comes, and the decision (decisions 0001 and 0002)."""

import pytest

from app.domain.record import RANKS, Order, Record
from app.services.intake.decide import decide
from app.storage.records import KnownRecord, KnownVersion

FINAL, RETRACTED = "final", "entered-in-error"
Place = tuple[int | None, int | None]


def known(*versions: tuple[Place, str], status: str = FINAL) -> KnownRecord:
    """A record with these versions (place, hash); the last one counts."""
    found = KnownRecord(1, "lab/A/ehr/L1", "lab", "A-001", 1)
    for number, (place, digest) in enumerate(versions, 1):
        found.current = KnownVersion(number, number, Order(*place, RANKS[status]), digest, status)
        found.versions[digest] = found.current
        found.revisions = number
    return found


def arriving(version: int | None, recorded: str | None = None, status: str = FINAL) -> Record:
    fields = {"type": "lab", "site": "A", "source": "ehr", "id": "L1", "subject": "A-001", "status": status}
    return Record(**fields, version=version, recorded=recorded)  # type: ignore[arg-type]


# Days of recording as microseconds since 1970: 1970-01-02 is 86,400 seconds.
DAY_1, DAY_2 = 86_400_000_000, 172_800_000_000

CASES = [
    ("first of its record", None, arriving(1), "accepted"),
    ("the same again", known(((1, None), "new")), arriving(1), "unchanged"),
    ("an old one again", known(((1, None), "new"), ((2, None), "b")), arriving(1), "unchanged"),
    (
        "the same again without version and time",
        known(((None, None), "new"), ((None, None), "b")),
        arriving(None),
        "unchanged",
    ),
    ("a higher number", known(((1, None), "a")), arriving(2), "amended"),
    ("a lower number", known(((3, None), "a")), arriving(2), "late"),
    ("the number decides before the time", known(((1, DAY_2), "a")), arriving(2, "1970-01-02"), "amended"),
    ("recorded later", known(((None, DAY_1), "a")), arriving(None, "1970-01-03"), "amended"),
    ("recorded earlier", known(((None, DAY_2), "a")), arriving(None, "1970-01-02"), "late"),
    ("recorded at the same time: arrival", known(((None, DAY_1), "a")), arriving(None, "1970-01-02"), "amended"),
    (
        "retracted at the time of recording",
        known(((None, DAY_1), "a")),
        arriving(None, "1970-01-02", RETRACTED),
        "amended",
    ),
    (
        "recorded at the time of its retraction",
        known(((None, DAY_1), "a"), status=RETRACTED),
        arriving(None, "1970-01-02"),
        "late",
    ),
    ("no order at all: arrival", known(((None, None), "a")), arriving(None), "amended"),
    ("a number after none: arrival", known(((None, None), "a")), arriving(1), "amended"),
    ("a time after a number: arrival", known(((5, None), "a")), arriving(None, "1970-01-02"), "amended"),
    ("the same number, other content", known(((1, None), "a")), arriving(1), "conflict"),
    ("... one of them with a time", known(((1, DAY_1), "a")), arriving(1), "conflict"),
    ("... both with a later time", known(((1, DAY_1), "a")), arriving(1, "1970-01-03"), "amended"),
    ("... both with an earlier time", known(((1, DAY_2), "a")), arriving(1, "1970-01-02"), "late"),
    ("... of a version that counts no more", known(((1, None), "a"), ((2, None), "b")), arriving(1), "conflict"),
    ("a retraction of the same number", known(((1, None), "a")), arriving(1, status=RETRACTED), "amended"),
    ("a retraction of a lower number", known(((2, None), "a")), arriving(1, status=RETRACTED), "late"),
    ("what was retracted under its number", known(((1, None), "a"), status=RETRACTED), arriving(1), "late"),
    ("a higher number after a retraction", known(((1, None), "a"), status=RETRACTED), arriving(2), "amended"),
]


@pytest.mark.parametrize(
    ("before", "record", "decision"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_decision(before: KnownRecord | None, record: Record, decision: str) -> None:
    assert decide(before, record, "new") == decision


REDRIVEN = [
    ("read otherwise now", known(((1, None), "a")), arriving(1), "amended"),
    ("read as before", known(((1, None), "new")), arriving(1), "unchanged"),
    ("read as it was read at first", known(((1, None), "new"), ((1, None), "b")), arriving(1), "amended"),
    ("an old version, read otherwise now", known(((1, None), "a"), ((2, None), "b")), arriving(1), "late"),
    ("never stored until now", None, arriving(1), "accepted"),
]


@pytest.mark.parametrize(("record", "arrives", "decision"), [case[1:] for case in REDRIVEN])
def test_read_anew(record: KnownRecord | None, arrives: Record, decision: str) -> None:
    assert decide(record, arrives, "new", redriven=True) == decision
