from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.errors import Category, Fault
from app.interop.reading import Item, Unused
from app.interop.tabular.csv import BEFORE, MAX_CELL, read_csv
from app.interop.tabular.header import NOBODY
from tests.interop.mapping.profiles import AT_A, profile

FORM = {"fields": {"term": "term", "outcome": {"column": "outcome", "optional": True}}}
PLAIN = profile(FORM)


def read(text: str | bytes, found: Any = PLAIN, **more: Any) -> list[Item | Unused]:
    body = text if isinstance(text, bytes) else text.encode()
    return list(read_csv(io.BytesIO(body), found, AT_A, **more))


def told(text: str | bytes, found: Any = PLAIN, **more: Any) -> list[tuple[str, str | None, str]]:
    """(place, term, message of the issue) of each record."""
    items = [item for item in read(text, found, **more) if isinstance(item, Item)]
    return [
        (item.place, (item.raw or {}).get("term"), "; ".join(issue.message for issue in item.issues)) for item in items
    ]


def test_rows_keep_their_lines_whatever_stands_between_and_within_them() -> None:
    text = 'id,subject,term\r\n1,A-001,Sepsis\r\n\r\n2,A-001,"one\ntwo\n""three"""\n,,\n3,A-001,Fever'
    assert told(text) == [("line 2", "Sepsis", ""), ("line 4", 'one\ntwo\n"three"', ""), ("line 8", "Fever", "")]
    items = [item for item in read(text) if isinstance(item, Item)]
    assert items[1].text == b'2,A-001,"one\ntwo\n""three"""'


def test_lines_count_in_the_whole_file_where_this_is_a_piece_of_it() -> None:
    assert told("id,subject,term\n1,A-001,Sepsis\n", before=5000) == [("line 5002", "Sepsis", "")]


@pytest.mark.parametrize(
    ("body", "charset", "layout"),
    [
        ("id,subject,term\n1,A,Müdigkeit\n".encode(), None, {}),
        ("id,subject,term\n1,A,Müdigkeit\n".encode("utf-8-sig"), None, {"encoding": "windows-1252"}),
        ("id,subject,term\n1,A,Müdigkeit\n".encode("utf-16"), None, {}),
        ("\ufeffid,subject,term\n1,A,Müdigkeit\n".encode("utf-16-be"), None, {}),
        ("id,subject,term\n1,A,Müdigkeit\n".encode("windows-1252"), None, {"encoding": "windows-1252"}),
        ("id,subject,term\n1,A,Müdigkeit\n".encode("windows-1252"), "iso-8859-1", {}),
        ("id;subject;term\r1;A;Müdigkeit\r".encode(), None, {"delimiter": ";"}),
        ("id\tsubject\tterm\n1\tA\t'Müdigkeit'\n".encode(), None, {"delimiter": "\t", "quote": "'"}),
    ],
)
def test_encodings_marks_and_line_ends(body: bytes, charset: str | None, layout: dict[str, Any]) -> None:
    assert told(body, profile(FORM, csv=layout), charset=charset) == [("line 2", "Müdigkeit", "")]


def test_the_header_may_stand_below_other_rows() -> None:
    text = "Report of 5 March\n\nWard,7\nterm,id,subject,\nSepsis,1,A-001,\n"
    assert told(text) == [("line 5", "Sepsis", "")]
    assert [item for item in read(text) if isinstance(item, Unused)] == [
        Unused("line 1", BEFORE),
        Unused("line 3", BEFORE),
    ]
    assert told(text, profile(FORM, csv={"header": 4})) == [("line 5", "Sepsis", "")]


def test_a_column_that_lacks_is_named_with_those_that_the_file_has() -> None:
    with pytest.raises(Fault) as found:
        read("id,Subject,trem,Grad des Ereignisses\n1,A-001,Sepsis,3\n")
    assert found.value.category is Category.MALFORMED
    assert found.value.detail == "the file has no column subject, term"
    expected = "one of the columns of the file: id, Subject, trem"
    assert [(issue.message, issue.expected, issue.place, issue.suggestion) for issue in found.value.issues] == [
        ("the file has no column subject", expected, "line 1", "Subject"),
        ("the file has no column term", expected, "line 1", "trem"),
    ]


def test_a_file_without_a_header_does_not_tell_its_first_row() -> None:
    with pytest.raises(Fault) as found:
        read("17,Miller,Sepsis\n18,Smith,Fever\n")
    assert "Miller" not in repr(found.value.issues)


@pytest.mark.parametrize("body", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_a_file_without_anything_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(Fault, match="no header"):
        read(body)


def test_a_file_with_a_header_alone_has_no_records() -> None:
    assert read("id,subject,term\n") == []


def test_two_columns_of_one_name_matter_where_the_profile_reads_it() -> None:
    with pytest.raises(Fault, match="two columns are called term"):
        read("id,subject,term,term\n1,A,Sepsis,Fever\n")
    assert told("id,subject,term,x,x\n1,A,Sepsis,1,2\n") == [("line 2", "Sepsis", "")]


def test_columns_that_nobody_reads_are_named_once() -> None:
    text = "id,subject,term,AESPID,Name des Patienten\n1,A,Sepsis,,Müller\n2,A,Fever,,\n"
    assert [item for item in read(text) if isinstance(item, Unused)] == [
        Unused("line 1, column AESPID", NOBODY),
        Unused("line 1, column 5", NOBODY),
    ]


BROKEN = [
    ("too few cells", "1,A-001", "the row has 2 cells"),
    ("too many cells", "1,A-001,Sepsis,x", "the row has 4 cells"),
    ("NUL", "1,A-001,Sep\0sis", "the row has a NUL byte"),
    ("quote within", '1,A-001,"Sep"sis', "a quote stands within a cell"),
]


@pytest.mark.parametrize(("line", "message"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_row_that_cannot_be_read_is_refused_alone_with_its_place(line: str, message: str) -> None:
    text = f"id,subject,term\n1,A-001,Sepsis\n{line}\n3,A-001,Fever\n"
    assert told(text) == [("line 2", "Sepsis", ""), ("line 3", None, message), ("line 4", "Fever", "")]
    items = [item for item in read(text) if isinstance(item, Item)]
    assert (items[1].raw, items[1].text, items[1].issues[0].place) == (None, line.encode(), "line 3")


def test_empty_cells_behind_the_last_column_do_not_count() -> None:
    assert told("id,subject,term\n1,A-001,Sepsis,,\n") == [("line 2", "Sepsis", "")]


def test_bytes_of_another_encoding_are_refused_with_their_line_and_kept() -> None:
    text = "id,subject,term\n1,A-001,Müdigkeit\n2,A-001,Fever\n".encode("windows-1252")
    assert told(text) == [("line 2", None, "the row has bytes that are not utf-8"), ("line 3", "Fever", "")]
    [first, _] = read(text)
    assert isinstance(first, Item)
    assert first.text == "1,A-001,Müdigkeit".encode("windows-1252")


def test_utf_16_without_its_mark_is_refused() -> None:
    with pytest.raises(Fault):
        read("id,subject,term\n1,A,Sepsis\n".encode("utf-16-le"))


def test_a_file_that_was_cut_off_in_a_quoted_cell_says_so_and_keeps_the_rest() -> None:
    text = 'id,subject,term\n1,A-001,Sepsis\n2,A-001,"Feb\n3,A-001,Fever\n'
    assert told(text) == [("line 2", "Sepsis", ""), ("line 3", None, "the file ends within a quoted cell")]
    assert [item.text for item in read(text) if isinstance(item, Item)][1] == b'2,A-001,"Feb\n3,A-001,Fever'


def test_a_cell_without_end_is_refused_before_it_fills_the_memory() -> None:
    lines = ["id,subject,term\n", '1,A-001,"x', *["y" * 1000 + "\n"] * (MAX_CELL // 1000 + 2000)]
    [(place, _, message)] = told("".join(lines))
    assert (place, message) == ("line 2", "a cell is too long")


def test_a_formula_is_a_text() -> None:
    assert told("id,subject,term\n1,A,=1+1\n2,A,@x\n") == [("line 2", "=1+1", ""), ("line 3", "@x", "")]


def test_an_unknown_character_set_is_named_as_such() -> None:
    with pytest.raises(Fault, match="unknown character set"):
        read("id,subject,term\n", charset="utf-99")


class _Endless(io.RawIOBase):
    """So many rows, made while they are read."""

    def __init__(self, count: int) -> None:
        self._rows = self._made(count)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def _made(self, count: int) -> Iterator[bytes]:
        yield b"id,subject,term\n"
        for number in range(count):
            yield b"%d,A-001,Sepsis\n" % number

    def readinto(self, buffer: Any) -> int:
        line = self._rest or next(self._rows, b"")
        found, self._rest = line[: len(buffer)], line[len(buffer) :]
        memoryview(buffer)[: len(found)] = found
        return len(found)


def test_memory_stays_flat_however_long_the_file_is() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        assert sum(1 for _ in read_csv(io.BufferedReader(_Endless(count)), PLAIN, AT_A)) == count
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(100)  # what is kept for the profile is made once
    assert peak(20_000) < 2 * peak(200)
