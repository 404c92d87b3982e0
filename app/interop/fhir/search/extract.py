"""What a resource says for each of its search parameters, taken from its JSON as written.

https://hl7.org/fhir/R4/search.html#table
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from app.interop.fhir.draft import Draft
from app.interop.fhir.search.dates import Interval, interval, period
from app.interop.fhir.search.parameters import Parameter, parameters
from app.interop.fhir.search.wording import LONGEST, normal

BEYOND = 1e300
# Added to a parameter's number: the identifiers inside it, for the modifiers :of-type and :identifier.
IDENTIFIERS = 10_000


class Value(NamedTuple):
    """One value in the index.

    text: code, id of the resource referred to, normalised string, unit; system: of the code or unit, type referred to;
    low and high: of a date in milliseconds, of a number as written; shift: minutes ahead of UTC; display: in words.
    """

    number: int
    text: str | None = None
    system: str | None = None
    low: float | None = None
    high: float | None = None
    shift: int | None = None
    display: str | None = None


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
            if path[0] in body:
                for node in _nodes(body, path):
                    found.update(dict.fromkeys(read(parameter, node)))
    return list(found)


@cache
def _plan(type_: str) -> tuple[tuple[Parameter, Reader], ...]:
    return tuple((item, _reader(item)) for item in parameters(type_).values() if item.paths)


def _nodes(node: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """What stands at a path, whatever is repeated on the way."""
    if isinstance(node, list):
        for item in node:
            yield from _nodes(item, path)
    elif not path:
        yield node
    elif isinstance(node, dict) and path[0] in node:
        yield from _nodes(node[path[0]], path[1:])


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
    literal = _text(node, "reference")
    if literal is not None:
        type_, identity = split_reference(literal)
        yield Value(parameter.numbers[0], identity, type_)
    identifier = node.get("identifier") if isinstance(node, dict) else None
    if identifier is not None:
        yield Value(parameter.numbers[0] + IDENTIFIERS, _text(identifier, "value"), _text(identifier, "system"))


def split_reference(literal: str) -> tuple[str | None, str]:
    """(type, id) of a relative reference, whatever its version; (None, the whole) of another one."""
    parts = literal.split("/_history/")[0].split("/")
    return (parts[0], parts[1]) if len(parts) == 2 and all(parts) else (None, literal)


def _dates(parameter: Parameter, node: Any) -> Iterator[Value]:
    found: Interval | None = None
    if isinstance(node, str):
        found = interval(node)
    elif isinstance(node, dict):
        found = period(node)
    if found is not None:
        yield Value(parameter.numbers[0], low=found.low, high=found.high, shift=found.shift)


def _quantities(parameter: Parameter, node: Any) -> Iterator[Value]:
    number = node.get("value") if isinstance(node, dict) else None
    if isinstance(number, (int, float, Decimal)) and not isinstance(number, bool):
        low, high = _bounds(float(number), _text(node, "comparator"))
        unit = _text(node, "code") or _text(node, "unit")
        yield Value(parameter.numbers[0], unit, _text(node, "system"), low, high)


def _bounds(value: float, comparator: str | None) -> tuple[float, float]:
    """All that the quantity may be: below a limit of detection it is not the limit."""
    low = -BEYOND if comparator in ("<", "<=") else value
    return low, BEYOND if comparator in (">", ">=") else value


def _strings(parameter: Parameter, node: Any) -> Iterator[Value]:
    if isinstance(node, str):
        yield Value(parameter.numbers[0], normal(node), display=node[:LONGEST])


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


def _reader(parameter: Parameter) -> Reader:
    return _deceased if parameter.code == "deceased" else _READERS[parameter.kind]
