"""A document against its model: the model where it is right, every finding with its line where it is not.

https://docs.pydantic.dev/latest/errors/validation_errors/
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from app.domain.errors import shown_name
from app.endpoints.document import Document, Path, nearest
from app.endpoints.grammar import known_words

Model = TypeVar("Model", bound=BaseModel)
_QUOTED = re.compile(r"'([^']*)'")
_EXPECTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def validate(document: Document, model: type[Model], wrong: str) -> Model | None:
    """The model; what it refuses goes into the document's findings. wrong: said where nothing has a place.

    What holds across parts is for others to say.
    """
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        found = [item for item in error.errors(include_url=False, include_input=False) if item["loc"]]
        for item in _of_best_branch(document.value, found):
            _note(document, cast("dict[str, Any]", item), model)
    if not document.findings:
        document.note((), "structure", wrong, "a mapping")
    return None


def _locate(value: Any, location: Iterable[str | int]) -> tuple[Path, tuple[Path, str] | None]:
    """(path in the document, the branch of a union that pydantic tried on the way, where it was and its name)."""
    path: Path = ()
    branch = None
    steps = list(location)
    for position, step in enumerate(steps):
        inside = isinstance(value, dict) and step in value
        if inside or (isinstance(value, list) and isinstance(step, int) and step < len(value)):
            value, path = value[step], (*path, step)
        elif position == len(steps) - 1 and isinstance(value, dict):
            path = (*path, step)
        else:
            branch = (path, str(step))
    return path, branch


def _of_best_branch(value: Any, found: list[Any]) -> list[Any]:
    """Of the alternatives for one part, the findings about the one that fits best: the fewest, the first of equals."""
    counts: dict[Path, dict[str, int]] = {}
    branches = [_locate(value, item["loc"])[1] for item in found]
    for branch in branches:
        if branch is not None:
            names = counts.setdefault(branch[0], {})
            names[branch[1]] = names.get(branch[1], 0) + 1
    best = {path: min(names, key=lambda name: names[name]) for path, names in counts.items()}
    return [item for item, at in zip(found, branches, strict=True) if at is None or best[at[0]] == at[1]]


def _note(document: Document, item: dict[str, Any], model: type[BaseModel]) -> None:
    """One of pydantic's findings in our words."""
    kind, context = item["type"], item.get("ctx", {})
    path, _ = _locate(document.value, item["loc"])
    if kind == "extra_forbidden":
        _unknown_word(document, path, known_words(item["loc"][:-1], model))
    elif kind == "missing":
        document.note(path, "required", f"the word '{path[-1]}' is missing")
    elif kind in ("literal_error", "enum"):
        document.refuse_word(path, _at(document, path), _QUOTED.findall(context["expected"]))
    elif kind == "union_tag_invalid" and context["discriminator"].endswith("()"):
        document.note(path, "value", "not of the right type")
    elif kind == "union_tag_invalid":
        path = (*path, "kind")
        document.refuse_word(path, _at(document, path), _QUOTED.findall(context["expected_tags"]))
    elif kind == "union_tag_not_found":
        document.note((*path, "kind"), "required", "the word 'kind' is missing")
    elif kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        document.note(path, "value", "out of range", f"{words} {context[name]}")
    else:
        document.note(path, "value", "not of the right type", _EXPECTED.get(kind, kind.replace("_", " ")))


def _at(document: Document, path: Path) -> Any:
    value = document.value
    for step in path:
        value = value[step]
    return value


def _unknown_word(document: Document, path: Path, known: list[str]) -> None:
    message = f"unknown word '{shown_name(str(path[-1]))}'{nearest(path[-1], known)}"
    document.note(path, "structure", message, ", ".join(known) or None, name=True)
