"""Studies, looked up.

https://hl7.org/fhir/R4/researchstudy.html
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from app.domain.errors import Category, Fault
from app.storage import studies
from app.storage.studies import StoredStudy


def find(connection: Connection, name: str) -> StoredStudy:
    """The study of that name. Fault NOT_FOUND."""
    found = studies.find(connection, name)
    if found is None:
        raise Fault(Category.NOT_FOUND, "no such study")
    return found


def as_json(stored: StoredStudy) -> dict[str, Any]:
    """A study as it is answered."""
    return {
        "study": stored.name,
        **stored.study.as_json(),
        "definition_version": stored.definition_version,
        "resource": f"ResearchStudy/{stored.resource}",
    }
