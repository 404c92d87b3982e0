from __future__ import annotations

from typing import Any

import pytest

from app.endpoints.document import write_document
from app.interop.mapping.loading import LoadedProfile, WrongProfile, load, load_value
from tests.interop.mapping.profiles import document

PIVOT = "a year of two digits says no century: declare a pivot"


def found(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(WrongProfile) as error:
        load(text.encode())
    return [(finding.line, finding.message) for finding in error.value.findings]


GOOD = """\
profile: labs
title: Laboratory
format: csv
dates: [DD.MM.YYYY]
maps:
  yes: {"1": true}
forms:
  - form: lab
    record: lab
    id: order
    subject: subject
    fields:
      test: test
      collected: {column: day}
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("title: Laboratory", "tilte: Laboratory", 2, "unknown word 'tilte'; did you mean 'title'?"),
        ("format: csv", "format: cvs", 3, "'cvs' is not allowed here; did you mean 'csv'?"),
        (
            "[DD.MM.YYYY]",
            "[DD.MM.YY]",
            4,
            "not a format of dates: a year of two digits says no century: declare a pivot",
        ),
        ("[DD.MM.YYYY]", "[DD.MM.YYYY, MM.DD.YYYY]", 4, "two formats read one text as two different days"),
        ('{"1": true}', "{1: true}", 6, "a name must be a text"),
        ("record: lab", "record: labs", 9, "'labs' is not allowed here; did you mean 'lab'?"),
        ("    subject: subject\n", "", 8, "nothing says whose the records are"),
        ("      test: test", "      tset: test", 13, "'tset' is no field of lab; did you mean 'test'?"),
        ("      test: test", "      value.x: test", 13, "lab.value is one value, or a list of them"),
        ("column: day", "colum: day, dates: [YYYY]", 14, "unknown word 'colum'; did you mean 'column'?"),
        ("column: day", "column: day, map: yse", 14, "'yse' is no map of this profile; did you mean 'yes'?"),
        ("column: day", "column: day, split: ','", 14, "this field is no list"),
        ("column: day", "columns: [day, hour]", 14, "this field has one value"),
        ("column: day", "column: day, const: '2024'", 14, "a value comes from one place"),
        (
            "test: test",
            "test: {column: test, precision: {column: day, words: {x: year}}}",
            13,
            "this field is no date",
        ),
        ("column: day", "column: day, decimal: ',', thousands: ','", 14, "one mark for decimals and thousands"),
        ("collected: {column: day}", "transfused: {const: 1}", 14, "not what this field takes"),
        ("    id: order", "    id: order\n    sheet: S", 11, "only a workbook has sheets"),
        ("format: csv", "format: csv\ncsv: {encoding: utf-99}", 4, "unknown encoding"),
        ("      test: test", "      test: test\n      test[0]: test", 14, "lab.test is one value, or a list of them"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, line: int, message: str) -> None:
    assert isinstance(load(GOOD.encode()), LoadedProfile)
    assert GOOD.replace(old, new) != GOOD
    assert (line, message) in found(GOOD.replace(old, new))


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"patient": {"number": "mrn"}}, "a form names subjects or patients, not both"),
        (
            {"subject": None, "patient": {"number": "mrn"}, "id": ["mrn", "n"]},
            "the id, which sponsors see, would tell who the patient is",
        ),
        (
            {"record": "subject", "id": "birth", "fields": {"birth_date": "birth"}},
            "the id, which sponsors see, would tell who the patient is",
        ),
        ({"fields": {"dose": "x"}, "record": "infusion"}, "infusion.dose is made of parts"),
        (
            {"fields": {"mrd": {"level": "x"}, "mrd.level": "y"}, "record": "disease_assessment"},
            "this field has a source already",
        ),
        ({"fields": {"relatedness": {"column": "r", "map": {"ja": "yes"}}}}, "'yes' is no word of this field"),
        ({"when": [{"column": "x"}]}, "no condition"),
        ({"group": ["id"], "spread": {"a": {"term": "t"}}}, "rows are spread or put together, not both"),
    ],
)
def test_what_holds_across_parts_is_checked(form: dict[str, Any], message: str) -> None:
    with pytest.raises(WrongProfile) as error:
        load_value(document(form))
    assert message in [finding.message for finding in error.value.findings]


def test_the_same_profile_as_yaml_and_as_json_is_the_same() -> None:
    loaded = load(GOOD.encode())
    assert load_value(loaded.value).digest == loaded.digest
    assert load(write_document(loaded.value).encode()).profile == loaded.profile


@pytest.mark.parametrize("encoding", ["idna", "undefined", "hex", "klingon"])
def test_an_encoding_is_a_character_set(encoding: str) -> None:
    assert found(GOOD + f"csv: {{encoding: {encoding}}}\n") == [(15, "unknown encoding")]


@pytest.mark.parametrize("mark", ["delimiter", "quote"])
def test_a_line_end_is_no_mark_within_a_row(mark: str) -> None:
    assert found(GOOD + f'csv: {{{mark}: "\\n"}}\n') == [(15, "a line end stands between rows")]
