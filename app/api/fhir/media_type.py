"""Which representation a client asks for: JSON, in R4 or in R5.

https://hl7.org/fhir/R4/versioning.html#mt-version
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from starlette.requests import Request

from app.domain.errors import Category, Fault, Issue
from app.interop.fhir.form import RELEASES

FHIR_JSON = "application/fhir+json; charset=utf-8"
_JSON = frozenset({"application/fhir+json", "application/json", "text/json", "json", "*/*", "application/*", ""})
_VERSIONS = {"4.0": 4, "4.0.1": 4, "5.0": 5, "5.0.0": 5}
R4, R5 = 4, 5
_USUAL = R4


@dataclass(frozen=True, slots=True)
class Kind:
    """One media type of a list. version: what fhirVersion says, None where it is not named."""

    name: str
    version: str | None
    quality: float

    @property
    def acceptable(self) -> bool:
        """Whether it is offered here, and wanted at all."""
        return self.name in _JSON and self.quality > 0 and (self.version is None or self.version in _VERSIONS)


def release(request: Request) -> int:
    """The release of FHIR that the answer is written in. Fault NOT_ACCEPTABLE unless the client takes what we offer."""
    found = _chosen(request)
    if found is None:
        expected = " or ".join(f"application/fhir+json; fhirVersion={version}" for version in RELEASES.values())
        issue = Issue("Accept", "not-supported", "this representation is not offered", expected)
        raise Fault(Category.NOT_ACCEPTABLE, issue.message, (issue,))
    return _USUAL if found.version is None else _VERSIONS[found.version]


def only_r4(request: Request) -> None:
    """For what is made on reading: Fault NOT_ACCEPTABLE unless the client takes R4."""
    release_of(request, R4)


def release_of(request: Request, wanted: int) -> None:
    """For what is offered in one release alone: Fault NOT_ACCEPTABLE where the client asks for another."""
    if release(request) != wanted:
        issue = Issue("Accept", "not-supported", "not offered in this release", f"fhirVersion={RELEASES[wanted]}")
        raise Fault(Category.NOT_ACCEPTABLE, issue.message, (issue,))


def media_type(request: Request) -> str:
    """Of an answer; it names the release where the client did."""
    found = _chosen(request)
    if found is None or found.version is None:
        return FHIR_JSON
    return f"application/fhir+json; fhirVersion={RELEASES[_VERSIONS[found.version]]}; charset=utf-8"


def written_in(request: Request) -> int:
    """The release of FHIR that a body is written in. Fault UNSUPPORTED_MEDIA for one that is not read."""
    return named_in(request.headers.get("content-type", "")) or _USUAL


def named_in(content_type: str) -> int | None:
    """The release that a Content-Type names; None where it names none. Fault UNSUPPORTED_MEDIA as above."""
    version = _kind(content_type).version
    if version is not None and version not in _VERSIONS:
        issue = Issue("Content-Type", "not-supported", "this release of FHIR is not read", ", ".join(RELEASES.values()))
        raise Fault(Category.UNSUPPORTED_MEDIA, issue.message, (issue,))
    return None if version is None else _VERSIONS[version]


def _chosen(request: Request) -> Kind | None:
    return _negotiated(request.headers.get("accept", ""), request.query_params.get("_format"))


@lru_cache(256)
def _negotiated(accept: str, asked: str | None) -> Kind | None:
    """The best of what is acceptable. `_format` overrides Accept; a release that it does not name Accept may name.

    Clients ask for the same again and again, so the answers to the latest questions are kept.
    """
    accepted = _best(accept)
    if not asked:
        return accepted
    # A '+' in a query string is a blank: application/fhir json means application/fhir+json.
    found = _best(asked.replace("fhir json", "fhir+json"))
    if found is None or found.version is not None or accepted is None:
        return found
    return Kind(found.name, accepted.version, found.quality)


def _best(text: str) -> Kind | None:
    kinds = [kind for kind in map(_kind, text.split(",")) if kind.acceptable]
    return max(kinds, key=lambda kind: kind.quality, default=None)


def _kind(text: str) -> Kind:
    name, *parameters = [part.strip() for part in text.lower().split(";")]
    pairs = [parameter.partition("=") for parameter in parameters]
    values = {key.strip(): value.strip().strip('"') for key, _, value in pairs}
    return Kind(name, values.get("fhirversion") or None, _quality(values.get("q", "1")))


def _quality(text: str) -> float:
    """From 0 to 1; what is no such number counts as 1."""
    try:
        found = float(text)
    except ValueError:
        return 1.0
    return found if 0 <= found <= 1 else 1.0
