"""Payloads of FHIR on their way in, and what of earlier ones waits for a patient's number.

docs/fhir-intake.md
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from app.domain.errors import Category, Fault, Issue
from app.interop.fhir.arriving.arrived import Arrival, read_arrival
from app.interop.fhir.arriving.entries import sent_json, sent_ndjson
from app.interop.fhir.arriving.names import Names
from app.services.context import Services
from app.services.intake.payload import Delivered
from app.services.intake.prepare import Prepared
from app.services.intake.submission import Context, Submission
from app.services.writing.references import unconditional
from app.storage import arrivals

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


def waiting_for_numbers(connection: Connection, study: str, delivered: Iterable[Delivered]) -> list[str]:
    """Inbox ids of payloads that wait for a patient's number which these subject records say."""
    items = [item for one in delivered for item in one.payload.items]
    people = [item for item in items if isinstance(item, Prepared) and item.identity]
    said = {(item.site, (item.identity or {}).get("mrn")) for item in people}
    told = [(site, number) for site, number in said if number]
    if not told or not arrivals.is_anything_waiting(connection, study):
        return []
    secret = arrivals.secret(connection)
    keys = {f"number/{Names(secret, study, site, '').number(number)}" for site, number in told}
    return arrivals.waiting(connection, study, keys)
