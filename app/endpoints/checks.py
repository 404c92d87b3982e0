"""What must hold in a definition beyond the shape of its parts: names that exist, words that events can carry, limits.

Works on the plain values, so that one misspelt word hides nothing else. docs/definitions.md
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from app.domain.errors import shown_name
from app.endpoints.document import Document, Path
from app.endpoints.selections import check_selection, check_words
from app.endpoints.vocabulary import KIND_OF_ROLE, RELATEDNESS, kinds

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
ENDPOINT_ID = re.compile(r"[A-Z0-9_]{1,32}")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,40}")
RESERVED_ID, PRIMARY = "schema", "primary"
MAX_ENDPOINTS, MAX_SOURCES, MAX_LANDMARKS, MAX_TEXT, MAX_NUMBER = 64, 256, 64, 4000, 1_000_000
# Words whose value names a source, or lists names of sources.
SOURCE_WORDS = frozenset(
    (
        "source",
        "first",
        "before",
        "last",
        "worsening",
        "death",
        "grades",
        "day_zero",
        "status",
        "enrolled",
        "alive",
        "assessed",
    )
)
# Lists that say nothing when they are empty; the others may be.
NOT_EMPTY = frozenset({"events", "censor", "grades", "rules", "landmarks", "related_in"})


def check(document: Document) -> None:
    """Add everything that is wrong to the document's findings; values of the wrong type are left to the model."""
    if not isinstance(document.value, dict):
        document.note((), "structure", "not a study definition", "a mapping")
        return
    for rule in _RULES:
        rule(document)


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value with its path, containers before what they hold."""
    yield path, value
    if isinstance(value, dict):
        for name, child in value.items():
            yield from walk(child, (*path, name))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from walk(child, (*path, index))


def mapping(value: Any, name: str) -> dict[str, Any]:
    """The mapping of that name, empty where there is none."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _identity(document: Document) -> None:
    name = document.value.get("id")
    if isinstance(name, str) and (not ID.fullmatch(name) or name == RESERVED_ID):
        expected = f"1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit, and not '{RESERVED_ID}'"
        document.note(("id",), "value", "not usable as an id", expected)


def _names(document: Document) -> None:
    endpoints, sources = mapping(document.value, "endpoints"), mapping(document.value, "sources")
    for name in endpoints:
        if not ENDPOINT_ID.fullmatch(name):
            expected = "1 to 32 capital letters, digits or '_'"
            document.note(("endpoints", name), "value", "not usable as the id of an endpoint", expected, name=True)
    free: list[tuple[str, ...]] = [("sources", name) for name in sources]
    free += [("endpoints", key, "analyses", name) for key in endpoints for name in mapping(endpoints[key], "analyses")]
    for path in free:
        if not NAME.fullmatch(path[-1]) or path[-1] == PRIMARY:
            expected = f"1 to 41 letters, digits, '_' or '-', the first no digit, and not '{PRIMARY}'"
            document.note(path, "value", "not usable as a name", expected, name=True)


def _limits(document: Document) -> None:
    for name, most in (("endpoints", MAX_ENDPOINTS), ("sources", MAX_SOURCES)):
        if name in document.value and not 1 <= len(mapping(document.value, name)) <= most:
            document.note((name,), "too-many", f"too many {name}, or none", f"1 to {most}")
    for path, value in walk(document.value):
        if isinstance(value, str) and len(value) > MAX_TEXT:
            document.note(path, "too-long", "the text is too long", f"at most {MAX_TEXT} characters")
        if isinstance(value, int | float) and abs(value) > MAX_NUMBER:
            document.note(path, "value", "out of range", f"at most {MAX_NUMBER}")
        if isinstance(value, list) and not value and path[-1] in NOT_EMPTY:
            document.note(path, "required", f"'{path[-1]}' lists nothing", "at least one entry")


def _references(document: Document) -> None:
    """Every name of a source stands among the sources, and is of the kind that its role demands."""
    sources = mapping(document.value, "sources")
    for path, name in source_names(document.value):
        role = next(str(step) for step in reversed(path) if isinstance(step, str))
        if name not in sources:
            document.refuse_word(path, name, map(shown_name, sources), "not a source of this definition")
        elif mapping(sources, name).get("kind") in {*kinds()} - {KIND_OF_ROLE.get(role)} and role in KIND_OF_ROLE:
            document.note(path, "value", f"not a source of the right kind for '{role}'", KIND_OF_ROLE[role])


def source_names(value: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """(path, name) wherever a source is named."""
    for path, child in walk({name: part for name, part in value.items() if name != "sources"}):
        words = [step for step in path if isinstance(step, str)]
        if isinstance(child, str) and words and words[-1] in SOURCE_WORDS:
            yield path, child


def _selections(document: Document) -> None:
    """Every selection of events asks for what its kind carries."""
    for path, value in walk(document.value):
        if isinstance(value, dict) and isinstance(value.get("kind"), str) and not _is_endpoint(path):
            if value["kind"] in kinds():
                check_selection(document, path, value)
            else:
                document.refuse_word((*path, "kind"), value["kind"], kinds())
    for path, value in walk(mapping(document.value, "endpoints"), ("endpoints",)):
        _words_of_rules(document, path, value)


def _is_endpoint(path: Path) -> bool:
    return len(path) == 2 and path[0] == "endpoints"


def _words_of_rules(document: Document, path: Path, value: Any) -> None:
    if path[-1] == "related_in":
        check_words(document, path, value, RELATEDNESS)
    elif path[-1] == "baseline" and isinstance(value, dict):
        for name in ("status_in", "status_not_in"):
            check_words(document, (*path, name), value.get(name), kinds()["assessment"].attributes["status"].words)
    elif len(path) > 1 and path[-2] == "unless" and isinstance(value, dict):
        words = kinds()["ae_grade"].attributes["category"].words
        check_words(document, (*path, "category_in"), value.get("category_in"), words)


def _events(document: Document) -> None:
    """Every list of events says each thing once, and causes that compete are at least two."""
    for path, value in walk(mapping(document.value, "endpoints"), ("endpoints",)):
        if path[-1] == "events" and isinstance(value, list):
            listed = [item for item in value if isinstance(item, dict)]
            _once(document, path, [str(item.get("source")) for item in listed], "source")
            components = [str(item.get("component")) for item in listed]
            _spelt_alike(document, path, components)
            for index, item in enumerate(listed):
                _check_run(document, (*path, index), item)
            if _competes(document, path) and value and len(set(components)) < 2:
                document.note(path, "value", "causes that compete are at least two", "two components or more")


def _competes(document: Document, path: Path) -> bool:
    return mapping(mapping(document.value, "endpoints"), str(path[1])).get("kind") == "competing_risks"


def _check_run(document: Document, path: Path, item: dict[str, Any]) -> None:
    """A run is one of values, so its source must be of a kind that has them."""
    kind = str(mapping(mapping(document.value, "sources"), str(item.get("source"))).get("kind"))
    if item.get("run") is not None and kind in kinds() and "value" not in kinds()[kind].attributes:
        with_values = [name for name, found in kinds().items() if "value" in found.attributes]
        message = f"events of kind '{kind}' have no value to run"
        document.note((*path, "run"), "value", message, ", ".join(with_values), name=True)


def _once(document: Document, path: Path, values: list[str], word: str) -> None:
    for index, value in enumerate(values):
        if value in values[:index]:
            document.note((*path, index, word), "duplicate", f"this {word} stands twice")


def _spelt_alike(document: Document, path: Path, components: list[str]) -> None:
    spellings: dict[str, str] = {}
    for index, name in enumerate(components):
        if spellings.setdefault(name.strip().casefold(), name) != name:
            message = "differs from an earlier component in capitals or blanks only"
            document.note((*path, index, "component"), "duplicate", message)


def _analyses(document: Document) -> None:
    """An alternative analysis differs from the primary one."""
    for name, endpoint in mapping(document.value, "endpoints").items():
        for key, override in mapping(endpoint, "analyses").items():
            if isinstance(override, dict) and all(
                override[word] == endpoint.get(word) for word in override if word != "text"
            ):
                message = "overrides nothing: every part is as in the primary analysis"
                path = ("endpoints", name, "analyses", key)
                document.note(path, "value", message, "events, observation_end or censor", name=True)


def _landmarks(document: Document) -> None:
    days = mapping(document.value, "estimate").get("landmarks")
    if not isinstance(days, list) or not all(isinstance(day, int) for day in days):
        return
    if len(days) > MAX_LANDMARKS or any(day < 0 for day in days):
        expected = f"at most {MAX_LANDMARKS} days, none before the start"
        document.note(("estimate", "landmarks"), "value", "out of range", expected)
    for index, (earlier, later) in enumerate(zip(days, days[1:], strict=False), start=1):
        if later <= earlier:
            document.note(("estimate", "landmarks", index), "value", "not later than the day before it", "in order")


def _rule_ids(document: Document) -> None:
    for name, endpoint in mapping(document.value, "endpoints").items():
        rules = endpoint.get("rules") if isinstance(endpoint, dict) else None
        if isinstance(rules, list):
            named = [str(rule.get("id")) if isinstance(rule, dict) else "" for rule in rules]
            _once(document, ("endpoints", name, "rules"), named, "id")


_RULES: tuple[Callable[[Document], None], ...] = (
    _identity,
    _names,
    _limits,
    _references,
    _selections,
    _events,
    _analyses,
    _landmarks,
    _rule_ids,
)
