"""A table read in pieces gives the records that it gives when it is read whole, places and all.

docs/loading.md
"""

import io
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.interop.mapping.profile import Profile
from app.interop.pieces import csv
from app.interop.pieces.csv import Layout
from app.interop.pieces.piece import Most, Start
from app.interop.reading import Item
from app.interop.tabular.csv import read_csv, read_head
from tests.interop.mapping.profiles import AT_A, profile

FORM: dict[str, Any] = {"fields": {"term": "term", "outcome": {"column": "outcome", "optional": True}}}
SINGLE = profile(FORM)
# Neighbours with the same id are one record.
GROUPED = profile({**FORM, "group": ["id"]})
ROWS = st.lists(st.text(st.sampled_from('12A,"\n\r x'), max_size=12), max_size=12)
TIDY = st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["Sepsis", '"two\nlines"', ""])), max_size=15)
HEADER = "id,subject,term\n"


def told(items: Iterator[Any]) -> list[tuple[Any, ...]]:
    records = [item for item in items if isinstance(item, Item)]
    return [(item.place, item.raw, item.text, [issue.message for issue in item.issues]) for item in records]


def whole(content: bytes, found: Profile) -> list[tuple[Any, ...]]:
    return told(read_csv(io.BytesIO(content), found, AT_A))


def in_pieces(content: bytes, found: Profile, most: int) -> list[tuple[Any, ...]]:
    head = read_head(io.BytesIO(content), found)
    groups = tuple(tuple(map(head.names.index, form.group)) for form in found.forms if form.group)
    layout = Layout(head=head.lines, groups=groups, encoding=head.encoding)
    cut = csv.pieces(io.BytesIO(content), Start(), Most(most, 100_000), layout)
    return [one for piece in cut for one in told(read_csv(io.BytesIO(piece.body), found, AT_A, before=piece.before))]


@given(ROWS, st.integers(1, 4), st.sampled_from(["", "title\n\n", '"two\nlines",\n']))
def test_any_rows(rows: list[str], most: int, before: str) -> None:
    content = (before + HEADER + "\n".join(rows)).encode()
    assert in_pieces(content, SINGLE, most) == whole(content, SINGLE)


@given(TIDY, st.integers(1, 4))
def test_rows_that_make_one_record(rows: list[tuple[int, str]], most: int) -> None:
    lines = [f"{number},A-001,{term}\n" for number, term in sorted(rows, key=lambda row: row[0])]
    content = (HEADER + "".join(lines)).encode()
    assert in_pieces(content, GROUPED, most) == whole(content, GROUPED)
