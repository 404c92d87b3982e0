"""What a client sends: the resource, checked, and the headers that say what is to happen with it.

https://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

import re
from typing import Any

from app.domain.errors import Category, Fault, Issue
from app.interop.fhir.check import check
from app.interop.fhir.own import R4, R5
from app.interop.fhir.r5.check import check_r5
from app.interop.fhir.rules import TOO_DEEP
from app.services.writing.references import unconditional

_ETAG = re.compile(r'(?:W/)?"(\d{1,9})"', re.ASCII)
_CHECKS = {R4: check, R5: check_r5}


def checked(body: Any, type_: str, release: int, place: str = "") -> dict[str, Any]:
    """The resource, which is one of this type and passes the check of its release. Fault where not; nothing is echoed.

    place: of the resource in the request. 422 for what breaks a rule, 400 for what is no resource of the type.
    """
    if not isinstance(body, dict) or body.get("resourceType") != type_:
        issue = Issue(f"{place}.resourceType".lstrip("."), "invalid", "not a resource of this type", type_)
        raise Fault(Category.MALFORMED, issue.message, (issue,))
    found = _CHECKS[release](body)
    if found and all(issue.code != TOO_DEEP for issue in found):
        found = _CHECKS[release](unconditional(body))  # conditional references are none that may stay
    issues = [issue.under(place) if place else issue for issue in found]
    if issues:
        raise Fault(Category.UNPROCESSABLE, "the resource breaks rules of FHIR", tuple(issues))
    return body


def if_match(text: str | None, place: str = "If-Match") -> tuple[int, ...] | None:
    """The versions that a client knows, none where it takes any. Fault MALFORMED for what is no list of our ETags."""
    if text is None:
        return None
    if text.strip() == "*":
        return ()
    tags = [_ETAG.fullmatch(part.strip()) for part in text.split(",")]
    versions = tuple(int(tag[1]) for tag in tags if tag)
    if len(versions) != len(tags):
        issue = Issue(place, "value", "not an ETag", 'W/"1", as in the answer to a read')
        raise Fault(Category.MALFORMED, issue.message, (issue,))
    return versions


def if_none_match(text: str | None, place: str = "If-None-Match") -> bool:
    """Whether the resource may not exist yet: `*`, the only form that a write knows."""
    if text is None:
        return False
    if text.strip() != "*":
        raise Fault(Category.MALFORMED, "not offered", (Issue(place, "value", "not offered for a write", "*"),))
    return True
