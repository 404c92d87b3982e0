"""What a resource says for each of its search parameters, taken from its JSON as written.

https://hl7.org/fhir/R4/search.html#table
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from app.interop.fhir.draft import Draft
from app.interop.fhir.search.dates import Interval, interval, period, timing
from app.interop.fhir.search.parameters import Parameter, Step, sources
from app.interop.fhir.search.wording import LONGEST, normal

BEYOND = 1e300
# Added to a parameter's number: the identifiers inside it, for the modifiers :of-type and :identifier.
IDENTIFIERS = 10_000
# What repeats with a code and a value of its own: the two belong together.
_PART = "component"
_SAMPLE = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)
# The words of a HumanName and of an Address.
_WORDS = ("text", "family", "given", "prefix", "suffix", "line", "city", "district", "state", "postalCode", "country")


class Value(NamedTuple):
    """One value in the index.

    text: code, id of the resource referred to, normalised string, unit; system: of the code or unit, type referred to;
    low and high: of a date in milliseconds, of a number as written; shift: minutes ahead of UTC; display: in words;
    part: which component says so, counted from 1; 0: the resource itself.
    """

    number: int
    text: str | None = None
    system: str | None = None
    low: float | None = None
    high: float | None = None
    shift: int | None = None
    display: str | None = None
    part: int = 0


Json = dict[str, Any]


def values(draft: Draft) -> list[Value]:
    """Every value of a resource that is about to be written."""
    body = draft.body if draft.profile is None else {**draft.body, "meta": {"profile": [draft.profile]}}
    return extract(draft.type, body)


def extract(type_: str, body: Json) -> list[Value]:
    """Every value of a resource, each once, in the order of the table. body: its JSON, numbers as int or Decimal."""
    found: dict[Value, None] = {}
    for parameter, read in _plan(type_):
        for path in parameter.paths:
            if path[0].name in body:
                found.update(dict.fromkeys(_at(parameter, read, body, path)))
    return list(found)


def _at(parameter: Parameter, read: Reader, body: Json, path: tuple[Step, ...]) -> Iterator[Value]:
    """What a path leads to, each component by itself."""
    first = body[path[0].name]
    if path[0].name != _PART or not isinstance(first, list):
        yield from (value for node in _nodes(body, path) for value in read(parameter, node))
        return
    for place, item in enumerate(first, 1):
        for node in _nodes(item, path[1:]):
            yield from (value._replace(part=place) for value in read(parameter, node))


@cache
def _plan(type_: str) -> tuple[tuple[Parameter, Reader], ...]:
    return tuple((item, _reader(item)) for item in sources(type_))


def _nodes(node: Any, path: tuple[Step, ...]) -> Iterator[Any]:
    """What stands at a path, whatever is repeated on the way."""
    if isinstance(node, list):
        for item in node:
            yield from _nodes(item, path)
    elif not path:
        yield node
    elif isinstance(node, dict) and path[0].name in node:
        step = path[0]
        below = node[step.name]
        yield from _nodes(below if step.only is None else _chosen(below, *step.only), path[1:])


def _chosen(items: Any, name: str, text: str) -> list[Any]:
    """Those of several elements that say so."""
    return [item for item in items if _text(item, name) == text] if isinstance(items, list) else []


def _tokens(parameter: Parameter, node: Any) -> Iterator[Value]:
    number = parameter.numbers[0]
    if isinstance(node, bool):
        yield Value(number, "true" if node else "false")
    elif isinstance(node, str):
        yield Value(number, node[:LONGEST], parameter.system)
    elif isinstance(node, dict):
        yield from _coded(number, node)


def _coded(number: int, node: Json) -> Iterator[Value]:
    """A CodeableConcept, Coding or Identifier; of a concept in words alone only the words."""
    codings = node["coding"] if isinstance(node.get("coding"), list) else []
    for coding in codings:
        words = " ".join(filter(None, (_text(coding, "display"), _text(node, "text"))))
        yield Value(number, _text(coding, "code"), _text(coding, "system"), display=normal(words) or None)
    if codings or not (words := _text(node, "text") or ""):
        code = _text(node, "code") or _text(node, "value")
        if code is not None:
            yield Value(number, code, _text(node, "system"), display=normal(_text(node, "display") or "") or None)
            yield from _of_type(number, node)
    else:
        yield Value(number, display=normal(words))


def _of_type(number: int, node: Json) -> Iterator[Value]:
    """An Identifier under each code of its type."""
    type_, value = node.get("type"), _text(node, "value")
    codings = type_.get("coding") if isinstance(type_, dict) else None
    for coding in codings if isinstance(codings, list) and value is not None else ():
        yield Value(number + IDENTIFIERS, f"{_text(coding, 'code')}|{value}"[:LONGEST], _text(coding, "system"))


def _text(node: Any, name: str) -> str | None:
    found = node.get(name) if isinstance(node, dict) else None
    return found[:LONGEST] if isinstance(found, str) else None


def _deceased(parameter: Parameter, node: Any) -> Iterator[Value]:
    """Of a choice of boolean and date: a date of death says yes."""
    yield Value(parameter.numbers[0], "false" if node is False else "true")


def _references(parameter: Parameter, node: Any) -> Iterator[Value]:
    number = parameter.numbers[0]
    literal = _text(node, "reference")
    if literal is not None:
        type_, identity = split_reference(literal)
        yield Value(number, identity, type_)
    identifier = node.get("identifier") if isinstance(node, dict) else None
    if identifier is not None:
        yield Value(number + IDENTIFIERS, _text(identifier, "value"), _text(identifier, "system"))


def _canonicals(parameter: Parameter, node: Any) -> Iterator[Value]:
    """An address with its version, found without it too."""
    if isinstance(node, str):
        yield from (Value(parameter.numbers[0], text[:LONGEST]) for text in (node, node.partition("|")[0]))


def split_reference(literal: str) -> tuple[str | None, str]:
    """(type, id) of a relative reference, whatever its version; (None, the whole) of another one."""
    parts = literal.split("/_history/")[0].split("/")
    return (parts[0], parts[1]) if len(parts) == 2 and all(parts) else (None, literal)


def _dates(parameter: Parameter, node: Any) -> Iterator[Value]:
    found: Interval | None = None
    if isinstance(node, str):
        found = interval(node)
    elif isinstance(node, dict):
        found = timing(node) if "event" in node or "repeat" in node else period(node)
    if found is not None:
        yield Value(parameter.numbers[0], low=found.low, high=found.high, shift=found.shift)


def _quantities(parameter: Parameter, node: Any) -> Iterator[Value]:
    """A Quantity or Age, a Range, or all that SampledData holds."""
    if not isinstance(node, dict):
        return
    number = parameter.numbers[0]
    if "low" in node or "high" in node:
        sides = [node.get("low"), node.get("high")]
        low, high = (_number(side, "value") for side in sides)
        if low is not None or high is not None:
            yield _measured(number, sides[0] if low is not None else sides[1], low, high)
    elif "origin" in node:
        yield from _sampled(number, node)
    elif (value := _number(node, "value")) is not None:
        yield _measured(number, node, *_bounds(value, _text(node, "comparator")))


def _measured(number: int, unit: Any, low: float | None, high: float | None) -> Value:
    """unit: the Quantity whose unit counts; a side that is None is open."""
    low, high = -BEYOND if low is None else low, BEYOND if high is None else high
    return Value(number, _text(unit, "code") or _text(unit, "unit"), _text(unit, "system"), low, high)


def _sampled(number: int, node: Json) -> Iterator[Value]:
    """From the least to the greatest sample; E, U and L stand for none."""
    start, factor = _number(node.get("origin"), "value"), _number(node, "factor")
    data = node.get("data")
    samples = [float(sample) for sample in data.split() if _SAMPLE.fullmatch(sample)] if isinstance(data, str) else []
    if start is not None and samples:
        scale = 1.0 if factor is None else factor
        seen = [start + scale * sample for sample in samples]
        yield _measured(number, node["origin"], min(seen), max(seen))


def _number(node: Any, name: str) -> float | None:
    found = node.get(name) if isinstance(node, dict) else None
    is_number = isinstance(found, (int, float, Decimal)) and not isinstance(found, bool)
    # Through its text: a whole number of any length is a number still.
    return max(-BEYOND, min(BEYOND, float(str(found)))) if is_number else None


def _bounds(value: float, comparator: str | None) -> tuple[float, float]:
    """All that the quantity may be: below a limit of detection it is not the limit."""
    low = -BEYOND if comparator in ("<", "<=") else value
    return low, BEYOND if comparator in (">", ">=") else value


def _strings(parameter: Parameter, node: Any) -> Iterator[Value]:
    """A text, or each text of a name or an address."""
    if isinstance(node, str):
        yield Value(parameter.numbers[0], normal(node), display=node[:LONGEST])
    elif isinstance(node, dict):
        for word in (word for name in _WORDS for word in _nodes(node, (Step(name),))):
            if isinstance(word, str):
                yield from _strings(parameter, word)


def _uris(parameter: Parameter, node: Any) -> Iterator[Value]:
    if isinstance(node, str):
        yield Value(parameter.numbers[0], node[:LONGEST])


Reader = Callable[[Parameter, Any], Iterator[Value]]
_READERS: dict[str, Reader] = {
    "token": _tokens,
    "reference": _references,
    "date": _dates,
    "quantity": _quantities,
    "string": _strings,
    "uri": _uris,
}
# Where the kind does not tell how the element is written.
_SPECIAL: dict[str, Reader] = {"deceased": _deceased, "instantiates-canonical": _canonicals}


def _reader(parameter: Parameter) -> Reader:
    return _SPECIAL.get(parameter.code, _READERS[parameter.kind])
