"""Cells and their places: chapter 2, section 2.5; which number is the patient's: table 0203."""

from zoneinfo import ZoneInfo

import pytest

from app.interop.hl7v2.orders import orders
from app.interop.hl7v2.rows import Origin, message_row, order_rows
from app.interop.mapping.row import Row, Typed
from tests.interop.hl7v2.messages import message

ORIGIN = Origin("A", "lis", ZoneInfo("Europe/Berlin"))
PID = "PID|1||4711^^^UKX&1.2.3&ISO^MR||Muster^Erika"
OBR = "OBR|1|P-1|L-1^LAB|CBC|||20260301073000|||||||||||||||20260302100000|||F"


def rows(*segments: str) -> list[Row]:
    found = message(*segments)
    return [row for order in orders(found)[0] for row in order_rows(found, order, ORIGIN)]


def cell(name: str, *segments: str) -> str | None:
    return rows(PID, OBR, *segments)[-1].cells.get(name)


def test_each_part_is_a_cell_and_has_its_place() -> None:
    row = rows(PID, "ORC|RE", OBR, "OBX|1|NM|1^N^L|2|1.5|g/L^^UCUM||||F|F")[-1]
    assert [row.cells[name] for name in ("OBX-3", "OBX-3.2", "OBX-4", "PID-3.4.2", "OBR-3.2", "ORC-1")] == [
        *("1^N^L", "N", "2", "1.2.3", "LAB", "RE"),
    ]
    assert (row.at("OBX-3.2"), row.at("PID-3.4.2"), row.at("value"), row.at("unit")) == (
        *("OBX[1]-3.2", "PID[1]-3.4.2", "OBX[1]-5", "OBX[1]-6"),
    )
    assert "OBX-30" not in row.cells and row.cells["site"] == "A" and row.at("site") == "MSH[1]-4"


def test_repetitions_and_fields_that_are_said_to_be_empty() -> None:
    row = message_row(message('PID|1||1~2^^^B^PI||""|M|20000101'), ORIGIN)
    assert (row.cells["PID-3"], row.cells["PID-3[2]"], row.cells["PID-3[2].4"]) == ("1", "2^^^B^PI", "B")
    assert (row.cells["PID-5"], row.cells.get("PID-9"), row.at("PID-3[2].4")) == ('""', None, "PID[1]-3[2].4")


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ("1^^^A^PI~2^^^A^MR~3^^^A^SS", "2"),
        ("1^^^A^PI~2^^^A", "2"),
        ("1^^^A^SS~2^^^A^PI", "2"),
        ("1^^^A^XX", "1"),
        ("1^^^A^XX~2^^^A^SS", None),
        ('""', None),
        ("", None),
    ],
)
def test_the_number_of_the_patient_is_chosen_by_its_kind(numbers: str, expected: str | None) -> None:
    row = message_row(message(f"PID|1||{numbers}"), ORIGIN)
    assert row.cells.get("patient") == expected


@pytest.mark.parametrize(
    ("orc", "obr", "expected"),
    [
        ("ORC|RE|P-1|F-1", "OBR|1|P-2|F-2^LAB", "F-2^LAB"),
        ("ORC|RE|P-1|F-1^^1.2.3^ISO", "OBR|1|P-2|", "F-1^1.2.3"),
        ("ORC|RE|P-1", "OBR|1|P-2|", "P-2"),
        ("ORC|RE|P-1", "OBR|1||", "P-1"),
        ("ORC|RE", 'OBR|1||""', ""),
    ],
)
def test_the_order_is_named_by_its_filler_else_by_its_placer(orc: str, obr: str, expected: str) -> None:
    assert rows(PID, orc, obr)[0].cells["order"] == expected


def test_an_orc_holds_for_the_next_order_alone() -> None:
    first, second = (row for row in rows(PID, "ORC|RE|P-1|F-1", "OBR|1|||A", "OBR|2||F-2|B") if row.kind == "OBR")
    assert (first.cells["order"], second.cells["order"], second.cells.get("ORC-3")) == ("F-1", "F-2", None)


def test_a_loinc_code_may_be_the_alternate_one() -> None:
    assert cell("loinc", "OBX|1|NM|THRO^Thrombozyten^L^777-3^Platelets^LN||5||||||F") == "777-3"
    assert cell("loinc", "OBX|1|NM|THRO^Thrombozyten^L||5||||||F") is None


def test_an_order_was_collected_when_all_its_results_were() -> None:
    results = ("OBX|1|NM|a||1||||||F|||20260301080000", "OBX|2|NM|b||1||||||F|||20260301080000")
    assert rows(PID, OBR, *results)[0].cells["collected"] == "2026-03-01T08:00:00+01:00"
    assert rows(PID, OBR, results[0], "OBX|2|NM|b||1||||||F")[0].cells["collected"] == "2026-03-01T07:30:00+01:00"


def test_a_birth_is_a_day_whatever_the_clock_said() -> None:
    row = message_row(message("PID|1||1||||197004012330-0500"), ORIGIN)
    assert row.cells["PID-7"] == "1970-04-01"


def test_the_key_names_order_test_and_sub_id() -> None:
    assert cell("key", "OBX|1|NM|777-3^P^LN|2|5||||||F") == "L-1^LAB/777-3/2"
    assert cell("key", "OBX|1|NM|777-3^P^LN||5||||||F") == "L-1^LAB/777-3"


def test_times_are_of_the_result_else_of_the_order() -> None:
    assert cell("collected", "OBX|1|NM|1||5||||||F|||20260301080000+0000") == "2026-03-01T08:00:00+00:00"
    assert cell("collected", "OBX|1|NM|1||5||||||F") == "2026-03-01T07:30:00+01:00"
    assert cell("collected", 'OBX|1|NM|1||5||||||F|||""') == "2026-03-01T07:30:00+01:00"
    assert cell("recorded", "OBX|1|NM|1||5||||||F") == "2026-03-02T10:00:00+01:00"


@pytest.mark.parametrize(
    ("kind", "sent", "flag", "expected", "typed"),
    [
        ("NM", "1.5", "H", "1.5", True),
        ("NM", "1,5", "", "1,5", False),
        ("ST", "1.5", "", "1.5", False),
        ("SN", "<^0.5", "", "<0.5", False),
        ("SN", "^1^-^5", "", "^1^-^5", False),
        ("NM", "100", ">", ">100", False),
        ("CWE", "POS^Positive^HL70078", "", "POS", False),
        ("DT", "20260301", "", "2026-03-01", False),
        ("NM", "27~25", "", "27~25", False),
    ],
)
def test_the_value_is_read_by_its_type(kind: str, sent: str, flag: str, expected: str, typed: bool) -> None:
    found = cell("value", f"OBX|1|{kind}|1^N^L||{sent}|||{flag}|||F")
    assert (found, isinstance(found, Typed)) == (expected, typed)


@pytest.mark.parametrize(
    ("limits", "unit", "expected"),
    [
        ("3.5-7.2", "10*9/L", ("3.5", "7.2")),
        ("3.5-7.2 10^9/l", "10*9/L", ("3.5", "7.2")),
        ("3.5-7.2 g/L", "10*9/L", (None, None)),
        ("see text", "10*9/L", (None, None)),
    ],
)
def test_a_range_counts_in_the_unit_of_the_value(limits: str, unit: str, expected: tuple[str | None, ...]) -> None:
    row = rows(PID, OBR, f"OBX|1|NM|1^N^L||5|{unit}|{limits}||||F")[-1]
    assert (row.cells.get("low"), row.cells.get("high")) == expected


def test_the_results_of_an_order_stand_by_their_codes() -> None:
    results = ("OBX|1|NM|a||1|g|||||F", "OBX|2|NM|b|1|2||||||F", "OBX|3|NM|b|2|3||||||F", "OBX|4|NM|c||4||||||P")
    row = rows(PID, OBR, *results)[0]
    names = ("a]", "a].unit", "b]", "b][1]", "b][2]", "c]")
    assert [row.cells.get(f"OBX[{name}") for name in names] == ["1", "g", "2~3", "2", "3", None]
    assert (row.cells["codes"], row.at("OBX[a].unit"), row.at("OBX[b][2]")) == ("|a|b|", "OBX[1]-6", "OBX[3]-5")


def test_what_was_taken_back_says_nothing_beside_what_stands() -> None:
    row = rows(PID, OBR, "OBX|1|NM|a||1||||||F", "OBX|2|NM|b||2||||||D")[0]
    assert (row.cells["codes"], row.cells["status"]) == ("|a|", "amended")
    alone = rows(PID, OBR, "OBX|1|NM|a||1||||||D")[0]
    assert (alone.cells["codes"], alone.cells["status"]) == ("|a|", "entered-in-error")


def test_observations_outside_an_order_are_named() -> None:
    found, loose = orders(message("OBX|1|ST|A", PID, "OBX|2|ST|A", OBR, "OBX|3|ST|A", "SPM|1", "OBX|4|ST|A"))
    assert [one.segment.sequence for one in loose] == [1, 2, 4]
    assert [one.sequence for one in found[0].results] == [3]
    assert "specimen" in loose[-1].reason
