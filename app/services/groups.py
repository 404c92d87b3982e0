"""Groups of the FHIR door: read and found.

https://hl7.org/fhir/R4/group.html
"""

from __future__ import annotations

from app.domain.errors import Category, Fault, Issue
from app.interop.fhir.bulk.capability import GROUP_PARAMETERS
from app.interop.fhir.encode import encode
from app.interop.fhir.group import write_group
from app.interop.fhir.search.wording import normal
from app.interop.fhir.urls import STUDY_NAME
from app.services.context import Services
from app.services.search.faults import Unknown, refused
from app.services.search.query import Pairs
from app.services.search.values import plain, split
from app.storage import groups
from app.storage.documents import Document
from app.storage.groups import Cohort
from app.storage.visibility import Caller


def read(tools: Services, caller: Caller, identifier: str) -> Document:
    """The Group of that id. Fault NOT_FOUND."""
    with tools.database.read.connect() as connection:
        found = groups.find(connection, caller, identifier)
    if found is None:
        raise Fault(Category.NOT_FOUND, "no such Group")
    return _document(found)


def search(tools: Services, caller: Caller, pairs: Pairs, lenient: bool) -> tuple[list[Document], list[Issue]]:
    """The Groups that fit, and what was left out of the question. There is one a study, so each is looked at."""
    unknown = [Unknown(name, GROUP_PARAMETERS) for name, _ in pairs if name.partition(":")[0] not in GROUP_PARAMETERS]
    if unknown and not lenient:
        raise unknown[0].fault()
    asked = [_read(name, text) for name, text in pairs if name.partition(":")[0] in GROUP_PARAMETERS]
    with tools.database.read.connect() as connection:
        found = groups.every(connection, caller)
    fitting = [group for group in found if all(_fits(group, *one) for one in asked)]
    return [_document(group) for group in fitting], [one.issue for one in unknown]


def _read(name: str, text: str) -> tuple[str, bool, list[str]]:
    """(parameter, whether its absence is asked after, values)."""
    code, _, modifier = name.partition(":")
    parts = [part for part in split(text, ",") if part]
    if modifier not in ("", "missing") or (modifier and code == "_id"):
        raise refused(name, "this modifier is not offered here", "missing", "not-supported")
    if not parts or (modifier and text not in ("true", "false")):
        raise refused(name, "cannot be used so", "true, false" if modifier else "a value")
    return code, bool(modifier), parts


def _fits(group: Cohort, code: str, missing: bool, parts: list[str]) -> bool:
    if missing:
        return (code == "member" and not group.patients) is (parts == ["true"])
    return any(_has(group, code, part) for part in parts)


def _has(group: Cohort, code: str, part: str) -> bool:
    text = plain(part)
    match code:
        case "_id":
            return text == group.id
        case "identifier":
            return text in (group.study, f"{STUDY_NAME}|{group.study}", f"{STUDY_NAME}|")
        case "type":
            return text.removeprefix("http://hl7.org/fhir/group-type|") == "person"
        case "actual":
            return text == "true"
        case "member":
            return text.removeprefix("Patient/") in group.patients
        case _:
            return normal(group.title or group.study).startswith(normal(text))


def _document(group: Cohort) -> Document:
    body = encode(write_group(group.study, group.title, group.patients), group.id, group.seq, group.updated)
    return Document("Group", group.id, group.seq, group.updated, False, body)
