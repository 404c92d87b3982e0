"""What a field of a record can take, read off the record types.

docs/records.md
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from app.domain.dates import PartialDate
from app.domain.records import RECORD_TYPES
from app.domain.terms import CodeRef

Kind = Literal["text", "word", "whole", "number", "measured", "flag", "date", "code", "test"]
Step = str | int | None
ENVELOPE = ("type", "site", "source", "id", "version", "recorded", "status", "subject")
_PATH = re.compile(r"[^.\[\]]+(?:\[\d{0,3}\])?(?:\.[^.\[\]]+(?:\[\d{0,3}\])?)*")
_STEP = re.compile(r"([^.\[\]]+)(\[(\d*)\])?")
_KINDS: dict[Any, Kind] = {str: "text", int: "whole", Decimal: "number", bool: "flag", PartialDate: "date"}


@dataclass(frozen=True, slots=True)
class Target:
    """kind: of one value; listed: whether the field is a list of them; words: the closed vocabulary."""

    kind: Kind
    listed: bool = False
    words: tuple[str, ...] = ()


class NoSuchField(LookupError):
    """A path that is no field. parent: the part that was reached; known: what it has; empty: it is no part."""

    def __init__(self, parent: str, known: tuple[str, ...]) -> None:
        super().__init__(parent)
        self.parent = parent
        self.known = known


def steps(path: str) -> tuple[Step, ...]:
    """A path as names and positions; None stands for `[]`. ValueError where it is not one."""
    if not _PATH.fullmatch(path):
        raise ValueError("not a path")
    found: list[Step] = []
    for name, array, position in _STEP.findall(path):
        found.append(name)
        if array:
            found.append(int(position) if position else None)
    return tuple(found)


def written(path: tuple[Step, ...]) -> str:
    """Names and positions as a path."""
    text = ""
    for step in path:
        text += f".{step}" if isinstance(step, str) and text else step if isinstance(step, str) else f"[{step}]"
    return text.replace("[None]", "[]")


@cache
def target(record: str, path: tuple[Step, ...]) -> Target:
    """What stands at a path of a record type. NoSuchField where nothing does."""
    here: Any = RECORD_TYPES[record]
    reached = ""
    for step in path:
        here = _inside(_bare(here), step, reached)
        reached = written((reached, step) if reached else (step,))
    return _target(_bare(here), reached)


def _inside(here: Any, step: Step, reached: str) -> Any:
    if isinstance(step, str):
        if _is_part(here):
            known = tuple(name for name in here.model_fields if reached or name not in ENVELOPE)
            if step not in known:
                raise NoSuchField(reached, known)
            return here.model_fields[step].annotation
        if get_origin(here) is dict:
            return get_args(here)[1]
        if set(get_args(here)) & {CodeRef}:
            return _inside(CodeRef, step, reached or "code")
    elif get_origin(here) is list:
        return get_args(here)[0]
    raise NoSuchField(reached, ())


def _target(here: Any, reached: str) -> Target:
    if get_origin(here) is list:
        return replace(_target(_bare(get_args(here)[0]), reached), listed=True)
    if here is CodeRef:
        return Target("code")
    if _is_part(here) or get_origin(here) is dict:
        raise NoSuchField(reached, tuple(here.model_fields) if _is_part(here) else ())
    if get_origin(here) is Literal:
        return Target("word", words=get_args(here))
    parts = _parts(here)
    if len(parts) > 1:
        if all(get_origin(part) is Literal for part in parts):
            return Target("word", words=tuple(word for part in parts for word in get_args(part)))
        return Target("test" if CodeRef in parts else "measured")
    return Target(_KINDS[here])


def _is_part(here: Any) -> bool:
    return isinstance(here, type) and issubclass(here, BaseModel)


def _parts(annotation: Any) -> list[Any]:
    """Alternatives of an annotation without None and without what is said about them."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _parts(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [part for inner in get_args(annotation) for part in _parts(inner) if part is not type(None)]
    return [annotation]


def _bare(annotation: Any) -> Any:
    return reduce(or_, _parts(annotation))
