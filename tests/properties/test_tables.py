"""Any table is read to records and issues, in time; any record goes through the template and comes back."""

from __future__ import annotations

import io
import time
from decimal import Decimal
from itertools import pairwise
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import Category, Fault
from app.example.tabular import table
from app.interop.mapping.expansion import single
from app.interop.mapping.loading import WrongProfile, load, load_value
from app.interop.mapping.profile import Condition, Profile, Source
from app.interop.mapping.profiles import documents
from app.interop.mapping.scope import Where
from app.interop.mapping.target import target
from app.interop.reading import Item
from app.interop.tabular.csv import read_csv
from app.interop.tabular.xlsx import read_xlsx
from tests.interop.mapping.profiles import AT_A, document, profile

WIDE = profile(
    {
        "record": "disease_assessment",
        "fields": {
            "date": {"column": "a", "dates": ["DD.MM.YYYY", "D. MMM YYYY HH:mm", "DD.MM.YY"], "pivot": 40},
            "response": {"column": "b", "map": {"ja": "CR", "nein": "PD"}},
            "marrow_blasts_pct": {"column": "c", "decimal": ",", "thousands": "."},
            "mrd": {"level": "c", "result": {"column": "b", "map": {"words": {"x": "positive"}, "else": "keep"}}},
            "methods": {"column": "d", "split": "|"},
            "chimerism[].donor_pct": "c",
            "chimerism[].lineage": {"const": "CD3"},
            "extramedullary": "d",
        },
        "group": ["id"],
    },
    unknown_parts=["UN", "00"],
    missing=["NA"],
)
CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["05.03.2024", "31.02.2024", "UN.03.2024", "5. Mai 2024 09:30", "1.234,5", "<0,1", "ja", "NA", "true"]
    ),
)
ROW = st.lists(CELL, min_size=6, max_size=6)
HEAD = ["id", "subject", "a", "b", "c", "d"]
SECONDS = 1.0


def quoted(rows: list[list[str]]) -> bytes:
    return "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows).encode(
        "utf-8", "replace"
    )


def checked(found: Any) -> None:
    """Every item is a record or says why not, with a place."""
    for item in found:
        if isinstance(item, Item):
            assert item.place
            assert all(issue.place for issue in item.issues)
            assert item.raw is not None or item.issues


@settings(max_examples=60)
@given(st.lists(ROW, max_size=8))
def test_a_table_of_anything_is_read_to_its_end(rows: list[list[str]]) -> None:
    start = time.perf_counter()
    try:
        checked(read_csv(io.BytesIO(quoted([HEAD, *rows])), WIDE, AT_A))
    except Fault as fault:
        assert fault.category is Category.MALFORMED
    assert time.perf_counter() - start < SECONDS


@settings(max_examples=150)
@given(
    st.binary(max_size=300) | st.text(alphabet='id,"subject\n\ra;0.é\0', max_size=200).map(str.encode), st.booleans()
)
def test_bytes_of_any_kind_are_read_or_refused(body: bytes, headed: bool) -> None:
    start = time.perf_counter()
    text = ",".join(HEAD).encode() + b"\n" + body if headed else body
    try:
        checked(read_csv(io.BytesIO(text), WIDE, AT_A))
    except Fault as fault:
        assert fault.category is Category.MALFORMED
    assert time.perf_counter() - start < SECONDS


@settings(max_examples=60)
@given(st.integers(0, 200))
def test_a_file_that_was_cut_off_loses_only_what_was_cut(cut: int) -> None:
    whole = quoted([HEAD, *([str(n), "A-001", "05.03.2024", "ja", "7", "x"] for n in range(6))])
    full = list(read_csv(io.BytesIO(whole), WIDE, AT_A))
    start = whole.index(b"\n") + 1
    part = list(read_csv(io.BytesIO(whole[: start + cut]), WIDE, AT_A))
    good = [item.raw for item in part if isinstance(item, Item) and not item.issues]
    known = [item.raw for item in full if isinstance(item, Item)]
    assert all(raw in known or raw == good[-1] for raw in good)
    assert len(part) >= whole[: start + cut].count(b"\n") - 1


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    page = book.create_sheet("adverse_event")
    for row in (["id", "subject", "term"], ["1", "A-001", "Sepsis"]):
        page.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


WORKBOOK = _workbook()


@settings(max_examples=100)
@given(st.integers(0, len(WORKBOOK) - 1), st.integers(1, 255), st.booleans())
def test_a_damaged_workbook_is_read_or_refused(position: int, change: int, cut: bool) -> None:
    damaged = bytearray(WORKBOOK[:position] if cut else WORKBOOK)
    if not cut:
        damaged[position] ^= change
    start = time.perf_counter()
    try:
        checked(read_xlsx(bytes(damaged), shipped("engraft-template-xlsx"), AT_A))
    except Fault as fault:
        assert fault.category is Category.MALFORMED
    assert time.perf_counter() - start < SECONDS


LANGUAGE = [
    *Source.model_fields,
    *Condition.model_fields,
    *("repeat", "fields", "words", "table", "else", "is", "digest", "number", "x", "term"),
    *("grade_history", "grade_history[]", "grade_history[0].date"),
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8) | st.sampled_from(LANGUAGE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(LANGUAGE), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200)
@given(st.sampled_from(["fields", "id", "subject", "patient", "when", "group", "spread", "sheet", "rows"]), VALUES)
def test_any_document_is_a_profile_or_says_why_not(word: str, value: Any) -> None:
    try:
        load_value(document({word: value}))
    except WrongProfile as error:
        assert error.findings


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_any_text_is_a_profile_or_says_why_not(text: str) -> None:
    with pytest.raises(WrongProfile) as error:
        load(text.encode("utf-8", "replace"))
    assert error.value.findings


def shipped(name: str) -> Profile:
    return next(loaded.profile for (found, _), (_, loaded) in documents().items() if found == name)


TEMPLATE = shipped("engraft-template")
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="|"), min_size=1, max_size=9
)
NUMBERS = st.decimals(min_value=0, max_value=100, places=3) | st.integers(0, 100).map(Decimal)
DAYS = st.sampled_from(["2024-03-05", "2024-03", "2024", "2024-03-05T09:30:00+01:00"])
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "text": WORDS,
    "test": WORDS,
    "whole": st.integers(0, 5),
    "number": NUMBERS,
    "measured": NUMBERS | NUMBERS.map(lambda number: f"<{number}"),
    "flag": st.booleans(),
    "date": DAYS,
}


@st.composite
def sent(draw: st.DrawFn) -> dict[str, Any]:
    """A record of what the template can say; arrays have no gaps."""
    form = draw(st.sampled_from(TEMPLATE.forms))
    record: dict[str, Any] = {"type": form.record, "site": "A", "source": "ehr", "id": draw(WORDS), "subject": "A-001"}
    for path, _ in single(form.fields):
        alone = path != ("test",) and (path[-1] != "unit" or len(path) == 1)  # a unit alone says nothing
        if alone and draw(st.integers(0, 3)) == 0:
            found = target(form.record, path)
            one = st.sampled_from(found.words) if found.words else KINDS[found.kind]
            _put(record, path, draw(st.lists(one, min_size=1, max_size=3) if found.listed else one))
        elif path[-1] == "unit" and len(path) > 1 and path[0] in record:
            _put(record, path, draw(WORDS))
    return record


def _put(here: Any, path: tuple[Any, ...], value: Any) -> None:
    """Put a value at a path; an element behind the last one of an array becomes the next."""
    for step, following in pairwise(path):
        if isinstance(step, int):
            if step >= len(here):
                here.append({})
            here = here[min(step, len(here) - 1)]
        else:
            here = here.setdefault(step, [] if isinstance(following, int) else {})
    here[path[-1]] = value


@settings(max_examples=150)
@given(st.lists(sent(), min_size=1, max_size=4))
def test_records_come_back_from_the_template(records: list[dict[str, Any]]) -> None:
    found = list(read_csv(io.BytesIO(table(records).encode()), TEMPLATE, Where()))
    items = [item for item in found if isinstance(item, Item)]
    assert [item.raw for item in items] == records
    assert [item.issues for item in items] == [()] * len(records)
