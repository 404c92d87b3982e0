"""A large file is cut so that its pieces, read one by one, say what the whole says.

https://www.rfc-editor.org/rfc/rfc4180
"""

import csv as standard
import io
from collections.abc import Callable, Iterator
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Category, Fault
from app.interop.hl7v2.payload import ENVELOPE
from app.interop.pieces import csv, hl7v2, ndjson
from app.interop.pieces.csv import Layout
from app.interop.pieces.piece import Most, Piece, Start

MOST = Most(2, 1000)
Cut = Callable[[BinaryIO, Start, Most], Iterator[Piece]]


def plain(file: BinaryIO, start: Start, most: Most) -> Iterator[Piece]:
    return csv.pieces(file, start, most, Layout())


KINDS = [ndjson.pieces, hl7v2.pieces, plain]
CELLS = st.text(st.sampled_from('ab,;"\n\r é'), max_size=5)


def whole(cut: Cut, content: bytes, most: Most = MOST) -> list[Piece]:
    return list(cut(io.BytesIO(content), Start(), most))


def table(rows: list[list[str]], **dialect: str) -> bytes:
    text = io.StringIO()
    standard.writer(text, **dialect).writerows(rows)
    return text.getvalue().encode()


def read(content: bytes) -> list[list[str]]:
    return list(standard.reader(io.StringIO(content.decode(), newline="")))


def test_lines_of_ndjson() -> None:
    pieces = whole(ndjson.pieces, b'{"a":1}\n\n{"b":2}\r\n{"c":3}')
    assert [(piece.body, piece.before) for piece in pieces] == [(b'{"a":1}\n\n', 0), (b'{"b":2}\r\n{"c":3}', 2)]
    assert [piece.end for piece in pieces] == [Start(9, 2), Start(25, 4)]


def test_each_piece_of_a_table_bears_its_header() -> None:
    """Line 4 of the file is line 2 of the second piece."""
    pieces = whole(plain, b"id,term\n1,x\n2,y\n3,z\n")
    assert [piece.body for piece in pieces] == [b"id,term\n1,x\n2,y\n", b"id,term\n3,z\n"]
    assert [piece.before for piece in pieces] == [0, 2]


def test_a_line_within_a_field_ends_no_row_but_counts() -> None:
    pieces = whole(plain, b'id,term\r\n1,"x\r\ny"\r\n2,z\r\n3,w')
    assert [piece.body for piece in pieces] == [b'id,term\r\n1,"x\r\ny"\r\n2,z\r\n', b"id,term\r\n3,w"]
    assert [piece.before for piece in pieces] == [0, 3]


def test_rows_of_one_record_stay_together() -> None:
    layout = Layout(groups=((0,),))
    content = b"id,term\n1,a\n2,b\n2,c\n2,d\n3,e\n"
    bodies = [piece.body for piece in csv.pieces(io.BytesIO(content), Start(), MOST, layout)]
    assert bodies == [b"id,term\n1,a\n2,b\n2,c\n2,d\n", b"id,term\n3,e\n"]


def test_with_two_forms_a_cut_suits_both() -> None:
    """Between the second and the third row the first form's record goes on, before the fourth none does."""
    layout = Layout(groups=((0,), (1,)))
    content = b"id,visit\n1,1\n2,2\n2,3\n3,4\n"
    bodies = [piece.body for piece in csv.pieces(io.BytesIO(content), Start(), MOST, layout)]
    assert bodies == [b"id,visit\n1,1\n2,2\n2,3\n", b"id,visit\n3,4\n"]


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_messages_keep_their_segments_and_the_batch_is_left_out(end: bytes) -> None:
    segments = [b"FHS|^~\\&", b"MSH|^~\\&|1", b"PID|1", b"MSH|^~\\&|2", b"MSH|^~\\&|3", b"FTS|3"]
    pieces = whole(hl7v2.pieces, end.join(segments))
    assert [piece.body for piece in pieces] == [end.join(segments[1:4]) + end, segments[4] + end]
    assert [(piece.before, piece.end.lines) for piece in pieces] == [(0, 2), (2, 3)]
    assert pieces[-1].end.position == len(end.join(segments))


@pytest.mark.parametrize(
    ("segments", "codes"),
    [
        ([b"FHS|", b"BHS|", b"MSH|", b"MSH|", b"BTS|2", b"FTS|1"], []),
        ([b"MSH|", b"MSH|"], []),
        ([b"\x0bBHS|", b"MSH|", b"BTS|2"], ["BTS[1]-1"]),
        ([b"BHS|", b"MSH|"], ["BHS[1]"]),
        ([b"FHS|", b"BHS|", b"MSH|", b"BTS|1"], ["FHS[1]"]),
    ],
)
def test_the_batch_around_the_messages_of_a_whole_file(segments: list[bytes], codes: list[str]) -> None:
    assert [issue.place for issue in hl7v2.around(io.BytesIO(b"\r".join(segments)), 1000)] == codes


@pytest.mark.parametrize("cut", KINDS)
def test_what_never_ends_is_refused_in_flat_memory(cut: Cut) -> None:
    class Endless(io.RawIOBase):
        read_so_far = 0

        def readable(self) -> bool:
            return True

        def seekable(self) -> bool:
            return True

        def seek(self, *_: int) -> int:
            return 0

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            self.read_so_far += len(buffer)
            assert self.read_so_far < 10_000_000
            buffer[:] = b"x" * len(buffer)
            return len(buffer)

    with pytest.raises(Fault) as refused:
        list(cut(io.BufferedReader(Endless()), Start(), MOST))
    assert refused.value.category is Category.TOO_LARGE


def test_a_quote_that_is_never_closed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"{number},x\n" for number in range(1000))
    with pytest.raises(Fault) as refused:
        whole(plain, f'id,term\n1,"x\n{rows}'.encode(), Most(2, 500))
    assert refused.value.category is Category.TOO_LARGE


@pytest.mark.parametrize("size", [10, 100])
def test_a_piece_is_no_larger_than_allowed(size: int) -> None:
    content = b"id,term\n" + b"".join(b"%d,%s\n" % (number, b"x" * 30) for number in range(50))
    pieces = whole(plain, content, Most(size, 200))
    assert max(len(piece.body) for piece in pieces) <= 200
    assert sum(len(read(piece.body)) - 1 for piece in pieces) == 50


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=12), st.integers(1, 4))
def test_any_table_in_pieces_has_the_same_rows(rows: list[list[str]], most: int) -> None:
    header = ["id", "term"]
    content = table([header, *rows])
    pieces = whole(plain, content, Most(most, 1000))
    assert [row for piece in pieces for row in read(piece.body)[1:]] == rows
    assert all(len(read(piece.body)) <= most + 1 for piece in pieces)
    assert b"".join(piece.body.removeprefix(b"id,term\r\n") for piece in pieces) == content.removeprefix(b"id,term\r\n")


@given(
    st.binary(max_size=80) | st.text(st.sampled_from('a1,"\n\r'), max_size=60).map(str.encode),
    st.integers(1, 3),
    st.sampled_from(KINDS),
)
def test_any_bytes_are_cut_without_loss_and_can_be_gone_on_with(content: bytes, most: int, cut: Cut) -> None:
    try:
        pieces = whole(cut, content, Most(most, 1000))
    except Fault:
        return
    for number, piece in enumerate(pieces[:-1], 1):
        rest = list(cut(io.BytesIO(content), piece.end, Most(most, 1000)))
        assert rest == pieces[number:]
    head = b"".join(content.splitlines(keepends=True)[:1]) if cut is plain else b""
    if cut is not hl7v2.pieces or not any(name in content for name in ENVELOPE):
        assert b"".join(piece.body.removeprefix(head) for piece in pieces) == content.removeprefix(head)
