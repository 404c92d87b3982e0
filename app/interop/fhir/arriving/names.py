"""Ids of the trial's own for what a hospital's system sends, the same whenever it is sent.

https://www.rfc-editor.org/rfc/rfc2104

They are keyed with the store's secret: sponsors see them, and a hospital's own id of a Patient may be its number.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from app.interop.fhir.arriving.entries import Sent, typed
from app.interop.fhir.rules import codings
from app.interop.fhir.structure import MODELS
from app.interop.jsontext import dump
from app.interop.reading import PatientNumber

Json = dict[str, Any]
Identifier = tuple[str, str]  # (system, value)
# HL7 table 0203: the hospital's number of a patient.
MEDICAL_RECORD = "MR"


@dataclass(frozen=True, slots=True)
class Names:
    """Ids for what one source of a site sends to a study."""

    secret: bytes
    study: str
    site: str
    source: str

    def of(self, type_: str, key: str) -> str:
        """The id of a resource. key: its own id there, or what stands for one."""
        return self._digest(self.study, self.site, self.source, type_, key)

    def number(self, value: str) -> str:
        """What stands for a patient's number of the site, whichever source says it."""
        return self._digest(self.study, self.site, "number", value)

    def _digest(self, *parts: str) -> str:
        text = "\n".join(f"{len(part)} {part}" for part in parts)
        return hmac.new(self.secret, text.encode(), hashlib.sha256).hexdigest()[:32]


def identifiers(node: Any) -> list[Identifier]:
    """The business identifiers of a resource, or the one of a Reference."""
    found = node.get("identifier") if isinstance(node, dict) else None
    listed = found if isinstance(found, list) else [found]
    pairs = [(one.get("system") or "", one.get("value")) for one in listed if isinstance(one, dict)]
    return [(system, value) for system, value in pairs if isinstance(system, str) and isinstance(value, str) and value]


def numbers(node: Any) -> list[PatientNumber]:
    """The same with what kind of number each is; none that is old."""
    found = node.get("identifier") if isinstance(node, dict) else None
    listed = found if isinstance(found, list) else [found]
    kept = [one for one in listed if isinstance(one, dict) and one.get("use") != "old"]
    return [
        PatientNumber(value, system or None, _kind(one))
        for one in kept
        for system, value in identifiers({"identifier": one})
    ]


def _kind(identifier: Json) -> str | None:
    codes = [coding.get("code") for coding in codings(identifier.get("type"))]
    return MEDICAL_RECORD if MEDICAL_RECORD in codes else next((code for code in codes if isinstance(code, str)), None)


def identifier_of(number: PatientNumber) -> Identifier:
    """A number as an identifier."""
    return number.authority or "", number.number


def by_identifier(identifier: Identifier) -> str:
    """The key of what is known by a business identifier alone."""
    return f"identifier {identifier[0]}|{identifier[1]}"


def own_key(sent: Sent) -> str | None:
    """The key that a resource has of its own: its id, that of its address, else its first business identifier."""
    resource = sent.resource
    found = resource.get("id") if isinstance(resource, dict) else None
    if isinstance(found, str) and found:
        return found
    for address in (sent.url if sent.method in ("PUT", "DELETE") else "", sent.full_url or ""):
        named = typed(address) if not address.startswith("urn:") else None
        if named is not None and (not isinstance(resource, dict) or named[0] == resource.get("resourceType")):
            return named[1]
    return next(map(by_identifier, identifiers(resource)), None)


def keys(entries: list[Sent]) -> list[str]:
    """The key of each entry. One without a key of its own gets one from what it says, so that a resend is unchanged.

    What it says of other entries are their keys: a `urn:uuid` may be new whenever a Bundle is put together.
    """
    own = [own_key(sent) for sent in entries]
    first = {
        sent.full_url: key or _digest(sent.resource, {})
        for sent, key in zip(entries, own, strict=True)
        if sent.full_url
    }
    return [key or _digest(sent.resource, first) for sent, key in zip(entries, own, strict=True)]


def _digest(resource: Any, known: dict[str, str]) -> str:
    """Of the content, with references to entries replaced by what is known of those."""
    said = {name: part for name, part in resource.items() if name != "meta"} if isinstance(resource, dict) else resource
    return f"content {hashlib.sha256(dump(_replaced(said, known))).hexdigest()}"


def _replaced(node: Any, known: dict[str, str]) -> Any:
    if isinstance(node, list):
        return [_replaced(item, known) for item in node]
    if not isinstance(node, dict):
        return node
    found = {name: _replaced(value, known) for name, value in node.items()}
    literal = node.get("reference")
    if isinstance(literal, str) and (literal in known or literal.startswith("urn:")):
        found["reference"] = known.get(literal, "")
    return found


def ours(type_: Any) -> bool:
    """Whether resources of the type are kept here."""
    return isinstance(type_, str) and type_ in MODELS
