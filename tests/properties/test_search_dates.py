"""Date search against an oracle that counts in instants: what each prefix means, as FHIR's table of intervals says.

https://hl7.org/fhir/R4/search.html#prefix
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url

from app.interop.fhir.search.dates import Interval, interval, period
from app.services.search.values import PREFIXES, date_bounds
from app.storage.search.criteria import Bound
from tests.api.fhir.kept import keep
from tests.conftest import administer
from tests.journeys.door import Door, open_door

DATES = st.one_of(
    st.dates().map(str),
    st.dates().map(lambda day: str(day)[:7]),
    st.dates().map(lambda day: str(day)[:4]),
    st.datetimes().map(lambda time: time.isoformat(timespec="seconds") + "Z"),
    st.sampled_from(["2024", "2024-02", "2024-02-29", "2024-03-01", "2024-02-29T23:59:59Z", "2023-12-31T24", "2023"]),
).filter(lambda text: interval(text) is not None)
SIGNS = {"<": float.__lt__, "<=": float.__le__, ">": float.__gt__, ">=": float.__ge__}


def holds(bound: Bound, low: float, high: float) -> bool:
    return bool(SIGNS[bound.sign](float(low if bound.side == "low" else high), float(bound.value)))


def oracle(prefix: str, stored: tuple[float, float], asked: tuple[float, float]) -> bool:
    """By the instants themselves: those of the stored value before, in and after the value asked for."""
    (low, high), (first, end) = stored, asked
    some_before, some_after = min(high, first) - low > 0, high - max(low, end) > 0
    inside = not some_before and not some_after
    overlap = min(high, end) - max(low, first) > 0
    return {
        "eq": inside,
        "ne": not inside,
        "lt": some_before,
        "gt": some_after,
        "le": some_before or inside,
        "ge": some_after or inside,
        "sa": some_after and not overlap and not some_before,
        "eb": some_before and not overlap and not some_after,
        "ap": overlap,
    }[prefix]


@given(prefix=st.sampled_from(PREFIXES), stored=DATES, asked=DATES)
def test_every_prefix_means_what_its_instants_say(prefix: str, stored: str, asked: str) -> None:
    mine, theirs = interval(stored), interval(asked)
    assert mine is not None and theirs is not None
    ways = date_bounds(prefix, *theirs.in_utc())
    found = any(all(holds(bound, *mine.in_utc()) for bound in way) for way in ways)
    assert found == oracle(prefix, mine.in_utc(), theirs.in_utc())


# As they may stand in a store: in part, with and without a zone, periods that are open, samples of a day.
STORED: list[dict[str, Any]] = [
    {"effectiveDateTime": text}
    for text in (
        *("2023", "2024", "2024-02", "2024-03", "2024-02-29", "2024-03-01", "2024-03-02", "9999-12-31", "0001"),
        *("2024-03-01T00:30:00+01:00", "2024-02-29T23:30:00Z", "2024-03-01T23:30:00-10:00", "2024-03-01T12:00:00.123Z"),
    )
] + [
    {"effectivePeriod": period}
    for period in (
        {"start": "2024-02-29", "end": "2024-03-01"},
        {"start": "2024-03"},
        {"end": "2024-02"},
        {"start": "2024-02-29T22:00:00+14:00", "end": "2024-03-01T10:00:00-10:00"},
    )
]
ASKED = st.one_of(
    st.sampled_from(["2024", "2024-02", "2024-02-29", "2024-03-01", "2024-03-02", "2023", "2024-03-01T00:00:00Z"]),
    st.sampled_from(["2024-02-29T23:30Z", "2024-03-01T00:30:00+01:00", "2024-03-01T12:00:00.123Z", "9999", "0001-01"]),
    st.dates(date(2024, 2, 20), date(2024, 3, 10)).map(str),
    st.datetimes(datetime(2024, 2, 28), datetime(2024, 3, 3)).map(lambda at: at.isoformat(timespec="seconds") + "Z"),
)
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def dated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    url = None
    if request.param == "postgresql":
        administrative, name = request.getfixturevalue("postgres_url"), f"dates_{uuid4().hex}"
        administer(administrative, f"CREATE DATABASE {name}")
        url = make_url(administrative).set(database=name).render_as_string(hide_password=False)
    with open_door(tmp_path_factory.mktemp("dates"), url) as door:
        keep(
            door,
            *(
                {"resourceType": "Observation", "id": str(number), "code": {"text": "x"}, **when}
                for number, when in enumerate(STORED)
            ),
        )
        yield door
    if url is not None:
        administer(administrative, f"DROP DATABASE {name} WITH (FORCE)")


def meant(when: dict[str, Any], prefix: str, asked: Interval) -> bool:
    """A day that is asked for is one on the wall clock of the place, an instant is one everywhere."""
    [value] = when.values()
    stored = interval(value) if isinstance(value, str) else period(value)
    assert stored is not None
    mine, theirs = ((stored.low, stored.high), (asked.low, asked.high))
    if asked.timed:
        mine, theirs = stored.in_utc(), asked.in_utc()
    if prefix == "ap":
        margin = abs(NOW.timestamp() * 1000 - theirs[0]) / 10
        theirs = theirs[0] - margin, theirs[1] + margin
    return oracle(prefix, mine, theirs)


@settings(max_examples=150)
@given(prefix=st.sampled_from(PREFIXES), text=ASKED, other=st.none() | st.tuples(st.sampled_from(PREFIXES), ASKED))
def test_a_search_finds_what_the_oracle_says(
    dated: Door, prefix: str, text: str, other: tuple[str, str] | None
) -> None:
    """By one date or by two, which is how a client asks for a range."""
    asked = [(prefix, text), *([other] if other else [])]
    found = dated.get("/fhir/Observation", date=[sign + day for sign, day in asked], _count=1000).json()
    expected = {
        str(number)
        for number, when in enumerate(STORED)
        if all(meant(when, sign, one) for sign, day in asked if (one := interval(day)) is not None)
    }
    ids = [entry["resource"]["id"] for entry in found.get("entry", [])]
    assert (set(ids), len(ids)) == (expected, len(expected))
