"""A ResearchStudy that a client writes: a study, or the new title of one.

https://hl7.org/fhir/R4/researchstudy.html
"""

from __future__ import annotations

from datetime import datetime

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection

from app.domain.errors import Category, Fault, Issue
from app.domain.study import Study, StudyName
from app.interop.fhir.own import Own
from app.interop.fhir.urls import STUDY_NAME
from app.services.intake.study import DEFAULT_STUDY, put
from app.storage import studies
from app.storage.held import held_by_names

_NAME: TypeAdapter[str] = TypeAdapter(StudyName)


def take_study(connection: Connection, identifier: str, own: Own | None, time: datetime, actor: str) -> bool:
    """Write the study that a ResearchStudy is; False where it is none: its name is or was another one's.

    A new one runs on the shipped definition and declares no sites. own: None for a deletion. Fault CONFLICT for the
    deletion of a study, which would take its subjects along.
    """
    known = studies.find_by_resource(connection, identifier)
    if own is None:
        if known is not None:
            message = "a study is not deleted"
            raise Fault(Category.CONFLICT, message, (Issue("", "conflict", message),))
        return False
    name = known.name if known else _name(own)
    if known is None and (studies.find(connection, name) is not None or _is_loose(connection, identifier)):
        return False
    title = own.r4.get("title")
    study = known.study.model_copy(update={"title": title}) if known else Study(title=title, definition=DEFAULT_STUDY)
    put(connection, name, study, time, str, actor, own)
    return True


def _is_loose(connection: Connection, identifier: str) -> bool:
    """Whether it was written before and became no study; it stays what it is, whatever it is called now."""
    return bool(held_by_names(connection, [("ResearchStudy", identifier)]))


def _name(own: Own) -> str:
    """Its identifier for studies of ours, else any that has the form of a name, else its id."""
    found = own.r4.get("identifier", [])
    ours = [item for item in found if item.get("system") == STUDY_NAME]
    for item in [*ours, *found]:
        try:
            return _NAME.validate_python(item.get("value"))
        except ValidationError:
            continue
    return own.id
