"""What must hold across the parts of a profile: maps that exist, layouts that fit the format, keys that tell nobody.

docs/profiles.md
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from app.endpoints.document import Document, Path
from app.interop.hl7v2.charset import extends_ascii
from app.interop.mapping.check_fields import check_fields
from app.interop.mapping.check_source import check_formats, check_source
from app.interop.mapping.encoding import ENCODINGS, handler
from app.interop.mapping.expansion import key_parts, single, variants
from app.interop.mapping.profile import Form, Key, Patient, Profile, RepeatedFields, Source
from app.interop.mapping.target import Target

TEXT = Target("text")
_DATES = Target("date")
_IDENTIFYING = ("mrn", "family_name", "given_name", "birth_date")
_STATUS = Target("word", words=("final", "amended", "entered-in-error"))


def check(document: Document, profile: Profile) -> None:
    """Add what is wrong to the document's findings."""
    check_formats(document, ("dates",), profile.dates, profile.unknown_parts, profile.pivot)
    _layout(document, profile)
    for name in ("site", "source", "subject"):
        said = getattr(profile, name)
        if isinstance(said, Source):
            check_source(document, profile, (name,), said, TEXT)
    if profile.patient is not None:
        _patient(document, profile, ("patient",), profile.patient)
    if profile.subject is not None and profile.patient is not None:
        document.note(("patient",), "conflict", "a profile names subjects or patients, not both", "one of them")
    twice = [name for name, count in Counter(form.form for form in profile.forms).items() if count > 1]
    for position, form in enumerate(profile.forms):
        if form.form in twice:
            document.note(("forms", position, "form"), "duplicate", "two forms have one name", "a name of its own")
        _form(document, profile, ("forms", position), form)


def _layout(document: Document, profile: Profile) -> None:
    if profile.thousands == profile.decimal:
        document.note(("thousands",), "conflict", "one mark for decimals and thousands", "two different marks")
    if profile.csv.quote == profile.csv.delimiter:
        document.note(("csv", "quote"), "conflict", "one mark between cells and around them", "two different marks")
    for name in ("delimiter", "quote"):
        if getattr(profile.csv, name) in "\r\n":
            document.note(("csv", name), "value", "a line end stands between rows", "another character")
    try:
        handler(profile.csv.encoding)
    except LookupError:
        document.note(("csv", "encoding"), "code-invalid", "unknown encoding", ENCODINGS)
    if not extends_ascii(profile.hl7v2.encoding):
        document.note(("hl7v2", "encoding"), "code-invalid", "not an encoding that extends ASCII", ENCODINGS)


def _form(document: Document, profile: Profile, path: Path, form: Form) -> None:
    _rows(document, profile, path, form)
    if form.subject is not None and form.patient is not None:
        document.note((*path, "patient"), "conflict", "a form names subjects or patients, not both", "one of them")
    if not any((form.subject, form.patient, profile.subject, profile.patient)):
        document.note((*path, "form"), "required", "nothing says whose the records are", "subject or patient")
    for name, target in (("subject", TEXT), ("version", Target("whole")), ("recorded", _DATES), ("status", _STATUS)):
        said = getattr(form, name)
        if isinstance(said, Source):
            check_source(document, profile, (*path, name), said, target)
    if form.patient is not None:
        _patient(document, profile, (*path, "patient"), form.patient)
    for part in key_parts(form):
        if isinstance(part, Source):
            check_source(document, profile, (*path, "id"), part, TEXT)
    check_fields(document, profile, form.record, (*path, "fields"), form.fields)
    _spread(document, profile, path, form)
    _key(document, profile, path, form)


def _spread(document: Document, profile: Profile, path: Path, form: Form) -> None:
    if isinstance(form.spread, RepeatedFields):
        check_fields(document, profile, form.record, (*path, "spread", "fields"), form.spread.fields)
    elif form.spread is not None:
        for name, fields in form.spread.root.items():
            check_fields(document, profile, form.record, (*path, "spread", name), fields)
    if form.spread is not None and form.group is not None:
        document.note((*path, "spread"), "conflict", "rows are spread or put together, not both", "spread or group")


def _patient(document: Document, profile: Profile, path: Path, patient: Patient) -> None:
    for name in ("number", "authority", "kind"):
        said = getattr(patient, name)
        if isinstance(said, Source):
            check_source(document, profile, (*path, name), said, TEXT)


def _rows(document: Document, profile: Profile, path: Path, form: Form) -> None:
    if form.sheet is not None and profile.format != "xlsx":
        document.note((*path, "sheet"), "conflict", "only a workbook has sheets", "format: xlsx")
    if form.rows is not None and profile.format != "hl7v2":
        document.note((*path, "rows"), "conflict", "only messages have such rows", "format: hl7v2")
    if form.rows is None and profile.format == "hl7v2":
        document.note((*path, "form"), "required", "nothing says which rows these are", "rows: message, OBR, OBX …")
    for position, condition in enumerate(form.when or ()):
        if not any(
            value is not None for value in (condition.is_, condition.is_not, condition.empty, condition.matches)
        ):
            document.note((*path, "when", position), "required", "no condition", "is, is_not, empty or matches")


def _key(document: Document, profile: Profile, path: Path, form: Form) -> None:
    """A record's id is seen by sponsors."""
    if isinstance(form.id, Key):
        return
    telling = set(_telling(profile, form))
    for part in key_parts(form):
        if telling & set(_columns(part)):
            message = "the id, which sponsors see, would tell who the patient is"
            document.note((*path, "id"), "security", message, "other columns, or id: {digest: [...]}")
            return


def _telling(profile: Profile, form: Form) -> Iterator[str]:
    """Columns that identify a person."""
    for patient in (form.patient, profile.patient):
        if patient is not None:
            yield from _columns(patient.number)
    for one in profile.forms:
        if one.record == "subject":
            for fields in (one.fields, *(fields for _, fields in variants(one))):
                for path, source in single(fields):
                    if path[0] in _IDENTIFYING:
                        yield from _columns(source)


def _columns(source: str | Source) -> list[str]:
    if isinstance(source, str):
        return [source]
    return [*([source.column] if source.column else []), *(source.columns or ())]
