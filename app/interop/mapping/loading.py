"""A profile read from its document: the model where it is right, every finding with its line where it is not.

docs/profiles.md
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.endpoints.document import Document, Finding, WrongDefinition, digest, plain, read_document
from app.endpoints.validating import validate
from app.interop.mapping.check import check
from app.interop.mapping.profile import Profile

WRONG = "not a mapping profile"


class WrongProfile(ValueError):
    """A text that is no profile, with everything that is wrong in it in order of the lines."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(WRONG)
        self.findings = findings


@dataclass(frozen=True)
class LoadedProfile:
    """A profile with the plain values that it was read from."""

    profile: Profile
    value: dict[str, Any]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what is said, whatever the form."""
        return digest(self.value)


def load(payload: bytes) -> LoadedProfile:
    """A profile from its YAML text (UTF-8). WrongProfile carries everything that is wrong, line by line."""
    try:
        return _load(read_document(payload))
    except WrongDefinition as error:
        raise WrongProfile(error.findings) from None


def load_value(value: Any) -> LoadedProfile:
    """A profile from plain values, such as JSON gives; the findings then have no lines."""
    try:
        return _load(Document(plain(value)))
    except WrongDefinition as error:
        raise WrongProfile(error.findings) from None


def _load(document: Document) -> LoadedProfile:
    profile = validate(document, Profile, WRONG)
    if profile is not None and not document.findings:
        check(document, profile)
    if profile is None or document.findings:
        raise WrongDefinition(document.findings)
    return LoadedProfile(profile, document.value)
