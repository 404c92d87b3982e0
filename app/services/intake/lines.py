"""What the receipt says of a record: its line, and what keeps it from being taken.

docs/intake.md
"""

from __future__ import annotations

from sqlalchemy import Connection

from app.domain.errors import Issue
from app.domain.nearest import nearest
from app.services.identity.resolve import Whose
from app.services.intake.batch import Batch
from app.services.intake.prepare import Checked, Prepared, Stated, Unassigned
from app.services.intake.receipt import Line
from app.storage.held import held_by_records, held_by_subjects
from app.storage.records import KnownRecord


def line_of(
    item: Checked,
    outcome: str,
    identifier: str | None = None,
    version: int | None = None,
    issues: tuple[Issue, ...] = (),
) -> Line:
    """The line of an item."""
    line = Line(item.index, outcome, identifier, version, issues=issues, type=item.type, site=item.site)
    line.place = item.place
    if isinstance(item, Prepared):
        line.notes = item.notes
    return line


def conflict(item: Prepared | Stated) -> Issue:
    """Why a version is refused that says two things."""
    path = f"records[{item.index}].version"
    message = "this version was received before with other content"
    return Issue(path, "conflict", message, "a higher version", item.place or None)


def not_linked(item: Unassigned, found: Whose) -> Issue:
    """Why a record is held."""
    path, place = f"records[{item.index}].subject", item.place or None
    if found.rivals:
        message = f"the number of this patient might mean subject {' or '.join(found.rivals)}; a person must decide"
        return Issue(path, "conflict", message, "one link of that number to a subject", place)
    message = "the hospital's number of this patient is not linked to a subject; the record is kept until it is"
    return Issue(path, "not-found", message, "a link of that number to a subject", place)


def undeclared_site(batch: Batch, item: Checked) -> list[Issue]:
    """That a site is none of the study's."""
    zones = batch.zones
    if not zones or item.site in zones:
        return []
    path, expected = f"records[{item.index}].site", ", ".join(sorted(zones))
    near = nearest(item.site or "", zones)
    return [Issue(path, "code-invalid", "not a site of this study", expected, item.place or None, near)]


def site_issues(batch: Batch, item: Prepared) -> list[Issue]:
    """What is wrong with the site of a record."""
    record, issues = item.record, undeclared_site(batch, item)
    if issues:
        return issues
    path, place = f"records[{item.index}].site", item.place or None
    subject = batch.subjects.get(record.subject)
    if subject is not None and subject.site != record.site:
        return [Issue(path, "conflict", "the subject belongs to another site", "the site of the subject", place)]
    return []


def recall(connection: Connection, unchanged: list[tuple[Line, KnownRecord]]) -> None:
    """An unchanged record is answered with the resources of the first answer."""
    held = held_by_records(connection, {known.id for _, known in unchanged})
    own = {known.subject for _, known in unchanged if known.type == "subject" and known.subject is not None}
    held_by_subject = held_by_subjects(connection, own)
    for line, known in unchanged:
        found = held_by_subject.get(known.subject or 0, []) if known.type == "subject" else held.get(known.id, [])
        line.resources.extend(f"{item.type}/{item.id}" for item in found if not item.deleted)


def number_of(item: Prepared) -> dict[str, str | None] | None:
    """The number of its patient that a record came under, as stored."""
    patient = item.patient
    if patient is None:
        return None
    return {"site": item.site, "number": patient.number, "authority": patient.authority, "kind": patient.kind}
