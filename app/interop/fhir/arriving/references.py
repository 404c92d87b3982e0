"""References of what arrives, made to lead to the trial's own ids: relative, absolute, by fullUrl, by identifier.

https://hl7.org/fhir/R4/references.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from app.interop.fhir.arriving.entries import Sent, typed
from app.interop.fhir.arriving.names import (
    Identifier,
    Names,
    by_identifier,
    identifier_of,
    identifiers,
    numbers,
    ours,
)
from app.interop.reading import PatientNumber

Json = dict[str, Any]
_BY_IDENTIFIER = ("Patient", "ResearchStudy")
# A Reference need not say its type here.
_MEANT = {"subject": "Patient", "individual": "Patient", "patient": "Patient", "study": "ResearchStudy"}


@dataclass(slots=True)
class Directory:
    """What the references of a payload may mean.

    full_urls: of entries -> (type, key); identified: (type, identifier) -> key of the entry that has it;
    bases: addresses of the sending system; numbers: id -> identifiers of Patients and studies, as far as they are said.
    """

    names: Names
    full_urls: dict[str, tuple[str, str]] = field(default_factory=dict)
    identified: dict[tuple[str, Identifier], str] = field(default_factory=dict)
    bases: set[str] = field(default_factory=set)
    numbers: dict[tuple[str, str], set[PatientNumber]] = field(default_factory=dict)

    @classmethod
    def of(cls, names: Names, entries: Iterable[Sent], keys: Iterable[str]) -> Directory:
        """The directory of a payload's entries."""
        found = cls(names)
        for sent, key in zip(entries, keys, strict=True):
            type_ = sent.resource.get("resourceType") if isinstance(sent.resource, dict) else None
            if not isinstance(type_, str):
                continue
            if sent.full_url:
                found.full_urls[sent.full_url] = (type_, key)
                found.bases |= _base(sent.full_url)
            for identifier in identifiers(sent.resource):
                found.identified.setdefault((type_, identifier), key)
            if type_ in _BY_IDENTIFIER:
                found.numbers.setdefault((type_, names.of(type_, key)), set()).update(numbers(sent.resource))
        return found

    def rewritten(self, resource: Json) -> Json:
        """The resource with local references; `#` and what leads elsewhere stays. It is not changed."""
        found: Json = self._walk(resource, "")
        return found

    def _walk(self, node: Any, element: str) -> Any:
        if isinstance(node, list):
            return [self._walk(item, element) for item in node]
        if not isinstance(node, dict):
            return node
        found = {name: self._walk(value, name) for name, value in node.items()}
        literal = node.get("reference")
        local = self._literal(literal) if isinstance(literal, str) else self._logical(node, element)
        return found if local is None else {**found, "reference": local}

    def _literal(self, literal: str) -> str | None:
        """The local form of a reference; None where it has to stay."""
        whole, mark, query = literal.partition("?")
        if mark and ours(whole):
            return self._by_search(whole, query)
        entry = self.full_urls.get(literal.partition("#")[0]) or self._own(literal)
        if entry is None or not ours(entry[0]):
            return None
        return f"{entry[0]}/{self.names.of(*entry)}"

    def _own(self, literal: str) -> tuple[str, str] | None:
        """What a relative reference, or one below the sender's own address, leads to."""
        if literal.startswith(("#", "urn:")):
            return None
        base = _base(literal)
        return typed(literal) if not base or not self.bases or base <= self.bases else None

    def _by_search(self, type_: str, query: str) -> str | None:
        """By `Type?identifier=system|value`, which is how a transaction says whom it means."""
        values = [value for name, value in parse_qsl(query) if name == "identifier"]
        if len(values) != 1:
            return None
        system, mark, value = values[0].partition("|")
        return self._identified(type_, PatientNumber(value, system or None) if mark else PatientNumber(system))

    def _logical(self, reference: Json, element: str) -> str | None:
        """By identifier alone, where the Reference or its element says of which type."""
        if not isinstance(reference.get("identifier"), dict):
            return None
        type_ = reference.get("type", _MEANT.get(element))
        found = numbers(reference)
        return self._identified(type_, found[0]) if found and type_ in _BY_IDENTIFIER else None

    def _identified(self, type_: str, number: PatientNumber) -> str | None:
        identifier = identifier_of(number)
        key = self.identified.get((type_, identifier))
        if key is None and type_ not in _BY_IDENTIFIER:
            return None
        local = self.names.of(type_, key or by_identifier(identifier))
        if type_ in _BY_IDENTIFIER:
            self.numbers.setdefault((type_, local), set()).add(number)
        return f"{type_}/{local}"


def _base(url: str) -> set[str]:
    """The address of the server, of an absolute URL of a resource on it."""
    if typed(url) is None or not url.startswith(("http://", "https://")):
        return set()
    head = url.partition("/_history/")[0]
    return {head.rsplit("/", 2)[0]}
