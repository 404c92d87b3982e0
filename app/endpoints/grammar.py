"""The words of a language, read off its model: of study definitions, and of others that are written like them.

https://docs.pydantic.dev/latest/concepts/fields/
"""

from __future__ import annotations

from collections.abc import Iterable
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, RootModel


def known_words(location: Iterable[str | int], model: type[BaseModel]) -> list[str]:
    """Words that may stand in the part at a place, as pydantic names places; none where it is no part."""
    candidates: list[Any] = [model]
    for step in location:
        candidates = [found for candidate in candidates for found in _inside(candidate, step)]
    parts = [part for part in candidates if _is_part(part) and not issubclass(part, RootModel)]
    words = [shape.alias or name for part in parts for name, shape in part.model_fields.items()]
    return list(dict.fromkeys(words))


def _is_part(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, BaseModel)


def _inside(candidate: Any, step: str | int) -> list[Any]:
    """What may stand at one step inside a type; a step that names one alternative of a union stays outside."""
    if _is_part(candidate):
        if issubclass(candidate, RootModel) and not _is_named(candidate, step):
            return _inside(candidate.model_fields["root"].annotation, step)
        if step in candidate.model_fields:
            return _alternatives(candidate.model_fields[step].annotation)
        return [candidate] if _is_named(candidate, step) else []
    origin, arguments = get_origin(candidate), get_args(candidate)
    if origin is list:
        return _alternatives(arguments[0])
    return _alternatives(arguments[1]) if origin is dict else []


def _is_named(part: type[BaseModel], step: str | int) -> bool:
    """Whether a step is the part's own name: of its class, or of its `kind`."""
    kind = part.model_fields.get("kind")
    kinds = get_args(kind.annotation) if kind is not None and get_origin(kind.annotation) is Literal else ()
    return step == part.__name__ or step in kinds


def _alternatives(annotation: Any) -> list[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _alternatives(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [found for part in get_args(annotation) for found in _alternatives(part)]
    return [annotation]
