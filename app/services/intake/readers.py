"""The readers, by media type: what arrived, as records.

docs/intake.md
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.errors import Category, Fault, Issue
from app.interop.reading import Reading
from app.interop.records import read_json, read_ndjson
from app.services.arriving.read import read_fhir
from app.services.context import Services
from app.services.intake.hl7v2 import HL7V2, hl7v2_reading, settle_hl7v2
from app.services.intake.submission import Context, Submission
from app.services.intake.tabular import csv_reading, settle_csv, settle_xlsx, xlsx_reading

Read = Callable[[Services, Submission], Reading]


@dataclass(frozen=True, slots=True)
class Reader:
    """How a format is read. said: what its sender may say beside it, of site, source and profile.

    read: Fault MALFORMED where the payload as a whole cannot be read. settle: what is stored with the payload, so that
    it can be read again in the same way; Fault for what cannot be, such as an unknown profile.
    """

    read: Read
    said: tuple[str, ...] = ()
    settle: Callable[[Services, Submission], Submission] = lambda services, submission: submission


def _json(services: Services, submission: Submission) -> Reading:
    return Reading(read_json(submission.body, services.settings.max_records))


def _ndjson(services: Services, submission: Submission) -> Reading:
    return Reading(read_ndjson(submission.body, services.settings.max_records, submission.context.line))


def _fhir(services: Services, submission: Submission) -> Reading:
    return Reading(arrival=read_fhir(services, submission))


_BY_PROFILE = ("site", "source", "profile")
READERS: dict[str, Reader] = {
    "application/json": Reader(_json),
    "application/x-ndjson": Reader(_ndjson),
    "application/fhir+json": Reader(_fhir, ("site", "source")),
    "application/fhir+ndjson": Reader(_fhir, ("site", "source")),
    "text/csv": Reader(csv_reading, _BY_PROFILE, settle_csv),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": Reader(xlsx_reading, _BY_PROFILE, settle_xlsx),
    **dict.fromkeys(HL7V2, Reader(hl7v2_reading, _BY_PROFILE, settle_hl7v2)),
}


def reader_of(media_type: str, context: Context) -> Reader:
    """The reader of a media type. Fault UNSUPPORTED_MEDIA for an unknown one, MALFORMED for what it has no use for."""
    found = READERS.get(media_type)
    if found is None:
        issue = Issue("Content-Type", "not-supported", "unknown media type", ", ".join(READERS))
        raise Fault(Category.UNSUPPORTED_MEDIA, issue.message, (issue,))
    for name in ("site", "source", "profile"):
        if getattr(context, name) is not None and name not in found.said:
            expected = ", ".join(found.said) or "records that say it themselves"
            issue = Issue(name, "not-supported", f"this format has no use for '{name}'", expected)
            raise Fault(Category.MALFORMED, issue.message, (issue,))
    return found
