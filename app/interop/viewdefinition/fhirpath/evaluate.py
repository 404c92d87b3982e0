"""From the tree of a FHIRPath expression to a function that evaluates it.

https://hl7.org/fhirpath/N1/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.interop.viewdefinition.errors import ViewError
from app.interop.viewdefinition.fhirpath import elements
from app.interop.viewdefinition.fhirpath.functions import FUNCTIONS, high_boundary, low_boundary
from app.interop.viewdefinition.fhirpath.operators import OPERATORS, minus, one, truth
from app.interop.viewdefinition.fhirpath.parse import parse
from app.interop.viewdefinition.fhirpath.tree import (
    Binary,
    Call,
    Constant,
    Index,
    Literal,
    Member,
    Negative,
    Node,
    This,
)
from app.interop.viewdefinition.fhirpath.types import PRIMITIVES, declared_type, is_of

Items = list[Any]
Constants = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """What an expression can know beside its item: the resource, and the place in the iteration around it."""

    resource: Any
    row_index: int = 0


Evaluate = Callable[[Any, Frame], Items]
_SETTLED_BY = {"and": [False], "or": [True]}
_BOUNDARIES = {"lowBoundary": low_boundary, "highBoundary": high_boundary}


def compile_path(expression: str, constants: Constants) -> Evaluate:
    """The expression as a function of an item (None where there is none) and its frame.

    constants: values of the view's constants by name. ViewError where the text is not of the subset; the function
    raises ViewError where a value does not allow what the expression asks of it.
    """
    return _compile(parse(expression), constants)


def _compile(node: Node, constants: Constants) -> Evaluate:
    match node:
        case Literal(value):
            return lambda item, frame: [value]
        case Constant(name):
            return _constant(name, constants)
        case This():
            return lambda item, frame: [] if item is None else [item]
        case Member(source, name):
            return _member(source, name, constants)
        case Call(source, name, arguments):
            return _call(source, name, arguments, constants)
        case Index(source, position):
            return _index(source, position, constants)
        case Negative(operand):
            inner = _compile(operand, constants)
            return lambda item, frame: minus(inner(item, frame))
        case Binary(operator, left, right):
            return _binary(operator, _compile(left, constants), _compile(right, constants))


def _source(source: Node | None, constants: Constants) -> Evaluate:
    return _compile(This() if source is None else source, constants)


def _constant(name: str, constants: Constants) -> Evaluate:
    if name == "rowIndex":
        return lambda item, frame: [frame.row_index]
    if name in ("resource", "context"):
        return lambda item, frame: [frame.resource]
    if name not in constants:
        raise ViewError(f"%{name} is not defined")
    value = constants[name]
    return lambda item, frame: [value]


def _member(source: Node | None, name: str, constants: Constants) -> Evaluate:
    if source is not None:
        inner = _compile(source, constants)
        return lambda item, frame: [child for each in inner(item, frame) for child in elements.children(each, name)]
    if not name[0].isupper():
        return lambda item, frame: elements.children(item, name)
    return lambda item, frame: [item] if isinstance(item, dict) and item.get("resourceType") == name else []


def _binary(operator: str, left: Evaluate, right: Evaluate) -> Evaluate:
    work = OPERATORS[operator]
    if operator in _SETTLED_BY:
        return _settled_early(work, _SETTLED_BY[operator], left, right)
    return lambda item, frame: work(left(item, frame), right(item, frame))


def _settled_early(work: Callable[[Items, Items], Items], by: list[bool], left: Evaluate, right: Evaluate) -> Evaluate:
    """Logic whose left side can settle it: then the right side, often the dearer one, is not asked."""

    def settled(item: Any, frame: Frame) -> Items:
        first = left(item, frame)
        return first if first == by else work(first, right(item, frame))

    return settled


def _index(source: Node, position: Node, constants: Constants) -> Evaluate:
    inner, place = _compile(source, constants), _compile(position, constants)

    def index(item: Any, frame: Frame) -> Items:
        found = one(place(item, frame))
        if isinstance(found, bool) or not isinstance(found, int):
            raise ViewError("the position in [] is not a whole number")
        return inner(item, frame)[found : found + 1] if found >= 0 else []

    return index


def _call(source: Node | None, name: str, arguments: tuple[Node, ...], constants: Constants) -> Evaluate:
    if name in _SPECIAL:
        return _SPECIAL[name](source, arguments, constants)
    if name in _BOUNDARIES:
        return _boundary(source, name, arguments, constants)
    if name not in FUNCTIONS:
        raise ViewError(f"{name}() is not a function of ViewDefinitions")
    function = FUNCTIONS[name]
    if not function.least <= len(arguments) <= function.most:
        raise ViewError(f"{name}() takes another number of arguments")
    call, inner = function.call, _source(source, constants)
    given = [_compile(argument, constants) for argument in arguments]
    return lambda item, frame: call(inner(item, frame), *(argument(item, frame) for argument in given))


def _boundary(source: Node | None, name: str, arguments: tuple[Node, ...], constants: Constants) -> Evaluate:
    if arguments:
        raise ViewError(f"{name}() takes no argument here")
    inner, work = _source(source, constants), _BOUNDARIES[name]
    type_ = None if source is None else declared_type(source)
    return lambda item, frame: work(inner(item, frame), type_)


def _single(name: str, arguments: tuple[Node, ...]) -> Node:
    if len(arguments) != 1:
        raise ViewError(f"{name}() takes one argument")
    return arguments[0]


def _where(source: Node | None, arguments: tuple[Node, ...], constants: Constants) -> Evaluate:
    inner, criteria = _source(source, constants), _compile(_single("where", arguments), constants)
    return lambda item, frame: [each for each in inner(item, frame) if truth(criteria(each, frame))]


def _exists(source: Node | None, arguments: tuple[Node, ...], constants: Constants) -> Evaluate:
    inner = _where(source, arguments, constants) if arguments else _source(source, constants)
    return lambda item, frame: [bool(inner(item, frame))]


def _type_name(name: str, arguments: tuple[Node, ...]) -> str:
    match _single(name, arguments):
        case Member(None, type_) | Member(Member(None, "FHIR"), type_) if type_[0].isupper() or type_ in PRIMITIVES:
            return type_
    raise ViewError(f"{name}() takes the name of a type")


def _of_type(source: Node | None, arguments: tuple[Node, ...], constants: Constants) -> Evaluate:
    type_ = _type_name("ofType", arguments)
    if not isinstance(source, Member):
        inner = _source(source, constants)
        return lambda item, frame: [each for each in inner(item, frame) if is_of(each, type_)]
    outer, name = _source(source.source, constants), source.name
    return lambda item, frame: [found for each in outer(item, frame) for found in elements.chosen(each, name, type_)]


def _extension(source: Node | None, arguments: tuple[Node, ...], constants: Constants) -> Evaluate:
    url = _compile(_single("extension", arguments), constants)(None, Frame(None))
    address = one(url)
    if not isinstance(address, str):
        raise ViewError("extension() takes a URL")
    if not isinstance(source, Member):
        inner = _source(source, constants)
        return lambda item, frame: [
            found for each in inner(item, frame) for found in elements.extensions(each, address)
        ]
    outer, name = _source(source.source, constants), source.name
    return lambda item, frame: [
        found for each in outer(item, frame) for found in elements.element_extensions(each, name, address)
    ]


def _resource_key(source: Node | None, arguments: tuple[Node, ...], constants: Constants) -> Evaluate:
    if arguments:
        raise ViewError("getResourceKey() takes no argument")
    inner = _source(source, constants)
    return lambda item, frame: [key for each in inner(item, frame) for key in elements.resource_key(each)]


def _reference_key(source: Node | None, arguments: tuple[Node, ...], constants: Constants) -> Evaluate:
    type_ = _type_name("getReferenceKey", arguments) if arguments else None
    inner = _source(source, constants)
    return lambda item, frame: [key for each in inner(item, frame) for key in elements.reference_key(each, type_)]


# Functions whose arguments are not values but criteria, types or fixed texts.
_SPECIAL: dict[str, Callable[[Node | None, tuple[Node, ...], Constants], Evaluate]] = {
    "where": _where,
    "exists": _exists,
    "ofType": _of_type,
    "extension": _extension,
    "getResourceKey": _resource_key,
    "getReferenceKey": _reference_key,
}
