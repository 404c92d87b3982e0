"""Payloads of FHIR on their way in, and what of earlier ones waits for a patient's number.

docs/fhir-intake.md
"""

from __future__ import annotations

from itertools import groupby

from sqlalchemy import Connection

from app.domain.errors import Category, Fault, Issue
from app.interop.fhir.arriving.arrived import Arrival, read_arrival
from app.interop.fhir.arriving.entries import sent_json, sent_ndjson
from app.interop.fhir.arriving.names import Names
from app.services.arriving.whose import number_key
from app.services.context import Services
from app.services.identity.numbers import Numbers
from app.services.identity.resolve import Number
from app.services.intake.submission import Context, Submission
from app.services.writing.references import unconditional
from app.storage import arrivals, patients
from app.storage.studies import StoredStudy

NDJSON = "application/fhir+ndjson"
# Of records whose sender does not name it.
SOURCE = "fhir"
_ANY = 2**31


def read_fhir(services: Services, submission: Submission) -> Arrival:
    """The resources of a payload, each checked by itself. Fault MALFORMED for what is no FHIR at all, or of no site."""
    context = submission.context
    if context.site is None:
        issue = Issue("site", "required", "FHIR does not say which site sends it", "?site= in the address")
        raise Fault(Category.MALFORMED, issue.message, (issue,))
    with services.database.read.connect() as connection:
        names = _names(connection, submission.study, context)
    return _read(submission.body, submission.media_type, context, names, services.settings.max_records)


def arrival_of(connection: Connection, study: str, body: bytes, media_type: str, context: Context) -> Arrival:
    """A payload that was taken before."""
    return _read(body, media_type, context, _names(connection, study, context), _ANY)


def _read(body: bytes, media_type: str, context: Context, names: Names, most: int) -> Arrival:
    entries = sent_ndjson(body, most) if media_type == NDJSON else sent_json(body, most)
    return read_arrival(entries, names, context.release, unconditional)


def _names(connection: Connection, study: str, context: Context) -> Names:
    return Names(arrivals.secret(connection), study, context.site or "", context.source or SOURCE)


def waiting_for_numbers(
    connection: Connection, study: StoredStudy, touched: set[Number], subjects: set[str]
) -> list[str]:
    """Inbox ids of payloads that wait for a patient's number of which something else is known now.

    subjects: those that have a new record; links may have named them before they were known.
    """
    if not (touched or subjects) or not arrivals.is_anything_waiting(connection, study.name):
        return []
    numbers, secret = Numbers(connection, study), arrivals.secret(connection)
    linked = patients.links_to(connection, study.name, subjects)
    told = touched | {number for row in linked for number in numbers.named(row)}
    keys = set[str]()
    for site, group in groupby(sorted(told), key=lambda number: number.site):
        named, names = {number.number for number in group}, Names(secret, study.name, site, "")
        keys |= {number_key(names, number) for number in named | numbers.facts(site, named).numbers}
    return arrivals.waiting(connection, study.name, keys)
