from __future__ import annotations

from decimal import Decimal

import pytest

from app.interop.mapping.numbers import NumberReader
from app.interop.mapping.row import Typed
from app.interop.mapping.unreadable import Unreadable


@pytest.mark.parametrize(
    ("decimal", "thousands", "text", "meant"),
    [
        (".", None, "7.2", "7.2"),
        (".", None, "7.20", "7.20"),
        (".", None, "-3", "-3"),
        (".", None, "1.5E+06", "1.5E+6"),
        (",", None, "7,2", "7.2"),
        (",", ".", "1.234,5", "1234.5"),
        (",", ".", "1234,5", "1234.5"),
        (".", ",", "1,234,567", "1234567"),
        (",", " ", "1\u00a0234,5", "1234.5"),
        (",", " ", "1 234,5", "1234.5"),
        (".", "'", "1'234.5", "1234.5"),
    ],
)
def test_a_number_is_read_by_its_marks(decimal: str, thousands: str | None, text: str, meant: str) -> None:
    assert str(NumberReader(decimal, thousands).number(text)) == meant


@pytest.mark.parametrize(
    ("decimal", "thousands", "text"),
    [
        (".", None, "7,2"),
        (",", None, "7.2"),
        (".", ",", "1,23"),
        (",", ".", "1.23"),
        (".", None, "1.2.3"),
        (".", None, "NaN"),
        (".", None, "Infinity"),
        (".", None, "١٢"),
        (".", None, "1_000"),
        (".", None, ""),
        (".", None, "<0.1"),
    ],
)
def test_a_number_with_other_marks_is_not_guessed(decimal: str, thousands: str | None, text: str) -> None:
    with pytest.raises(Unreadable):
        NumberReader(decimal, thousands).number(text)


def test_a_number_that_its_source_holds_as_one_needs_no_marks() -> None:
    assert NumberReader(",", ".").number(Typed("7.25")) == Decimal("7.25")


def test_a_whole_number_has_no_fraction() -> None:
    whole = NumberReader(".", None).whole
    assert (whole("3"), whole("3.0")) == (3, 3)
    with pytest.raises(Unreadable):
        whole("2.5")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("0,5", Decimal("0.5")),
        ("<0,1", "<0.1"),
        ("< 0,1", "<0.1"),
        ("≤ 3", "≤3"),
        (">=100", ">=100"),
        ("positive", "positive"),
    ],
)
def test_a_measured_value_keeps_its_sign(text: str, meant: Decimal | str) -> None:
    assert NumberReader(",", None).measured(text) == meant


@pytest.mark.parametrize("text", ["9.7", "1.234", "<9.7", "< 1.234", "1,2,3", "1 234"])
def test_a_measured_value_with_other_marks_is_no_text(text: str) -> None:
    with pytest.raises(Unreadable):
        NumberReader(",", None).measured(text)
