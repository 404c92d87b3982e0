"""R5 from the stored bytes of R4.

https://hl7.org/fhir/R5/json.html
"""

from __future__ import annotations

import msgspec
import pytest

from app.interop.fhir.r5.convert import draft_as_r5
from app.interop.fhir.r5.encode import bytes_as_r5, is_same

from ..full import every_draft
from ..samples import encoded


def test_bytes_are_enough() -> None:
    """What is made of the record and what is made of the bytes of R4 are one and the same, to the digit."""
    for draft in every_draft():
        assert bytes_as_r5(draft.type, encoded(draft)) == encoded(draft_as_r5(draft))


@pytest.mark.parametrize(
    ("name", "same"), [("Observation", True), ("Patient", True), ("Procedure", False), ("Condition", False)]
)
def test_what_r5_left_as_it_was(name: str, same: bool) -> None:
    """By the tables "R4 Diff" of the resource pages of R5."""
    assert is_same(name) is same


def test_what_is_the_same_is_sent_as_it_is_stored() -> None:
    body = b'{"resourceType":"Observation", "id":"o",  "valueQuantity":{"value":1.50}}'
    assert bytes_as_r5("Observation", body) is body


def test_what_lies_inside_an_observation_is_not_overlooked() -> None:
    inner = b'{"resourceType":"Procedure","id":"i","performedDateTime":"2024"}'
    body = b'{"resourceType":"Observation","id":"o","contained":[' + inner + b"]}"
    assert b'"occurrenceDateTime":"2024"' in bytes_as_r5("Observation", body)


def test_a_profile_of_r4_is_not_claimed() -> None:
    body = b'{"resourceType":"Observation","id":"o","meta":{"profile":["http://example.org/r4"]},"status":"final"}'
    assert bytes_as_r5("Observation", body) == b'{"resourceType":"Observation","id":"o","status":"final"}'


def test_numbers_keep_their_digits() -> None:
    body = b'{"resourceType":"Procedure","id":"p","extension":[{"url":"http://e.org","valueDecimal":19.00}]}'
    assert b'"valueDecimal":19.00' in bytes_as_r5("Procedure", body)


def test_no_json_is_an_error() -> None:
    with pytest.raises(msgspec.DecodeError):
        bytes_as_r5("Procedure", b"{")
