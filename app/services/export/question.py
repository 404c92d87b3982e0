"""What one export asks, in the form that it waits in for its worker.

https://hl7.org/fhir/uv/bulkdata/export.html#query-parameters
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from app.domain.errors import Category, Fault, Issue
from app.interop.fhir.structure import MODELS
from app.storage.exports.scan import Held, Scope


@dataclass(frozen=True, slots=True)
class Question:
    """held: the snapshot, the caller and whose resources; types: those asked for; searches: by type the searches of
    which a resource must meet one; elements: by type those wanted; base: our own address; deletions: whether deleted
    resources are wanted; ignored: what was asked and left out.
    """

    held: Held
    types: tuple[str, ...]
    searches: Mapping[str, tuple[str, ...]]
    elements: Mapping[str, tuple[str, ...]]
    format: str
    release: int
    base: str
    deletions: bool
    ignored: tuple[Issue, ...]

    def text(self) -> str:
        """As it is stored."""
        return msgspec.json.encode(self).decode()


def stored(text: str) -> Question:
    """A question read back from the store."""
    return msgspec.json.decode(text, type=Question)


def types_of(scope: Scope) -> tuple[str, ...]:
    """The resource types that such an export may hold. A ResearchStudy is in no Patient's compartment."""
    whole = not scope.compartments or scope.study is not None
    return tuple(name for name in sorted(MODELS) if whole or name != "ResearchStudy")


class Ignored:
    """What cannot be answered: a refusal, or under `Prefer: handling=lenient` left out and said so."""

    def __init__(self, lenient: bool) -> None:
        self.lenient = lenient
        self.issues: list[Issue] = []

    def add(self, *issues: Issue) -> None:
        """Take note of issues. Fault MALFORMED unless lenient."""
        if not self.lenient:
            raise Fault(Category.MALFORMED, issues[0].message, issues)
        self.issues += issues


def joined(texts: Iterable[str]) -> list[str]:
    """The values between commas; a parameter that is repeated counts as one."""
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]
