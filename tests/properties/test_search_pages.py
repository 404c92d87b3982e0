"""Pages of a search while others write: their union is the set of the snapshot, nothing twice, in the order asked for.

https://hl7.org/fhir/R4/http.html#paging
"""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.interop.fhir.search.dates import interval
from app.storage.search import pages
from tests.journeys.door import STUDY, Door, open_door, record, subject

DAYS = st.sampled_from(["2024", "2024-03", "2024-03-01", "2024-03-01T00:30:00+01:00", "2024-03-02", "2024-11-30", None])
VALUES = st.sampled_from(["1", "2", "2", "<0.1", "7", None])
# What a client may ask while the store changes under it: by id, along a stretch of the index, sorted both ways, …
QUESTIONS = (
    "Observation?",
    "Observation?category=laboratory",
    "Observation?date=2024-03",
    "Observation?date=ge2024-03-01",
    "Observation?date=lt2024-03-02T12:00:00Z",
    "Observation?date=ne2024-03-01",
    "Observation?code=751-8,777-3",
    "Observation?value-quantity=lt5",
    "Observation?_sort=date",
    "Observation?_sort=-date",
    "Observation?_sort=-value-quantity",
    "Observation?_sort=-date,code",
    "Observation?_sort=-_lastUpdated",
    "Observation?category=laboratory&_sort=-_lastUpdated",
    "Observation?subject.gender=female&_sort=-date",
    "Observation?patient._has:AdverseEvent:subject:seriousness=serious",
)
LABS = st.lists(st.tuples(st.integers(1, 12), DAYS, VALUES, st.booleans()), min_size=1, max_size=3)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with open_door(tmp_path_factory.mktemp("pages")) as found:
        found.put_study(STUDY, "A")
        event = record("adverse_event", "AE1", "A-001", term="Sepsis", grade=4, onset="2024-03-09", serious=True)
        found.send(subject("A-001", sex="female"), subject("A-002", sex="male"), event)
        found.send(*(lab(number, "2024-03-0" + str(1 + number % 3), "2", False, 0) for number in range(1, 9)))
        yield found


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little is put in order at once, so that a store of some rows is a large one."""
    monkeypatch.setattr(pages, "MOST_ORDERED", 3)


def lab(number: int, day: str | None, value: str | None, wrong: bool, version: int) -> dict[str, Any]:
    """One laboratory result; the same number again corrects it, `wrong` withdraws it."""
    fields = {"test": "anc" if number % 2 else "plt", "value": value, "unit": "10*9/L", "collected": day or "2024-04"}
    status = "entered-in-error" if wrong else "final"
    return record("lab", f"L{number}", f"A-00{1 + number % 2}", version=version, status=status, **fields)


def whole(door: Door, question: str) -> list[tuple[str, str]]:
    bundle = door.get(f"/fhir/{question}&_count=1000").json()
    return [named(entry) for entry in bundle.get("entry", [])]


def named(entry: dict[str, Any]) -> tuple[str, str]:
    return entry["resource"]["id"], entry["resource"]["meta"]["versionId"]


@settings(max_examples=40)
@given(
    question=st.sampled_from(QUESTIONS), size=st.integers(1, 4), post=st.booleans(), writes=st.lists(LABS, max_size=9)
)
def test_the_union_of_pages_is_the_set_of_the_snapshot(
    door: Door, question: str, size: int, post: bool, writes: list[Any]
) -> None:
    expected, found, pending = whole(door, question), [], list(writes)
    asked = f"{question}&_count={size}"
    if post:
        path, _, form = asked.partition("?")
        head = {"content-type": "application/x-www-form-urlencoded"}
        bundle = door.request("POST", f"/fhir/{path}/_search", content=form, headers=head).json()
    else:
        bundle = door.request("GET", f"/fhir/{asked}").json()
    while True:
        found += [named(entry) for entry in bundle.get("entry", [])]
        following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
        if not following:
            break
        assert len(bundle["entry"]) == size and len(found) < len(expected)
        for written in pending.pop() if pending else []:
            assert door.send(lab(*written, version=door.seq())).status_code in (200, 201)
        bundle = door.request("GET", following[0]).json()
    assert found == expected


@pytest.mark.parametrize("question", [asked for asked in QUESTIONS if "_sort=" in asked])
def test_an_index_is_walked_in_the_order_that_few_are_put_in(
    door: Door, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equals may stand in another order."""
    walked = door.get(f"/fhir/{question}&_count=1000").json()["entry"]
    monkeypatch.setattr(pages, "MOST_ORDERED", 1_000)
    ordered = door.get(f"/fhir/{question}&_count=1000").json()["entry"]
    assert sorted(map(named, walked)) == sorted(map(named, ordered))
    assert [key(question, entry) for entry in walked] == [key(question, entry) for entry in ordered]


def key(question: str, entry: dict[str, Any]) -> object:
    """What the resource says for the first key of the sort."""
    resource = entry["resource"]
    if "date" in question:
        found = interval(resource.get("effectiveDateTime", ""))
        return found and found.low
    return resource.get("valueQuantity", {}).get("value") if "value" in question else resource["meta"]["lastUpdated"]
