"""Data cuts: cut-off, moment and definition version frozen under a name.

docs/cuts.md
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Connection

from app.domain.dates import iso_day
from app.domain.errors import Category, Fault, Issue
from app.domain.terms import Frozen
from app.interop.jsontext import dump
from app.services import asking, definitions, studies
from app.services.asking import Axes, Frame
from app.services.derivation.derivation import Wanted, subject_rows, summary
from app.services.intake.batch import Batch
from app.storage import counter, cuts
from app.storage.counter import Moment
from app.storage.cuts import StoredCut
from app.storage.studies import StoredStudy
from app.version import VERSION


class Cut(Frozen):
    """What a data cut freezes. as_of and definition_version: absent, the newest change and the study's own version."""

    cutoff: Annotated[str, Field(description="last day that counts, YYYY-MM-DD; inclusive")]
    as_of: Annotated[int | str | None, Field(description="what had been received by then: seq, or a date-time")] = None
    definition_version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


def put(
    connection: Connection, study: str, name: str, wanted: Cut, time: datetime, actor: str
) -> tuple[StoredCut, bool]:
    """Make a cut; (as stored, whether it is new). Fault CONFLICT where the name stands for another one.

    Runs under the write lock.
    """
    stored = studies.find(connection, study)
    moment = counter.lock(connection, time)
    old = cuts.find(connection, study, name)
    cutoff, as_of = _axes(connection, wanted, moment)
    if old is not None:
        _check_same(old, wanted, cutoff, as_of)
        return old, False
    version = wanted.definition_version or stored.definition_version
    _check_version(connection, stored, version)
    batch = Batch(connection, actor, str, moment, study=stored, records={}, subjects={})
    seq = batch.next_seq()
    cut = StoredCut(study, name, cutoff, as_of, stored.definition, version, moment.time, seq)
    cuts.add(connection, cut)
    batch.note(seq, "cut", name, None, (None, sha256(dump(as_json(cut))).hexdigest()))
    batch.write()
    return cut, True


def _axes(connection: Connection, wanted: Cut, now: Moment) -> tuple[int, Moment]:
    """(cut-off, moment) of what is wanted. Fault UNPROCESSABLE; a moment to come is none."""
    try:
        cutoff = asking.cutoff_day(wanted.cutoff)
        as_of = asking.moment(connection, None if wanted.as_of is None else str(wanted.as_of))
    except Fault as fault:
        raise Fault(Category.UNPROCESSABLE, fault.detail, fault.issues) from None
    if as_of.time > now.time:
        issue = Issue("as_of", "value", "lies in the future: what is still to come would change the cut", "a past time")
        raise Fault(Category.UNPROCESSABLE, issue.message, (issue,))
    assert cutoff is not None  # it is required
    return cutoff, as_of


def _check_version(connection: Connection, study: StoredStudy, version: int) -> None:
    try:
        definitions.asked(connection, study.definition, version)
    except Fault as fault:
        raise Fault(Category.UNPROCESSABLE, "no such version of the definition", fault.issues) from None


def _check_same(old: StoredCut, wanted: Cut, cutoff: int, as_of: Moment) -> None:
    """What is named must be what is stored; what is left out is."""
    differs = {
        "cutoff": cutoff != old.cutoff,
        "as_of": wanted.as_of is not None and as_of.seq != old.as_of.seq,
        "definition_version": wanted.definition_version not in (None, old.definition_version),
    }
    issues = tuple(Issue(name, "conflict", "a cut never changes", "another name") for name in differs if differs[name])
    if issues:
        raise Fault(Category.CONFLICT, "a cut of this name was made of something else", issues)


def get(connection: Connection, study: str, name: str) -> StoredCut:
    """A cut by name. Fault NOT_FOUND."""
    found = cuts.find(connection, studies.find(connection, study).name, name)
    if found is None:
        raise Fault(Category.NOT_FOUND, "no such cut")
    return found


def every(connection: Connection, study: str) -> list[StoredCut]:
    """The study's cuts in the order in which they were made. Fault NOT_FOUND for the study."""
    return cuts.every(connection, studies.find(connection, study).name)


def as_json(cut: StoredCut) -> dict[str, Any]:
    """A cut as it is answered."""
    return {
        "study": cut.study,
        "cut": cut.name,
        "cutoff": iso_day(cut.cutoff),
        "as_of": {"seq": cut.as_of.seq, "time": cut.as_of.time},
        "definition": cut.definition,
        "definition_version": cut.definition_version,
        "created": cut.at,
    }


def digest(connection: Connection, study: str, name: str) -> dict[str, Any]:
    """SHA-256 of each endpoint's summary and subject rows at the cut, and of all of them, worked out now."""
    get(connection, study, name)
    frame = asking.frame(connection, study, Axes(cut=name))
    parts = {endpoint: _digest(connection, frame, endpoint) for endpoint in frame.definition.endpoints}
    whole = sha256(dump(parts)).hexdigest()
    return {"study": study, "cut": name, "sha256": whole, "endpoints": parts, "engraft": VERSION}


def _digest(connection: Connection, frame: Frame, endpoint: str) -> str:
    question = frame.question(endpoint)
    body = [summary(connection, question, Wanted()), subject_rows(connection, question)]
    return sha256(dump(body)).hexdigest()
