"""One parameter of a search as a criterion: plain, chained forward (a.b) or backward (_has).

https://hl7.org/fhir/R4/search.html#chaining
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.interop.fhir.search import dates
from app.interop.fhir.search.parameters import Parameter, parameters, types
from app.services.search.faults import Unknown, refused, too_costly
from app.services.search.values import MODIFIERS, PREFIXES, plain, split, values
from app.storage.counter import utc_text
from app.storage.search.criteria import Chain, Criterion, Has, Ids, Missing, Together, Values, Written

DEEPEST = 4
MOST_PAIRS = 20
# What a date compares and a time of writing does not need: a version is written in one millisecond.
_RANGES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb")
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asker:
    """What reading a search depends on besides its text: our own address, the time, the release of FHIR."""

    base: str
    now: datetime
    release: int = 4


def known(type_: str, release: int) -> list[str]:
    """Names of the search parameters of a type."""
    return sorted({"_has", *parameters(type_, release)})


def criteria(asker: Asker, type_: str, name: str, text: str, depth: int = 1) -> tuple[Criterion, ...]:
    """The criteria of one parameter. Unknown where there is none of its name, Fault where it cannot be used so."""
    if depth > DEEPEST:
        raise too_costly(name, "chained too deep", f"at most {DEEPEST} steps")
    if name.startswith("_has:"):
        return (_has(asker, type_, name, text, depth),)
    head, dot, rest = name.partition(".")
    code, _, modifier = head.partition(":")
    if code in ("_id", "_lastUpdated"):
        return (_own(name, code, modifier, text, dot),)
    parameter = parameters(type_, asker.release).get(code)
    if parameter is None:
        raise Unknown(name, known(type_, asker.release))
    if parameter.parts:
        return _composite(asker, parameter, name, text, bool(modifier or dot))
    if dot:
        return (_chain(asker, parameter, name, (modifier, rest), text, depth),)
    return (_plain(asker, parameter, name, modifier, text),)


def _plain(asker: Asker, parameter: Parameter, name: str, modifier: str, text: str) -> Criterion:
    allowed = MODIFIERS[parameter.kind] + parameter.targets
    if modifier and modifier not in allowed:
        raise refused(name, "this modifier is not offered here", ", ".join(allowed), "not-supported")
    if modifier != "missing":
        return values(parameter, name, modifier, text, asker.base, asker.now)
    if text not in ("true", "false"):
        raise refused(name, "must be true or false", "true, false")
    return Missing(parameter.numbers, text == "true")


def _own(name: str, code: str, modifier: str, text: str, dot: str) -> Criterion:
    if dot or modifier not in (("", "not") if code == "_id" else ("",)):
        raise refused(name, "this modifier is not offered here", "not (of _id)", "not-supported")
    parts = [plain(part) for part in split(text, ",") if part]
    if not parts:
        raise refused(name, "a search parameter needs a value")
    if code == "_lastUpdated":
        return Written(tuple(span for part in parts for span in _spans(name, part)))
    if not all(_ID.fullmatch(part) for part in parts):
        raise refused(name, "not an id", "letters, digits, '-' and '.', at most 64")
    return Ids(tuple(parts), modifier == "not")


def _spans(name: str, part: str) -> list[tuple[str | None, str | None]]:
    prefix, text = (part[:2], part[2:]) if part[:2] in PREFIXES else ("eq", part)
    asked = dates.interval(text.replace(" ", "+"))
    if asked is None or prefix not in _RANGES:
        raise refused(name, "cannot be read as a date", f"{', '.join(_RANGES)} and a date, dateTime or instant")
    low, high = (_instant(edge) for edge in asked.in_utc())
    ways: dict[str, list[tuple[str | None, str | None]]] = {
        "eq": [(low, high)],
        "ne": [(None, low), (high, None)],
        "gt": [(high, None)],
        "sa": [(high, None)],
        "ge": [(low, None)],
        "lt": [(None, low)],
        "eb": [(None, low)],
        "le": [(None, high)],
    }
    return ways[prefix]


def since(name: str, text: str) -> str:
    """The first moment of a date, as the store writes instants."""
    return span(name, text)[0]


def span(name: str, text: str) -> tuple[str, str]:
    """The first moment of a date and the one after its last, as the store writes instants."""
    asked = dates.interval(text.replace(" ", "+"))
    if asked is None:
        raise refused(name, "cannot be read as an instant", "such as 2026-06-30T12:00:00Z")
    first, end = asked.in_utc()
    return _instant(first), _instant(end)


def _instant(milliseconds: float) -> str:
    """Within the years that a text of four digits can say."""
    seconds = min(max(milliseconds, -62135596800000.0), 253402300799999.0)
    return utc_text(datetime.fromisoformat("1970-01-01T00:00:00+00:00") + timedelta(milliseconds=seconds))


def _composite(asker: Asker, parameter: Parameter, name: str, text: str, modified: bool) -> tuple[Criterion, ...]:
    """Pairs of a code and a value that stand together; the search may begin with their codes."""
    pairs = [split(pair, "$") for pair in split(text, ",") if pair]
    if modified or not pairs or any(len(pair) != 2 or not all(pair) for pair in pairs):
        raise refused(name, "cannot be read", "code$value, pairs between commas, without a modifier")
    if len(pairs) > MOST_PAIRS:
        raise too_costly(name, "too many pairs", f"at most {MOST_PAIRS}")
    one, other = parameter.parts
    ways = [
        (values(one, name, "", code, asker.base, asker.now), values(other, name, "", value, asker.base, asker.now))
        for code, value in pairs
    ]
    codes = Values(one.numbers, tuple(match for first, _ in ways for match in first.matches), rank=one.rank)
    return codes, Together(tuple(ways))


def _chain(asker: Asker, parameter: Parameter, name: str, step: tuple[str, str], text: str, depth: int) -> Criterion:
    modifier, rest = step
    if parameter.kind != "reference" or (modifier and modifier not in parameter.targets):
        raise refused(name, "only a reference can be followed", ", ".join(parameter.targets), "not-supported")
    found: dict[str, tuple[Criterion, ...]] = {}
    here = [target for target in parameter.targets if target in types() and modifier in ("", target)]
    for target in here:
        try:
            found[target] = criteria(asker, target, rest, text, depth + 1)
        except Unknown:
            if len(here) == 1:
                raise
    if len(found) != 1:
        raise refused(name, "say which type is meant", ", ".join(here))
    target, inner = next(iter(found.items()))
    return Chain(parameter.numbers, (target,), inner)


def _has(asker: Asker, type_: str, name: str, text: str, depth: int) -> Criterion:
    parts = name.split(":", 3)
    if len(parts) != 4 or parts[1] not in types():
        raise refused(name, "cannot be read", f"_has:Type:reference:parameter, Type one of {', '.join(types())}")
    links = parameters(parts[1], asker.release)
    referring = links.get(parts[2])
    if referring is None or type_ not in referring.targets:
        names = [item.code for item in links.values() if type_ in item.targets]
        raise refused(name, f"{parts[1]} does not refer to {type_} so", ", ".join(names) or None)
    return Has(parts[1], referring.numbers, criteria(asker, parts[1], parts[3], text, depth + 1))
