"""A definition read from its document: the model where it is right, every finding with its line where it is not.

https://docs.pydantic.dev/latest/errors/validation_errors/
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.endpoints.checks import check
from app.endpoints.definition import Definition
from app.endpoints.document import Document, WrongDefinition, digest, plain, read_document
from app.endpoints.validating import validate


@dataclass(frozen=True)
class Loaded:
    """A definition with the plain values that it was read from."""

    definition: Definition
    value: dict[str, Any]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what is said, whatever the form, the order of words, or the version of the reading software."""
        return digest(self.value)


def load(payload: bytes) -> Loaded:
    """A definition from its YAML text (UTF-8). WrongDefinition carries everything that is wrong, line by line."""
    return _load(read_document(payload))


def load_value(value: Any) -> Loaded:
    """A definition from plain values, such as JSON gives; the findings then have no lines."""
    return _load(Document(plain(value)))


def _load(document: Document) -> Loaded:
    check(document)
    definition = validate(document, Definition, "not a study definition")
    if definition is None or document.findings:
        raise WrongDefinition(document.findings)
    return Loaded(definition, document.value)
