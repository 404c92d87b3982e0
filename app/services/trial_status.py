"""The status of a subject for FHIR clients: every part of it, with resource versions in the place of records.

docs/fhir-operations.md

A record's own key holds the hospital's id of it, which may name someone; the version of its resource says as much.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.errors import Category, Fault
from app.services.asking import Axes
from app.services.context import Services
from app.services.standing import standing
from app.services.status.status import status
from app.storage import events, studies
from app.storage.visibility import Caller


def trial_status(services: Services, identifier: str, caller: Caller, axes: Axes) -> dict[str, Any]:
    """Where the subject of a ResearchSubject stands. Faults NOT_FOUND and GONE for that, others name the parameter."""
    with services.database.read.connect() as connection:
        standing(connection, "ResearchSubject", identifier, caller)
        found = studies.subject_by_resource(connection, "ResearchSubject", identifier)
        if found is None:
            raise Fault(Category.NOT_FOUND, "the subject is in no study of this service")
        study, subject = found
        body = status(connection, study, subject.number, axes)
        rows = events.of_subjects(connection, study, body["as_of"]["seq"], subject.id).get(subject.id, [])
    resources = {row.record: row.resource for row in rows if row.resource is not None}
    answer: dict[str, Any] = _evidenced(body, resources, body["research_subject"])
    return answer


def _evidenced(part: Any, resources: Mapping[str, str], otherwise: str) -> Any:
    """The same with references. otherwise: of a record without a resource of its own, the subject's."""
    if isinstance(part, list):
        return [_evidenced(item, resources, otherwise) for item in part]
    if not isinstance(part, dict):
        return part
    found: dict[str, Any] = {}
    for name, value in part.items():
        if name == "record":
            found["evidence"] = resources.get(value, otherwise)
        elif name == "records":
            found["evidence"] = [resources.get(key, otherwise) for key in value]
        elif name == "evidence":
            found["evidence"] = [item["resource"] or otherwise for item in value]
        else:
            found[name] = _evidenced(value, resources, otherwise)
    return found
