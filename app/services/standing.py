"""The resource that an operation is asked of.

https://hl7.org/fhir/R4/operations.html
"""

from __future__ import annotations

from sqlalchemy import Connection

from app.domain.errors import Category, Fault
from app.storage import documents
from app.storage.documents import Document
from app.storage.visibility import Caller


def standing(connection: Connection, type_: str, identifier: str, caller: Caller) -> Document:
    """The newest version of a resource that the caller may see. Faults NOT_FOUND and GONE where there is none."""
    found = documents.current(connection, type_, identifier, caller)
    if found is None:
        raise Fault(Category.NOT_FOUND, f"no such {type_}")
    if found.deleted:
        raise Fault(Category.GONE, "the resource was deleted; its history is kept")
    return found
