"""A definition's text as plain values, each with its line: the core schema of YAML and nothing more.

https://yaml.org/spec/1.2.2/#103-core-schema
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from hashlib import sha256
from typing import Any

import yaml
from yaml.error import MarkedYAMLError
from yaml.reader import ReaderError

from app.domain.errors import Issue, place, shown_name

MAX_BYTES = 131_072
MAX_DEPTH = 16
# Aliases are written out before anything is checked: a few lines of them can stand for billions of values.
MAX_VALUES = 20_000
_TAG = "tag:yaml.org,2002:"
_QUOTED, _SIGN = re.compile(r"'[^']*'|\"[^\"]*\""), re.compile(r"\W{1,3}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

Path = tuple[str | int, ...]
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a definition. path: where, as words and positions; line, column: from 1, None for JSON.

    expected: the allowed values. Of the document itself it says no more than the offending word.
    """

    path: Path
    code: str
    message: str
    expected: str | None = None
    line: int | None = None
    column: int | None = None

    def as_issue(self) -> Issue:
        """The finding as it stands in a problem document, the line in its message."""
        where = "" if self.line is None else f"line {self.line}, column {self.column}: "
        return Issue(place(self.path), self.code, where + self.message, self.expected)


class WrongDefinition(ValueError):
    """A text that is no definition, with everything that is wrong in it in order of the lines."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("not a study definition")
        # What an alias repeats is wrong once, in its one line.
        once = {(found.message, found.line, found.column or found.path): found for found in reversed(findings)}
        self.findings = tuple(sorted(once.values(), key=lambda found: (found.line or 0, found.column or 0)))


@dataclass(slots=True)
class Document:
    """Values of a text. places: of values, names: of the words before them, both (line, column) by path."""

    value: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    names: dict[Path, Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def note(self, path: Path, code: str, message: str, expected: str | None = None, *, name: bool = False) -> None:
        """Add a finding about the value at a path, or about the word before it."""
        line, column = self._where(path, name) or (None, None)
        self.findings.append(Finding(path, code, message, expected, line, column))

    def refuse_word(self, path: Path, value: Any, allowed: Iterable[str], said: str = "not allowed here") -> None:
        """Add a finding about a word that is not one of those allowed, with the nearest of them."""
        known = [*allowed]
        word = f"'{shown_name(value)}' is {said}" if isinstance(value, str) else f"this is {said}"
        self.note(path, "code-invalid", word + nearest(value, known), ", ".join(known))

    def _where(self, path: Path, name: bool) -> Place | None:
        for length in range(len(path), -1, -1):
            found = (self.names.get(path[:length]) if name else None) or self.places.get(path[:length])
            if found is not None:
                return found
        return None


def nearest(word: Any, known: Iterable[str]) -> str:
    """The end of a message that names the known word which is spelt most like this one; empty where none is."""
    found = get_close_matches(word, [*known], n=1) if isinstance(word, str) else []
    return f"; did you mean '{found[0]}'?" if found else ""


class _Loader(yaml.SafeLoader):
    """The safe reader with the core schema's scalars: `no` and `12:30` are texts, as they look."""

    yaml_implicit_resolvers = {}
    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """One node, if it is not nested too deep."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise MarkedYAMLError(problem=f"nested deeper than {MAX_DEPTH} levels", problem_mark=_mark(self))
        found = super().compose_node(parent, index)
        self.depth -= 1
        return found


class _Dumper(yaml.SafeDumper):
    """Writes what `_Loader` reads: a text that looks like a number is quoted."""

    yaml_implicit_resolvers = {}

    def ignore_aliases(self, data: Any) -> bool:
        """Everything is written out."""
        return True


def _mark(loader: _Loader) -> Any:
    return loader.peek_event().start_mark  # type: ignore[no-untyped-call]


for _class in (_Loader, _Dumper):
    for _name, _form, _first in (
        ("null", r"null|Null|NULL|~|", ["n", "N", "~", ""]),
        ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
        ("int", r"[-+]?[0-9]+", list("-+0123456789")),
        ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ):
        _class.add_implicit_resolver(_TAG + _name, re.compile(rf"^(?:{_form})$"), _first)


def read_document(payload: bytes) -> Document:
    """Values and places of a YAML text. WrongDefinition where it cannot be read at all."""
    text = _decode(payload)
    try:
        node = _Loader(text).get_single_node()
    except ReaderError as error:
        before = text[: error.position]
        raise _refused("a character that YAML does not allow", before.count("\n") + 1, _column(before)) from None
    except MarkedYAMLError as error:
        raise _unreadable(error) from None
    if node is None:
        raise _refused("the document is empty", 1, 1)
    return _Reader().read(node)


def plain(value: Any) -> Any:
    """Exact decimals as the numbers that YAML would give."""
    if isinstance(value, dict):
        return {name: plain(child) for name, child in value.items()}
    if isinstance(value, list):
        return [plain(child) for child in value]
    return float(value) if isinstance(value, Decimal) else value


def digest(value: Any) -> str:
    """SHA-256 of what is said, whatever the form, the order of words, or the version of the reading software."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def write_document(value: Any) -> str:
    """Plain values as YAML text; `read_document` gives them back."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def _decode(payload: bytes) -> str:
    if len(payload) > MAX_BYTES:
        raise WrongDefinition([Finding((), "too-long", "the document is too large", f"at most {MAX_BYTES} bytes")])
    try:
        return payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = payload[: error.start].decode("utf-8", "replace")
        raise _refused("not UTF-8", before.count("\n") + 1, _column(before)) from None


def _column(before: str) -> int:
    return len(before) - before.rfind("\n")


def _refused(message: str, line: int, column: int) -> WrongDefinition:
    return WrongDefinition([Finding((), "structure", message, "a YAML mapping", line, column)])


def _unreadable(error: MarkedYAMLError) -> WrongDefinition:
    """What the parser says without the text that it says it about, which stands in quotes as signs do."""
    mark = error.problem_mark or error.context_mark
    said = _QUOTED.sub(lambda found: found[0] if _SIGN.fullmatch(found[0][1:-1]) else "…", str(error.problem))
    line, column = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
    return _refused(f"not valid YAML: {said}", line, column)


class _Reader:
    """Nodes to values; counts what aliases stand for."""

    def __init__(self) -> None:
        self._document = Document()
        self._values = 0

    def read(self, node: yaml.Node) -> Document:
        """The whole document."""
        self._document.value = self._value(node, ())
        return self._document

    def _value(self, node: yaml.Node, path: Path) -> Any:
        self._values += 1
        place_ = self._document.places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if self._values > MAX_VALUES or len(path) > MAX_DEPTH:
            raise _refused(f"aliases stand for more than {MAX_VALUES} values or {MAX_DEPTH} levels", *place_)
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            return [self._value(child, (*path, index)) for index, child in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, child in node.value:
            where = (key.start_mark.line + 1, key.start_mark.column + 1)
            if key.tag != _TAG + "str":
                self._note(path, "structure", "a name must be a text", where)
            elif key.value in found:
                self._note((*path, key.value), "duplicate", f"{shown_name(key.value)} stands twice", where)
            else:
                self._document.names[*path, key.value] = where
                found[key.value] = self._value(child, (*path, key.value))
        return found

    def _note(self, path: Path, code: str, message: str, where: Place) -> None:
        self._document.findings.append(Finding(path, code, message, None, *where))

    def _scalar(self, node: yaml.Node, path: Path) -> Any:
        name = node.tag.removeprefix(_TAG)
        try:
            if isinstance(node, yaml.ScalarNode) and name in _SCALARS:
                return _SCALARS[name](node.value)
        except ValueError:
            name = "unusable"
        self._document.note(path, "structure", "a tag or a value that is not known here")
        return None


def _text(value: str) -> str:
    if _UNSTORABLE.search(value):
        raise ValueError("cannot be stored")
    return value


_SCALARS: dict[str, Any] = {
    "str": _text,
    "int": int,
    "float": float,
    "bool": lambda value: value.lower() == "true",
    "null": lambda value: None,
}
