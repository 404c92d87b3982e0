"""One selection of events (`where`) held against what its kind of event carries.

docs/events.md
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.endpoints.document import Document, Path
from app.endpoints.vocabulary import Attribute, kinds

# condition -> the attribute of the event that it asks for
CONDITIONS = {
    "status_in": "status",
    "status_not_in": "status",
    "category_in": "category",
    "category_not_in": "category",
    "grade_min": "grade",
    "grade_max": "grade",
    "grade_missing": "grade",
    "value_min": "value",
    "value_below": "value",
    "flag": "flag",
    "flag_not": "flag",
}


def check_selection(document: Document, path: Path, where: dict[str, Any]) -> None:
    """Note every condition that no event of the kind can meet."""
    kind = kinds()[where["kind"]]
    for condition, value in where.items():
        asked = CONDITIONS.get(condition)
        if asked is None or value is None:
            continue
        attribute = kind.attributes.get(asked)
        if attribute is None:
            carried = [name for name, of in CONDITIONS.items() if of in kind.attributes]
            message = f"events of kind '{kind.name}' have no {asked}"
            document.note((*path, condition), "value", message, ", ".join(carried) or "no condition", name=True)
        else:
            _check_value(document, (*path, condition), value, attribute)
    _check_order(document, path, where)


def _check_value(document: Document, path: Path, value: Any, attribute: Attribute) -> None:
    if isinstance(value, list):
        check_words(document, path, value, attribute.words)
        return
    lowest, highest, number = attribute.lowest, attribute.highest, _number(value)
    if lowest is not None and highest is not None and number is not None and not lowest <= number <= highest:
        document.note(path, "value", "out of range", f"{lowest:g} to {highest:g}")


def check_words(document: Document, path: Path, value: Any, words: Iterable[str] | None) -> None:
    """Note an empty list, a word that stands twice and, where the vocabulary is closed, each that is not in it."""
    if not isinstance(value, list):
        return
    if not value:
        document.note(path, "required", "the list is empty", "at least one entry")
    for index, word in enumerate(value):
        if word in value[:index]:
            document.note((*path, index), "duplicate", "stands twice")
        if words is not None and isinstance(word, str) and word not in words:
            document.refuse_word((*path, index), word, words)


def _check_order(document: Document, path: Path, where: dict[str, Any]) -> None:
    """A lower limit does not lie above the upper one."""
    lowest, highest = _number(where.get("grade_min")), _number(where.get("grade_max"))
    if lowest is not None and highest is not None and lowest > highest:
        document.note((*path, "grade_max"), "value", "lower than grade_min", f"at least {lowest:g}")
    low, below = _number(where.get("value_min")), _number(where.get("value_below"))
    if low is not None and below is not None and low >= below:
        document.note((*path, "value_below"), "value", "not above value_min", f"more than {low:g}")


def _number(value: Any) -> float | None:
    """The value if it is a number; whether it may be one is for the model to say."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
