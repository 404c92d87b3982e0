"""One resource validated.

https://hl7.org/fhir/R4/validation.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.domain.errors import Issue
from app.interop.fhir.check import R4, check
from app.interop.fhir.definitions.published import by_url
from app.interop.fhir.elements import Json
from app.interop.fhir.r5.check import R5
from app.interop.fhir.rules import TOO_DEEP
from app.interop.fhir.urls import PROJECT
from app.interop.fhir.validate.codes import own_codings
from app.interop.fhir.validate.extension import extensions
from app.interop.fhir.validate.finding import Finding, finding
from app.interop.fhir.validate.profile import inside
from app.interop.fhir.validate.tree import tree_of

_DIALECTS = {4: R4, 5: R5}
_BASE = "http://hl7.org/fhir/StructureDefinition/"
_PLACE = "meta.profile"
_NO_SUCH = finding("error", _PLACE, "not-found", "no such profile is known here")
_NOT_HELD = finding("information", _PLACE, "not-found", "a profile that is not known here was not looked at")


def validate(resource: Json, release: int = 4, profiles: Iterable[str] = ()) -> list[Finding]:
    """All that is wrong with a resource, and what a client should know; an empty list when there is nothing to say.

    resource: decoded JSON, numbers as int or Decimal; release: of FHIR, 4 or 5; profiles: asked for besides those
    that the resource names itself. Never raises, never echoes a value.
    """
    issues = check(resource, _DIALECTS[release])
    broken = [Finding("error", issue) for issue in issues]
    if _cannot_go_on(issues):
        return broken
    return _once([*broken, *_further(resource, release, list(profiles))])


def _cannot_go_on(issues: list[Issue]) -> bool:
    return any(issue.code == TOO_DEEP or issue.path == "resourceType" for issue in issues)


def _further(resource: Json, release: int, asked: list[str]) -> Iterator[Finding]:
    yield from own_codings(resource)
    yield from extensions(resource, resource["resourceType"], "", release)
    for url in asked:
        yield from _against(resource, url, release, _NO_SUCH)
    for url in _claimed(resource):
        yield from _against(resource, url, release, _NO_SUCH if url.startswith(f"{PROJECT}/") else _NOT_HELD)


def _claimed(resource: Json) -> list[str]:
    meta = resource.get("meta")
    claimed = meta.get("profile") if isinstance(meta, dict) else None
    return [url for url in claimed if isinstance(url, str)] if isinstance(claimed, list) else []


def _against(resource: Json, url: str, release: int, unknown: Finding) -> Iterator[Finding]:
    """The findings of one profile. unknown: the finding where we do not have it."""
    address, name = url.partition("|")[0], resource["resourceType"]
    definition = by_url(release).get(address, {})
    if definition.get("kind") == "resource" and definition["type"] == name:
        yield from inside(tree_of(address, release), resource, "")
    elif definition.get("kind") == "resource":
        yield finding("error", _PLACE, "structure", "a profile of another resource type", definition["type"])
    elif address != _BASE + name:
        yield unknown


def _once(findings: list[Finding]) -> list[Finding]:
    """Each finding once: a resource that is asked for a profile that it names too is not told twice."""
    return list(dict.fromkeys(findings))
