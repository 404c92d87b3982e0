"""Date search against an oracle that counts in instants: what each prefix means, as FHIR's table of intervals says.

https://hl7.org/fhir/R4/search.html#prefix
"""

from hypothesis import given
from hypothesis import strategies as st

from app.interop.fhir.search.dates import interval
from app.services.search.values import PREFIXES, date_bounds
from app.storage.search.criteria import Bound

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
