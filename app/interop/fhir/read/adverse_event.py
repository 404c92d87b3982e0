"""Adverse events: as the research guide has them, and as base R4 does.

http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition/AdverseEvent-clinical-research

The severity of base R4 is no grade and is never read as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.interop.fhir.elements import Json
from app.interop.fhir.r5.extensions import parts
from app.interop.fhir.read.astct import crs, icans
from app.interop.fhir.read.causality import relatedness
from app.interop.fhir.read.concepts import codings, masked, texts, word, words
from app.interop.fhir.read.elements import extended, extensions, own, own_parts, said
from app.interop.fhir.read.pool import Pool, each
from app.interop.fhir.read.reading import NoRecordError, Reading
from app.interop.fhir.read.status import IN_ERROR, recorded
from app.interop.fhir.urls import AE_GUIDE
from app.terminology.adverse_events import find_term
from app.terminology.systems import NCIT, canonical

_OVER = frozenset({"recovered", "recovered-with-sequelae", "fatal"})


def read_adverse_events(pool: Pool) -> Iterator[Reading]:
    """Every event that happened."""

    def read(resource: Json) -> Iterator[Reading]:
        return pool.make(_adverse_event(resource, pool), (resource, ""))

    return each(pool, "AdverseEvent", read)


def _adverse_event(resource: Json, pool: Pool) -> Json:
    if resource.get("actuality") == "potential":
        raise NoRecordError("it is a potential event")
    status = _status(resource)
    outcome = word(resource.get("outcome"), "outcome", "outcome-r4")
    over = _guide(resource, "resolve-date")
    return said(
        type="adverse_event",
        status=IN_ERROR if status == IN_ERROR else "final",
        recorded=recorded(resource),
        **_term(resource.get("event")),
        ctcae_version=own(resource, "ctcae-version"),
        onset=resource.get("date"),
        end=over,
        ongoing=_ongoing(status, outcome, over),
        grade=_grade(resource),
        grade_history=[said(**change) for change in own_parts(resource, "grade-change")],
        serious=_serious(resource),
        serious_since=own(resource, "serious-since"),
        seriousness_criteria=_criteria(resource),
        relatedness=relatedness(resource, pool),
        relatedness_other=word(own(resource, "relatedness-other"), "relatedness-other"),
        expected=_guide(resource, "expected-in-research-study"),
        outcome=outcome,
        action_taken=next(iter(_actions(resource)), None),
        investigator_dlt=own(resource, "investigator-dlt"),
        interest=word(own(resource, "event-of-interest"), "interest"),
        crs=crs(resource),
        icans=icans(resource),
    )


def _guide(resource: Json, name: str) -> Any:
    return extended(resource, f"{AE_GUIDE}/{name}")


def _status(resource: Json) -> str | None:
    """The workflow status of the guide."""
    modifiers = {"extension": resource.get("modifierExtension")}
    status: str | None = extended(modifiers, f"{AE_GUIDE}/status")
    return status


def _ongoing(status: str | None, outcome: str | None, end: str | None) -> bool | None:
    """What the workflow status tells beyond the outcome and the end; they say it more strongly."""
    if end is not None or outcome in _OVER:
        return None
    return {"in-progress": True, "completed": False if outcome in (None, "unknown") else None}.get(status or "")


def _term(event: Any) -> Json:
    """The hospital's words as they are, else those of the table for the code, and the code. NoRecordError without.

    What our writers withheld is left out: who takes the record knows the words from before, or refuses it.
    """
    code = _code(event)
    known = None if code is None else find_term(None, code.get("system"), code["code"])
    named = next(texts(event), None) or (None if known is None else known.term)
    if not isinstance(event, dict) or (named is None and not masked(event)):
        raise NoRecordError("it names no event")
    return said(term=named, code=code)


def _code(event: Json) -> Json | None:
    """The code: one that is known before one that is not, a code of the hospital's before the NCIt code of the term."""
    sent = [said(system=canonical(one.get("system", "")) or None, code=one["code"].strip()) for one in codings(event)]
    ranked = sorted(sent, key=lambda one: (not _is_known(one), one.get("system") == NCIT))
    return next(iter(ranked), None)


def _is_known(code: Json) -> bool:
    return find_term(None, code.get("system"), code["code"]) is not None


def _grade(resource: Json) -> int | None:
    known = word(_guide(resource, "ae-grade"), "grade")
    return None if known is None else int(known)


def _serious(resource: Json) -> bool | None:
    known = word(resource.get("seriousness"), "seriousness")
    return None if known is None else known == "serious"


def _criteria(resource: Json) -> list[str]:
    told = [parts(item) for item in extensions(resource, f"{AE_GUIDE}/seriousness-criteria")]
    met = [part.get("criterionCode") for part in told if part.get("criterionPresent") is not False]
    return list(dict.fromkeys(words(met, "seriousness-criterion")))


def _actions(resource: Json) -> list[str]:
    taken = [parts(item).get("item") for item in extensions(resource, f"{AE_GUIDE}/mitigating-action")]
    return words(taken, "action-taken")
