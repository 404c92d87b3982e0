from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.domain.errors import Fault, Issue
from app.interop.mapping.apply import APART, EMPTY, NAMED, NO_FORM, apply
from app.interop.mapping.columns import wanted
from app.interop.mapping.row import Row, Typed
from app.interop.mapping.scope import Where
from app.interop.reading import Item, PatientNumber, Unused
from tests.interop.mapping.profiles import AT_A, BERLIN, issues, profile, read, record

LOINC = "http://loinc.org"
HB = {"system": LOINC, "code": "718-7"}
YES_NO = {"j": True, "n": False, "unbekannt": None}
DAY_AND_TIME = {"columns": ["d", "h"], "join": " "}
BOXES = {"checkboxes": {"c1": "death", "c2": "disability"}}


def field(name: str, source: Any, kind: str = "adverse_event", **more: Any) -> Any:
    every = [{"column": "id", "empty": False}]
    return profile({"record": kind, "when": every, "fields": {name: source}}, **more)


@pytest.mark.parametrize(
    ("kind", "name", "source", "cells", "value"),
    [
        ("adverse_event", "term", "t", {"t": " Sepsis "}, "Sepsis"),
        ("adverse_event", "grade", "g", {"g": "3"}, 3),
        ("adverse_event", "serious", "s", {"s": "TRUE"}, True),
        ("adverse_event", "serious", {"column": "s", "map": YES_NO}, {"s": "n"}, False),
        ("adverse_event", "serious", {"column": "s", "map": YES_NO}, {"s": " N "}, False),
        ("adverse_event", "serious", {"column": "s", "map": YES_NO}, {"s": "unbekannt"}, None),
        ("adverse_event", "outcome", {"column": "s", "map": {"words": {"a": "b"}, "else": "keep"}}, {"s": "c"}, "c"),
        ("adverse_event", "outcome", {"column": "s", "map": {"words": {"a": "b"}, "else": "drop"}}, {"s": "c"}, None),
        ("adverse_event", "expected", {"column": "e", "default": False}, {"e": ""}, False),
        ("adverse_event", "expected", {"column": "e", "default": False}, {"e": "true"}, True),
        ("adverse_event", "ctcae_version", {"const": "5.0"}, {}, "5.0"),
        ("adverse_event", "onset", DAY_AND_TIME, {"d": "2024-03-05", "h": "08:15"}, "2024-03-05T08:15:00+01:00"),
        ("adverse_event", "onset", DAY_AND_TIME, {"d": "2024-03-05", "h": ""}, "2024-03-05"),
        ("adverse_event", "seriousness_criteria", BOXES, {"c1": "0", "c2": "1"}, ["disability"]),
        ("disease_assessment", "methods", {"columns": ["m1", "m2"]}, {"m1": "PCR", "m2": ""}, ["PCR"]),
        ("disease_assessment", "methods", {"column": "m", "split": ";"}, {"m": "PCR; MFC;"}, ["PCR", "MFC"]),
        ("disease_assessment", "methods", "m", {"m": "PCR"}, ["PCR"]),
        ("disease_assessment", "mrd", {"result": "r", "level": "l"}, {"r": "", "l": "<0.01"}, {"level": "<0.01"}),
        ("disease_assessment", "mrd", {"result": "r", "method": {"const": "PCR"}}, {"r": ""}, None),
        ("infusion", "dose", {"value": "d", "unit": "u"}, {"d": "", "u": "10*6/kg"}, None),
        ("infusion", "dose.value", {"column": "d", "decimal": ","}, {"d": "1,50"}, {"value": Decimal("1.50")}),
        ("infusion", "dosing_weight_kg", {"column": "w", "decimal": ","}, {"w": Typed("71.5")}, Decimal("71.5")),
        ("lab", "value", "v", {"v": "< 0.1"}, "<0.1"),
        ("lab", "test", {"column": "c", "map": {"HB1": HB}}, {"c": "HB1"}, HB),
        ("lab", "test", {"system": {"const": LOINC}, "code": "c"}, {"c": "718-7"}, HB),
        ("lab", "test", "c", {"c": "HGB"}, "HGB"),
        ("disease", "diagnosis", "d", {"d": "B-ALL"}, {"text": "B-ALL"}),
        ("subject", "strata.dose_level", "d", {"d": "DL1"}, {"dose_level": "DL1"}),
        ("gvhd", "organ_scores.skin", "s", {"s": "2"}, {"skin": 2}),
    ],
)  # fmt: skip
def test_a_field_takes_its_value_from_where_the_profile_says(
    kind: str, name: str, source: Any, cells: dict[str, str], value: Any
) -> None:
    found = record(field(name, source, kind), cells)
    assert found.get(name.partition(".")[0]) == value


def test_a_profile_says_what_means_not_recorded() -> None:
    found = profile(
        {"fields": {"term": "t", "grade": "g", "outcome": {"column": "o", "missing": ["?"]}}}, missing=["NA", "-99"]
    )
    assert record(found, {"t": "Sepsis", "g": "-99", "o": "NA"}) == {"term": "Sepsis", "outcome": "NA"}
    assert record(found, {"t": "Sepsis", "g": "NA", "o": "?"}) == {"term": "Sepsis"}


def test_repeated_columns_become_an_array_without_gaps() -> None:
    repeated = {"grade_history": {"repeat": 3, "fields": {"date": "d{n}", "grade": "g{n}"}}}
    cells = {"d1": "2024-03-01", "g1": "2", "d2": "", "g2": "", "d3": "2024-03-09", "g3": "0"}
    history = [{"date": "2024-03-01", "grade": 2}, {"date": "2024-03-09", "grade": 0}]
    assert record(profile({"fields": repeated}), cells) == {"grade_history": history}
    indexed = {f"grade_history[{n}].{name}": f"{name[0]}{n + 1}" for n in range(3) for name in ("date", "grade")}
    [item] = read(profile({"fields": indexed}), cells)
    assert isinstance(item, Item)
    assert item.raw["grade_history"] == history
    assert item.places["grade_history[1].grade"] == "line 2, column g3"


def test_an_array_of_groups_leaves_out_what_says_nothing_but_constants() -> None:
    lineages = [{"lineage": {"const": one}, "donor_pct": f"chim_{one}"} for one in ("CD3", "CD33")]
    found = field("chimerism", lineages, "disease_assessment")
    assert record(found, {"chim_CD3": "", "chim_CD33": "99.5"}) == {
        "chimerism": [{"lineage": "CD33", "donor_pct": Decimal("99.5")}]
    }


def test_one_row_of_a_panel_becomes_a_record_a_test() -> None:
    panel = {
        "HB": {"test": {"const": "HGB"}, "value": "hb", "unit": {"const": "g/dL"}},
        "PLT": {"test": {"const": "PLT"}, "value": "plt", "unit": "plt_unit"},
        "WBC": {"test": {"const": "WBC"}, "value": "wbc"},
    }
    found = profile({"record": "lab", "fields": {"collected": "day"}, "spread": panel})
    items = read(found, {"id": "S/7", "day": "2024-03-05", "hb": "9.7", "plt": "", "plt_unit": "10*9/L", "wbc": "<0.1"})
    assert [(item.raw["id"], item.raw["collected"], item.raw["value"]) for item in items if isinstance(item, Item)] == [
        ("S%2F7/HB", "2024-03-05", Decimal("9.7")),
        ("S%2F7/WBC", "2024-03-05", "<0.1"),
    ]


def test_one_row_of_numbered_columns_becomes_a_record_a_number() -> None:
    repeated = {"repeat": 3, "fields": {"term": "ae_{n}", "grade": {"column": "grade_{n}", "map": {"schwer": 3}}}}
    found = profile({"spread": repeated})
    items = read(
        found, {"ae_1": "Sepsis", "grade_1": "schwer", "ae_2": "", "grade_2": "", "ae_3": "Fever", "grade_3": ""}
    )
    assert [(item.raw["id"], item.raw["term"], item.raw.get("grade")) for item in items if isinstance(item, Item)] == [
        ("1/1", "Sepsis", 3),
        ("1/3", "Fever", None),
    ]


GROUPED = {
    "record": "disease_assessment",
    "group": ["id"],
    "fields": {"date": "day", "chimerism[].lineage": "lineage", "chimerism[].donor_pct": "pct"},
}


def test_neighbouring_rows_become_one_record() -> None:
    cells = [("1", "CD3", "99"), ("1", "CD33", "98"), ("2", "CD3", "50")]
    items = read(profile(GROUPED), *({"id": i, "day": "2024-03-05", "lineage": n, "pct": p} for i, n, p in cells))
    assert [(item.place, item.raw["chimerism"]) for item in items if isinstance(item, Item)] == [
        ("line 2 to line 3", [{"lineage": "CD3", "donor_pct": 99}, {"lineage": "CD33", "donor_pct": 98}]),
        ("line 4", [{"lineage": "CD3", "donor_pct": 50}]),
    ]
    assert isinstance(items[0], Item)
    assert (items[0].text, items[0].places["chimerism[1].donor_pct"]) == (b"row\nrow", "line 3, column pct")


def test_rows_of_one_record_must_not_differ_and_must_not_stand_apart() -> None:
    same = {"lineage": "CD3", "pct": "99"}
    found = profile(GROUPED)
    assert issues(found, {"day": "2024-03-05", **same}, {"day": "2024-03-06", **same}) == [
        ("date", "line 3, column day", "one value")
    ]
    items = read(found, *({"id": one, "day": "2024-03-05", **same} for one in ("1", "2", "1")))
    assert [[issue.message for issue in item.issues] for item in items if isinstance(item, Item)] == [[], [], [APART]]


def test_what_a_further_row_says_wrongly_has_its_own_place_and_path() -> None:
    first, second = {"day": "2024-03-05", "lineage": "CD3", "pct": "99"}, {"day": "", "lineage": "CD33", "pct": "9x"}
    assert issues(profile(GROUPED), first, second) == [
        ("chimerism[1].donor_pct", "line 3, column pct", "a number, decimal mark '.'")
    ]


def test_every_form_that_takes_a_row_makes_its_record() -> None:
    found = profile(
        {"fields": {"term": "t"}, "when": [{"column": "k", "is": ["ae", "sae"]}, {"column": "x", "empty": True}]}
    )
    items = read(found, {"k": "ae", "t": "Sepsis"}, {"k": "lab"}, {"k": "sae", "x": "1"}, {"k": "sae"})
    assert [item.place for item in items if isinstance(item, Item)] == ["line 2", "line 5"]
    assert [item for item in items if isinstance(item, Unused)] == [
        Unused("line 3", NO_FORM),
        Unused("line 4", NO_FORM),
    ]


@pytest.mark.parametrize(
    ("condition", "taken"),
    [
        ({"is_not": ["b"]}, ["a", "", "[c"]),
        ({"empty": False}, ["a", "b", "[c"]),
        ({"matches": "?"}, ["a", "b"]),
        ({"matches": "[*"}, ["[c"]),
    ],
)
def test_conditions(condition: dict[str, Any], taken: list[str]) -> None:
    found = profile({"fields": {"term": "k"}, "when": [{"column": "k", **condition}]})
    items = read(found, *({"k": word} for word in ("a", "b", "", "[c")))
    assert [item.raw.get("term", "") for item in items if isinstance(item, Item)] == taken


def test_a_form_that_takes_every_row_makes_no_record_of_an_empty_one() -> None:
    assert read(profile({"fields": {"term": "t"}}), {"t": ""}) == [Unused("line 2", EMPTY)]


def test_rows_that_are_left_alone_are_named_up_to_a_number() -> None:
    found = read(profile({"fields": {"term": "t"}}), *[{"t": ""}] * (NAMED + 5))
    assert len(found) == NAMED + 1
    assert isinstance(found[-1], Unused)
    assert found[-1].reason.startswith("5 further rows")


def test_an_issue_names_line_and_column_and_never_the_value() -> None:
    found = profile(
        {
            "fields": {
                "onset": "start",
                "grade": "AEGRADE",
                "relatedness": {"column": "rel", "map": {"sicher": "related", "nein": "unrelated"}},
                "serious": "sae",
            }
        }
    )
    [item] = read(found, {"start": "Müller", "AEGRADE": "Müller", "rel": "sichr", "sae": "Müller"})
    assert isinstance(item, Item)
    assert [(issue.path, issue.place, issue.suggestion) for issue in item.issues] == [
        ("onset", "line 2, column start", None),
        ("grade", "line 2, column AEGRADE", None),
        ("relatedness", "line 2, column rel", "sicher"),
        ("serious", "line 2, column sae", None),
    ]
    assert item.issues[2].expected == "sicher, nein"
    assert "Müller" not in repr(item.issues)


def test_a_field_is_told_as_one_value_or_in_its_parts() -> None:
    found = profile({"record": "lab", "fields": {"test": "name", "test.code": "code"}})
    assert record(found, {"name": "HGB", "code": ""}) == {"test": "HGB"}
    assert record(found, {"name": "", "code": "718-7"}) == {"test": {"code": "718-7"}}
    assert issues(found, {"name": "HGB", "code": "718-7"}) == [("test", "line 2", "one of the two")]


def test_a_key_needs_all_its_parts() -> None:
    assert issues(profile({"id": ["id", "instance"], "fields": {"term": "t"}}), {"t": "Sepsis", "instance": ""}) == [
        ("id", "line 2, column instance", None)
    ]


def test_a_key_that_would_tell_the_patient_can_be_made_unreadable() -> None:
    form = {"subject": None, "patient": {"number": "mrn", "authority": {"const": "KH"}}, "id": {"digest": ["mrn", "t"]}}
    [item] = read(profile({**form, "fields": {"term": "t"}}), {"mrn": "4711", "t": "Sepsis"})
    assert isinstance(item, Item)
    assert item.patient == PatientNumber("4711", "KH")
    assert "subject" not in item.raw
    assert len(item.raw["id"]) == 32
    assert "4711" not in item.raw["id"]


@pytest.mark.parametrize(
    ("said", "given", "cells", "meant"),
    [
        ("B", None, {}, "B"),
        ("B", "A", {}, "A"),
        ({"column": "site"}, "A", {"site": "C"}, "C"),
        ({"column": "site"}, "A", {"site": ""}, "A"),
        (None, "A", {}, "A"),
    ],
)
def test_the_site_is_that_of_the_row_of_the_sender_or_of_the_profile(
    said: Any, given: str | None, cells: dict[str, str], meant: str
) -> None:
    found = field("term", "t", site=said)
    [item] = read(found, {"t": "Sepsis", **cells}, where=Where(given, "ehr", BERLIN))
    assert isinstance(item, Item)
    assert item.raw["site"] == meant


def test_a_time_is_one_of_the_rows_site_unless_the_profile_names_a_zone() -> None:
    cells = {"t": "2024-03-05 10:00"}
    assert record(field("onset", "t"), cells) == {"onset": "2024-03-05T10:00:00+01:00"}
    assert record(field("onset", "t", time_zone="Asia/Tokyo"), cells) == {"onset": "2024-03-05T10:00:00+09:00"}
    assert record(field("onset", "t"), cells, where=Where("B", "ehr", BERLIN)) == {"onset": "2024-03-05"}


def test_a_word_may_stand_in_a_code_table_of_the_study() -> None:
    found = field("test", {"column": "c", "map": {"table": "site-a", "else": "keep"}}, "lab")
    tables = {"site-a": {"HB1": HB}}
    where = Where("A", "ehr", BERLIN, tables)
    assert record(found, {"c": "HB1"}, where=where) == {"test": tables["site-a"]["HB1"]}
    assert record(found, {"c": "HB2"}, where=where) == {"test": "HB2"}
    with pytest.raises(Fault, match="site-a"):
        read(found, {"c": "HB1"}, where=AT_A)


def test_a_field_may_be_read_from_some_rows_only() -> None:
    values = {
        "grade": {"column": "value", "when": [{"column": "name", "is": ["grade"]}]},
        "term": {"column": "value", "when": [{"column": "name", "is": ["term"]}]},
    }
    found = profile({"group": ["id"], "fields": values})
    assert record(found, {"name": "term", "value": "Sepsis"}, {"name": "grade", "value": "4"}) == {
        "term": "Sepsis",
        "grade": 4,
    }


@pytest.mark.parametrize(
    ("flag", "meant"), [("", "2024-03-05"), ("no", "2024-03-05"), ("estimated", "2024-03"), ("year", "2024")]
)
def test_another_column_may_say_how_much_of_a_date_is_known(flag: str, meant: str) -> None:
    precision = {"column": "known", "words": {"estimated": "month", "year": "year"}}
    found = field("onset", {"column": "day", "precision": precision}, dates=["DD.MM.YYYY"])
    assert record(found, {"day": "05.03.2024", "known": flag}) == {"onset": meant}


def test_a_repeated_date_has_its_own_column_for_what_is_known() -> None:
    precision = {"column": "known{n}", "words": {"estimated": "month"}}
    change = {"date": {"column": "day{n}", "precision": precision}, "grade": "grade{n}"}
    found = field("grade_history", {"repeat": 2, "fields": change})
    cells = {"day1": "2024-03-05", "grade1": "1", "day2": "2024-04-09", "grade2": "2", "known2": "estimated"}
    dates = [one["date"] for one in record(found, cells)["grade_history"]]
    assert dates == ["2024-03-05", "2024-04"]


@pytest.mark.parametrize("optional", [False, True])
def test_a_file_may_lack_the_column_of_an_optional_condition(optional: bool) -> None:
    found = profile({"fields": {"term": "t"}, "when": [{"column": "k", "is": ["x"], "optional": optional}]})
    assert ("k" in wanted(found).needed) is not optional
    assert "k" in wanted(found).known


def test_a_row_that_cannot_be_read_is_refused_as_it_stands() -> None:
    issue = Issue("", "structure", "too few cells", place="line 3")
    [item] = apply(field("term", "t"), [Row("line 3", b"x;y", {}, issues=(issue,))], AT_A)
    assert item == Item(0, None, b"x;y", (replace(issue, path="records[0]"),), "line 3")
