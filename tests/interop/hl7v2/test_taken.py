"""Check digits of LOINC: LOINC Users' Guide, appendix C; codes that the trial knows end with theirs."""

import pytest

from app.interop.hl7v2.taken import is_loinc
from app.terminology.laboratory import known_tests


@pytest.mark.parametrize("code", sorted({code for test in known_tests() for code in test.loinc}))
def test_every_code_of_the_table_has_its_check_digit(code: str) -> None:
    assert is_loinc(code)


@pytest.mark.parametrize("code", ["718-8", "718-", "-7", "718", "a-1", "²-1", "12345678-1", "718-77", ""])
def test_what_is_no_code_of_loinc(code: str) -> None:
    assert not is_loinc(code)
