"""Frames: the bytes of the block format are those of the transport specification (Release 2, section 1.2.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.interop.hl7v2.mllp import Frame, Frames, framed

VT, FS, CR = b"\x0b", b"\x1c", b"\r"
contents = st.binary(max_size=60).map(lambda found: found.translate(None, VT + FS))


def test_a_frame_is_vt_message_fs_cr() -> None:
    assert framed(b"MSH|") == b"\x0bMSH|\x1c\x0d"


@given(st.lists(contents, max_size=6), st.data())
def test_however_the_bytes_come_the_messages_are_the_same(sent: list[bytes], data: st.DataObject) -> None:
    stream, frames, found = b"".join(map(framed, sent)), Frames(100), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += frames.feed(stream[:size])
        stream = stream[size:]
    assert found == [Frame(content) for content in sent]
    assert not frames.begun


@given(st.lists(contents, min_size=1, max_size=4), st.data())
def test_of_a_stream_that_breaks_off_only_whole_frames_come(sent: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(map(framed, sent))
    cut = data.draw(st.integers(0, len(stream) - 1))
    whole = sum(1 for end in ends(sent) if end <= cut)
    assert Frames(100).feed(stream[:cut]) == [Frame(content) for content in sent[:whole]]


def ends(sent: list[bytes]) -> list[int]:
    return [sum(len(content) + 3 for content in sent[: number + 1]) for number in range(len(sent))]


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (VT + b"A" + FS + b"\n" + VT + b"B" + FS + CR, [b"A", b"B"]),  # LF in place of CR
        (VT + b"A" + FS + b"\r\n" + VT + b"B" + FS + CR, [b"A", b"B"]),  # LF after it
        (VT + b"A" + FS + VT + b"B" + FS + CR, [b"A", b"B"]),  # the next one at once
        (b"noise\r\n" + VT + b"A" + FS + CR + b"\x00noise" + VT + b"B" + FS + CR, [b"A", b"B"]),
        (VT + b"half" + VT + b"A" + FS + CR, [b"A"]),  # begun anew: a half message is none
        (VT + VT + b"A" + FS + CR, [b"A"]),
        (VT + b"A" + FS + b"x" + FS + CR, [b"A" + FS + b"x"]),  # FS alone ends nothing
        (VT + FS + CR, [b""]),
        (b"MSH|no frame at all\r", []),
        (VT + b"A" + FS, []),  # the end block is two bytes
    ],
)
def test_streams_of_senders_that_write_less_strictly(stream: bytes, expected: list[bytes]) -> None:
    assert [frame.content for frame in Frames(100).feed(stream)] == expected
    one_by_one = Frames(100)
    assert [frame.content for byte in stream for frame in one_by_one.feed(bytes([byte]))] == expected


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_message_that_is_too_long_is_cut_and_nothing_follows(size: int) -> None:
    stream, frames, found = VT + b"x" * 101 + FS + CR + framed(b"A"), Frames(100), []
    for start in range(0, len(stream), size):
        found += frames.feed(stream[start : start + size])
        if found:
            break
    assert [frame.cut for frame in found] == [True]
    assert Frames(100).feed(framed(b"x" * 100)) == [Frame(b"x" * 100)]
