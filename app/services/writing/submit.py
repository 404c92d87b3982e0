"""The way of a client's writes to the one writer, and of a patch to what it changes.

https://hl7.org/fhir/R4/http.html#patch
"""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial

from app.services.context import Services
from app.services.writing.commit import Unit, commit
from app.services.writing.request import Write, Written
from app.services.writing.resolve import Looking
from app.storage import counter, documents
from app.storage.documents import Document
from app.storage.visibility import Caller

ANONYMOUS = "anonymous"


def submit(services: Services, writes: list[Write], payload: bytes, base: str, caller: Caller) -> Future[list[Written]]:
    """Do the writes together; the outcome of each is there after the commit."""
    unit = Unit(writes, payload, base, caller, ANONYMOUS, services.clock(), services.new_id)
    return services.writer.submit(partial(commit, unit))


def find(services: Services, type_: str, condition: str, base: str, caller: Caller) -> list[str]:
    """Ids of at most two resources that meet a condition. Fault where it is none."""
    with services.database.read.connect() as connection:
        seq = counter.latest(connection).seq
        looking = Looking(connection, seq, caller, base, services.clock(), services.new_id)
        return looking.find(type_, condition, "")


def current(services: Services, type_: str, identifier: str, caller: Caller) -> Document | None:
    """The newest version of a resource, a deletion too."""
    with services.database.read.connect() as connection:
        return documents.current(connection, type_, identifier, caller)
