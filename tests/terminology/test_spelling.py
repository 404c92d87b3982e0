"""Typing habits of units."""

from __future__ import annotations

import pytest

from app.terminology.spelling import tidy


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("x 10^9 / L", "10*9/L"),
        ("10E9/l", "10*9/L"),
        ("1e9/L", "10*9/L"),
        ("×10¹²/L", "10*12/L"),
        ("µmol/l", "umol/L"),
        ("μmol/l", "umol/L"),
        ("mcg/dl", "ug/dL"),
        ("10*3/mcl", "10*3/uL"),
        ("cells/mm³", "cells/mm3"),
        ("mmol/L", "mmol/L"),
        ("Mmol/L", "Mmol/L"),
        ("10*100/L", "10*100/L"),
        ("x10^100/L", "x10^100/L"),
        ("100/L", "100/L"),
        ("10/L", "10/L"),
        ("mol", "mol"),
        ("/nl", "/nL"),
        ("", ""),
    ],
)
def test_tidy(written: str, expected: str) -> None:
    assert tidy(written) == expected
