"""Mutilated messages: bytes flipped, ends cut off, segments doubled, moved and lost. Nothing but a fault, and soon."""

import time
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.errors import Category, Fault
from app.interop.hl7v2.read import read
from app.interop.reading import Item, Reading
from app.services.intake.prepare import prepare
from tests.interop.hl7v2.test_golden import CASES, sender

SEEDS = [(case / "input.hl7").read_bytes() for case in CASES]
SENDERS = [sender(case) for case in CASES if (case / "profile.yaml").exists()] + [sender(Path("shipped"))]
MARKS = [
    b"|",
    b"^",
    b"~",
    b"\\",
    b"&",
    b"\r",
    b"\n",
    b'""',
    b"\x0b",
    b"\x1c",
    b"\x00",
    b"\xff",
    b"MSH|",
    b"\\X",
    b"\\E\\",
]


@st.composite
def mutilated(draw: st.DrawFn) -> bytes:
    payload = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, max(len(payload) - 1, 0)))
        kind = draw(st.sampled_from(("flip", "put", "cut", "double", "lose", "repeat")))
        if kind == "flip" and payload:
            payload[place] = draw(st.integers(0, 255))
        elif kind == "put":
            payload[place:place] = draw(st.sampled_from(MARKS))
        elif kind == "cut":
            del payload[place:]
        elif kind == "double":
            payload = bytearray(b"\r".join(draw(st.permutations(bytes(payload).splitlines()))))
        elif kind == "lose":
            del payload[place : place + draw(st.integers(1, 40))]
        else:
            payload[place:place] = payload[place : place + 60] * draw(st.integers(1, 30))
    return bytes(payload)


def outcome(payload: bytes, number: int) -> Reading | None:
    try:
        return read(payload, SENDERS[number % len(SENDERS)], 1000)
    except Fault as fault:
        assert fault.category in (Category.MALFORMED, Category.TOO_LARGE)
        assert fault.issues
        return None


@settings(max_examples=300)
@example(payload=b"MSH|^~\\&|" + b"|" * 39_000, number=0)
@example(payload=b"MSH|^~\\&|" + b"|" * 4_000_000, number=0)
@example(payload=SEEDS[0] + b"OBX|1|ST|" + b"&" * 19_000 + b"||" + b"~" * 19_000 + b"|||||F", number=0)
@example(payload=SEEDS[0] + b"OBX|1|ST|A||" + b"\\X41" * 50_000 + b"||" + b"1" * 100_000 + b"-" * 9, number=1)
@given(payload=mutilated(), number=st.integers(0, 3))
def test_every_mutilated_payload_is_read_or_refused_within_a_second(payload: bytes, number: int) -> None:
    started = time.process_time()
    reading = outcome(payload, number)
    checked = [prepare(item) for item in reading.items] if reading else []
    assert time.process_time() - started < 1
    assert len(checked) == len(reading.items if reading else [])


@settings(max_examples=200)
@given(payload=st.binary(max_size=400))
def test_any_bytes_after_a_header_are_read_or_refused(payload: bytes) -> None:
    outcome(b"MSH|^~\\&|LAB|A|E|E|20260302||ORU^R01|1|P|2.5\rOBR|1||L-1|LAB\rOBX|1|" + payload, 1)


def test_no_value_of_the_sender_is_in_an_issue() -> None:
    # Every value of this message that could name a patient is one word, which must not come back.
    word = "Quetzalcoatl"
    header = f"MSH|^~\\&|LAB|A|E|E|20260302||ORU^R01|1|P|2.5\rPID|1||{word}^^^{word}^MR||{word}^{word}|"
    lines = (f"OBX|1|NM|751-8^X^LN||{word}|{word}|{word}|||F|||{word}", f"OBX|2|ST|{word}^{word}^L||1||||||{word}")
    form = f"OBR|2||2|death^^99ENGRAFT\rOBX|1|DT|date^^99ENGRAFT||{word}||||||F\rOBX|2|ST|{word} {word}||1||||||F"
    payload = "\r".join((header, "OBR|1||1|LAB", *lines, form)).encode()
    reading = outcome(payload, 1)
    assert reading is not None
    issues = [
        issue for item in reading.items if isinstance(item, Item) for issue in getattr(prepare(item), "issues", ())
    ]
    assert len(issues) >= 4
    assert word not in repr(issues) + repr(reading.unused)
