"""Line ends, framing and batches: chapter 2, sections 2.5 and 2.10.3."""

import pytest

from app.interop.hl7v2.broken import Broken, BrokenMessageError
from app.interop.hl7v2.payload import split

MSH = b"MSH|^~\\&|LAB|A|E|E|20260301||ORU^R01|1|P|2.5"
PID = b"PID|1||17"
OBX = b"OBX|1|ST|X||text"


def broken(payload: bytes) -> BrokenMessageError:
    with pytest.raises(BrokenMessageError) as found:
        split(payload)
    return found.value


@pytest.mark.parametrize(
    "payload",
    [
        b"\r".join((MSH, PID, OBX)),
        b"\n".join((MSH, PID, OBX, b"")),
        b"\r\n".join((MSH, PID, OBX, b"")),
        MSH + b"\r\n" + PID + b"\n" + OBX + b"\r",
        b"\xef\xbb\xbf" + b"\n".join((MSH, PID, OBX)),
        b"\x0b" + b"\r".join((MSH, PID, OBX)) + b"\r\x1c\r",
        b"\n\n" + b"\n\n".join((MSH, PID, OBX)) + b"\n  \n",
    ],
)
def test_every_line_end_gives_the_same_message(payload: bytes) -> None:
    parts = split(payload)
    assert [(one.number, one.lines, one.broken) for one in parts.messages] == [(None, [MSH, PID, OBX], None)]
    assert parts.envelope == []


def test_a_line_feed_inside_a_field_stays_in_it() -> None:
    message = split(b"\r".join((MSH, OBX + b"\nsecond line", PID))).messages[0]
    assert message.lines == [MSH, OBX + b"\nsecond line", PID]
    assert message.broken is None


def test_a_line_that_is_no_segment_breaks_its_message_alone() -> None:
    payload = b"\n".join((MSH, PID, b"a stray line", OBX, MSH, PID))
    first, second = split(payload).messages
    assert first.broken is not None and first.broken.kind is Broken.NOT_A_SEGMENT
    assert first.broken.issue.place == "PID[1]"
    assert second.broken is None


def test_several_messages_are_numbered() -> None:
    payload = b"\x0b" + MSH + b"\r\x1c\r\x0b" + MSH + b"\r" + PID + b"\r\x1c\r"
    assert [(one.number, len(one.lines)) for one in split(payload).messages] == [(1, 1), (2, 2)]


def test_a_file_of_batches_is_opened() -> None:
    batch = (b"BHS|^~\\&|LAB", MSH, PID, MSH, b"BTS|2")
    parts = split(b"\r".join((b"FHS|^~\\&|LAB", *batch, *batch, b"FTS|2")))
    assert [one.number for one in parts.messages] == [1, 2, 3, 4]
    assert parts.envelope == []


@pytest.mark.parametrize(
    ("payload", "kind", "place"),
    [
        ((b"BHS|^~\\&", MSH, b"BTS|2"), Broken.BATCH_COUNT, "BTS[1]-1"),
        ((b"BHS|^~\\&", MSH, MSH), Broken.BATCH_CUT, "BHS[1]"),
        ((b"FHS|^~\\&", b"BHS|^~\\&", MSH, b"BTS|1", b"FTS|3"), Broken.BATCH_COUNT, "FTS[1]-1"),
        ((MSH, b"BTS|1"), Broken.BATCH_CUT, "BTS[1]"),
    ],
)
def test_a_batch_that_was_cut_is_told_beside_its_messages(payload: tuple[bytes, ...], kind: Broken, place: str) -> None:
    parts = split(b"\r".join(payload))
    assert parts.messages
    assert [(found.kind, found.issue.place) for found in parts.envelope] == [(kind, place)]


@pytest.mark.parametrize("payload", [b"", b"\r\n", b"PID|1||17", b"hello", PID + b"\r" + MSH, b"BHS|^~\\&\rBTS|0"])
def test_without_a_header_there_is_no_message(payload: bytes) -> None:
    assert broken(payload).kind is Broken.NO_HEADER


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_characters_are_named(codec: str) -> None:
    found = broken(MSH.decode().encode(codec))
    assert found.kind in (Broken.NOT_TEXT, Broken.NO_HEADER)
    assert found.issue.code == "structure"
