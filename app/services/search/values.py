"""Values of search parameters as criteria: what each kind, prefix and modifier means.

https://hl7.org/fhir/R4/search.html#ptypes
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation

from app.interop.fhir.definitions.published import published
from app.interop.fhir.search import dates
from app.interop.fhir.search.extract import IDENTIFIERS, split_reference
from app.interop.fhir.search.parameters import Parameter
from app.interop.fhir.search.units import equivalents
from app.interop.fhir.search.wording import LONGEST, normal
from app.services.search.faults import refused, too_costly
from app.storage.search.criteria import Bound, Match, Values

PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
MODIFIERS = {
    "token": ("missing", "not", "text", "of-type", "in", "not-in"),
    "reference": ("missing", "identifier"),
    "date": ("missing",),
    "quantity": ("missing",),
    "string": ("missing", "exact", "contains"),
    "uri": ("missing", "above", "below"),
}
MOST_VALUES = 200
# SQLite takes an expression of at most 1000 levels, and a row of alternatives is one level each.
MOST_MATCHES = 400
_UNESCAPE = re.compile(r"\\([\\,|$])")


def split(text: str, sign: str) -> list[str]:
    """The parts of a value between signs that no backslash stands before; backslashes stay."""
    return re.findall(rf"(?:^|(?<={re.escape(sign)}))((?:\\.|[^\\{re.escape(sign)}]|\\$)*)", text) if text else [""]


def plain(text: str) -> str:
    """A value without the backslashes that kept its signs from being read as separators."""
    return _UNESCAPE.sub(r"\1", text)


def values(parameter: Parameter, name: str, modifier: str, text: str, base: str, now: datetime) -> Values:
    """The criterion of one parameter with its alternatives. base: our own address; name: as it was written."""
    parts = [part for part in split(text, ",") if part]
    if not parts or len(parts) > MOST_VALUES:
        raise refused(name, "a search parameter needs a value", f"1 to {MOST_VALUES} values between commas")
    numbers = parameter.numbers
    if modifier in ("of-type", "identifier"):
        numbers = tuple(number + IDENTIFIERS for number in numbers)
    found = [match for part in parts for match in _matches(parameter, name, modifier, part, base, now)]
    if len(found) > MOST_MATCHES:
        raise too_costly(name, "too many values and units", f"at most {MOST_MATCHES} together")
    return Values(numbers, tuple(found), modifier in ("not", "not-in"), parameter.rank)


def _matches(parameter: Parameter, name: str, modifier: str, part: str, base: str, now: datetime) -> list[Match]:
    if modifier == "text":
        return [Match(words=("display", "contains", normal(plain(part))))]
    if modifier == "of-type":
        return [_of_type(name, part)]
    if modifier in ("in", "not-in"):
        return _in_value_set(name, plain(part).removeprefix(f"{base}/"))
    if modifier == "identifier" or parameter.kind == "token":
        return [_token(parameter, part)]
    match parameter.kind:
        case "reference":
            return [_reference(parameter, name, modifier, plain(part), base)]
        case "date":
            return _date(name, part, now)
        case "quantity":
            return _quantity(name, part)
        case "string":
            return [_string(modifier, plain(part))]
        case _:
            return _uri(modifier, plain(part))


def _token(parameter: Parameter, part: str) -> Match:
    """code, system|code, |code (no system) or system|."""
    pieces = [plain(piece) for piece in split(part, "|")]
    if len(pieces) == 1:
        return Match(text=pieces[0])
    system, code = pieces[0], pieces[1]
    # Of the state of a subject R5 has the codes of R4 in a system of another name.
    known = parameter.held if parameter.held and system == parameter.system else system
    return Match(text=code or None, system=known)


def _in_value_set(name: str, asked: str) -> list[Match]:
    """The codes of one of our value sets, by its canonical address or as ValueSet/id."""
    held = published()["ValueSet"]
    found = next((one for key, one in held.items() if asked in (one["url"], f"ValueSet/{key}")), None)
    if found is None:
        raise refused(name, "no such value set here", "one that GET ValueSet lists")
    included = found["compose"]["include"]
    return [Match(text=one["code"], system=part["system"]) for part in included for one in part["concept"]]


def _uri(modifier: str, text: str) -> list[Match]:
    """Itself; below: all that begin with it; above: all that it begins with, by the steps of its path."""
    if modifier == "below":
        return [Match(words=("text", "begins", text))]
    if modifier == "above":
        steps = text.split("/")
        return [Match(text="/".join(steps[:length])) for length in range(1, len(steps) + 1) if steps[length - 1]]
    return [Match(text=text)]


def _of_type(name: str, part: str) -> Match:
    pieces = [plain(piece) for piece in split(part, "|")]
    if len(pieces) != 3 or not (pieces[1] and pieces[2]):
        raise refused(name, "cannot be read", "type-system|type-code|value")
    return Match(text=f"{pieces[1]}|{pieces[2]}", system=pieces[0] or None)


def _reference(parameter: Parameter, name: str, modifier: str, text: str, base: str) -> Match:
    """id, Type/id, or our own absolute address; another absolute one is compared as a whole."""
    literal = text.removeprefix(f"{base}/")
    type_, identity = split_reference(literal)
    if type_ is None and "/" in literal:
        return Match(text=literal, system="")
    if type_ is None and not modifier and len(parameter.targets) == 1:
        type_ = parameter.targets[0]
    if modifier and type_ not in (None, modifier):
        raise refused(name, "the type of the reference is not that of the modifier", modifier)
    return Match(text=identity, system=type_ or modifier or None)


def _string(modifier: str, text: str) -> Match:
    if modifier == "exact":
        return Match(text=normal(text), words=("display", "equals", text[:LONGEST]))
    return Match(words=("text", "contains" if modifier == "contains" else "begins", normal(text)))


def _prefix(part: str) -> tuple[str, str]:
    return (part[:2], part[2:]) if part[:2] in PREFIXES else ("eq", part)


def _date(name: str, part: str, now: datetime) -> list[Match]:
    prefix, text = _prefix(part)
    # A '+' that was not escaped arrives as a blank.
    asked = dates.interval(text.replace(" ", "+"))
    if asked is None:
        raise refused(name, "cannot be read as a date", f"{', '.join(PREFIXES)} and a date, dateTime or instant")
    low, high = asked.in_utc() if asked.timed else (asked.low, asked.high)
    if prefix == "ap":
        margin = abs(dates.milliseconds(now) - low) / 10
        low, high = low - margin, high + margin
    return [Match(bounds=bounds, utc=asked.timed) for bounds in date_bounds(prefix, low, high)]


def date_bounds(prefix: str, low: float, high: float) -> list[tuple[Bound, ...]]:
    """How a stored interval must lie to the one asked for, [low, high): one way or another."""
    inside = (Bound("low", ">=", low), Bound("high", "<=", high))
    before, after = (Bound("low", "<", low),), (Bound("high", ">", high),)
    ways: dict[str, list[tuple[Bound, ...]]] = {
        "eq": [inside],
        "ne": [before, after],
        "lt": [before],
        "gt": [after],
        "le": [before, inside],
        "ge": [after, inside],
        "sa": [(Bound("low", ">=", high),)],
        "eb": [(Bound("high", "<=", low),)],
        "ap": [(Bound("low", "<", high), Bound("high", ">", low))],
    }
    return ways[prefix]


def _quantity(name: str, part: str) -> list[Match]:
    """[prefix]number, number|system|code or number||code; with a code in every unit that measures the same."""
    pieces = [plain(piece) for piece in split(part, "|")]
    prefix, text = _prefix(pieces[0])
    number = _number(text)
    if number is None or len(pieces) not in (1, 3):
        raise refused(name, "cannot be read as a quantity", f"{', '.join(PREFIXES)} and number, or number|system|code")
    system, unit = (pieces[1], pieces[2]) if len(pieces) == 3 else ("", "")
    if not unit:
        return [Match(system=system or None, bounds=bounds) for bounds in _number_bounds(prefix, number, Decimal(1))]
    return [
        Match(text=other, system=system or None, bounds=bounds)
        for other, factor in equivalents(unit).items()
        for bounds in _number_bounds(prefix, number, factor)
    ]


def _number(text: str) -> Decimal | None:
    if not re.fullmatch(r"[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,2})?", text, re.ASCII):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _number_bounds(prefix: str, number: Decimal, factor: Decimal) -> list[tuple[Bound, ...]]:
    """What the digits that were written stand for, half a unit of the last one to either side; ap: a tenth."""
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)  # the pattern admits neither NaN nor infinity
    half = abs(number) / 10 if prefix == "ap" else Decimal((0, (5,), exponent - 1))
    value = float(number * factor)
    low, high = float((number - half) * factor), float((number + half) * factor)
    below, above = (Bound("low", "<", value),), (Bound("high", ">", value),)
    ways: dict[str, list[tuple[Bound, ...]]] = {
        "eq": [(Bound("low", ">=", low), Bound("high", "<", high))],
        "ne": [(Bound("low", "<", low),), (Bound("high", ">=", high),)],
        "lt": [below],
        "gt": [above],
        "le": [(Bound("low", "<=", value),)],
        "ge": [(Bound("high", ">=", value),)],
        "sa": [(Bound("low", ">", value),)],
        "eb": [(Bound("high", "<", value),)],
        "ap": [(Bound("low", "<=", high), Bound("high", ">=", low))],
    }
    return ways[prefix]
