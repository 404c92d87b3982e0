"""Links, merges, un-merges and records in any order, repeated or not, end as a plain reading of them says."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.journeys.door import Raw
from tests.services.intake.numbers import RETRACTED, link, merge, numbered_door, result, send, waiting, where

NUMBERS, SUBJECTS = ("1", "2", "3", "4"), ("A-001", "A-002")
numbers = st.sampled_from(NUMBERS)
versions = st.integers(1, 3)


@st.composite
def facts(draw: st.DrawFn) -> list[Raw]:
    """Versions of a few links and merges; each version of each is one content."""
    found = {}
    for _ in range(draw(st.integers(1, 8))):
        status = draw(st.sampled_from([{}, {}, RETRACTED]))
        if draw(st.booleans()):
            raw = link(draw(numbers), draw(st.sampled_from(SUBJECTS)), draw(st.sampled_from(["K1", "K2"])), **status)
        else:
            raw = merge(draw(numbers), draw(numbers), draw(st.sampled_from(["M1", "M2"])), **status)
        raw["version"] = draw(versions)
        found[raw["id"], raw["version"]] = raw
    return list(found.values())


def told(said: list[Raw]) -> dict[str, str | None]:
    """Whose each number is, read plainly."""
    newest = {}
    for raw in sorted(said, key=lambda raw: raw["version"]):
        newest[raw["id"]] = raw
    counts = [raw for raw in newest.values() if raw.get("status") != "entered-in-error"]
    links = {(raw["number"], raw["subject"]) for raw in counts if raw["type"] == "patient_link"}
    same = {number: {number} for number in NUMBERS}
    for raw in counts:
        if raw["type"] == "patient_merge":
            joined = same[raw["number"]] | same[raw["into"]]
            same |= {number: joined for number in joined}
    found = {}
    for number in NUMBERS:
        own = {subject for linked, subject in links if linked == number}
        any_ = own or {subject for linked, subject in links if linked in same[number]}
        found[number] = any_.pop() if len(any_) == 1 else None
    return found


@settings(deadline=None, max_examples=20)
@given(said=facts(), data=st.data())
def test_any_order_ends_alike(said: list[Raw], data: st.DataObject) -> None:
    records = [result(number, f"R{number}-{copy}", version=1) for number in NUMBERS for copy in range(2)]
    sent = data.draw(st.permutations([*said, *records]))
    again = data.draw(st.lists(st.sampled_from(sent), max_size=4))
    sizes = data.draw(st.lists(st.integers(1, 5), min_size=len(sent) + 4, max_size=len(sent) + 4))
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        check(Path(folder), patch, said, records, [*sent, *again], sizes)


def check(
    folder: Path, patch: pytest.MonkeyPatch, said: list[Raw], records: list[Raw], rest: list[Raw], sizes: list[int]
) -> None:
    whose = told(said)
    expected = {raw["id"]: whose[raw["patient"]["number"]] for raw in records}
    with numbered_door(folder, None, patch) as door:
        while rest:
            size = sizes.pop()
            send(door, *rest[:size])
            rest = rest[size:]
        assert where(door) == {name: subject for name, subject in expected.items() if subject}
        assert waiting(door) == {name for name, subject in expected.items() if not subject}
        assert door.rebuilt().different == 0
