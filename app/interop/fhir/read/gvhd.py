"""GVHD: the Condition with the Observation of its grade, and a grade that stands alone.

https://www.ncbi.nlm.nih.gov/books/NBK577669/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.domain.gvhd import NUMBERS, OrganStages
from app.interop.fhir.codes import fixed
from app.interop.fhir.elements import Json
from app.interop.fhir.gvhd import GRADE
from app.interop.fhir.r5.extensions import value
from app.interop.fhir.read.concepts import coded_word, shares, word
from app.interop.fhir.read.elements import name_of, own, own_parts, said, start, targets
from app.interop.fhir.read.observations import head, kinds, whole
from app.interop.fhir.read.pool import Pool, each
from app.interop.fhir.read.reading import NoRecordError, Reading
from app.interop.fhir.read.status import confirmed, counts, joined, recorded
from app.terminology.value_sets import words

_KINDS = ("gvhd-kind", "gvhd-kind-snomed", "gvhd-kind-icd10cm")
_GRADES = {"acute-gvhd-grade": "acute", "chronic-gvhd-severity": "chronic"}
_LEVELS = {"acute": ("gvhd-grade", "gvhd-severity"), "chronic": ("gvhd-severity", "gvhd-grade")}
_FIELDS = {"gvhd-grade": "grade", "gvhd-severity": "severity"}
_SCORE = fixed("observation", "chronic-gvhd-organ-score")


def read_gvhd(pool: Pool) -> Iterator[Reading]:
    """Every episode with its grade; then the grades of episodes that are not among the resources."""

    def read(resource: Json) -> Iterator[Reading]:
        kind = word(resource.get("code"), *_KINDS)
        if kind is None:
            return iter(())
        if kind not in _LEVELS:
            raise NoRecordError("it does not say whether the GVHD is acute or chronic")
        grade = _grade_of(resource, pool)
        episode = _episode(resource, kind)
        if grade is None:
            return pool.make(episode, (resource, ""))
        status = joined(episode["status"], [grade])
        return pool.make({**episode, "status": status, **_graded(grade, kind)}, (resource, ""), (grade, GRADE))

    def read_grade(resource: Json) -> Iterator[Reading]:
        kind = next((_GRADES[found] for found in kinds(resource) if found in _GRADES), None)
        return iter(()) if kind is None else pool.make(_grade_alone(resource, kind), (resource, GRADE))

    yield from each(pool, "Condition", read)
    yield from each(pool, "Observation", read_grade)


def _episode(resource: Json, kind: str) -> Json:
    return said(
        type="gvhd",
        status=confirmed(resource),
        recorded=recorded(resource),
        kind=kind,
        onset=start(resource, "onset"),
        grade_history=_history(resource),
        systemic_therapy_start=own(resource, "systemic-therapy-start"),
        steroid_refractory=own(resource, "steroid-refractory"),
        end=start(resource, "abatement"),
    )


def _history(resource: Json) -> list[Json]:
    told = [(part.get("date"), word(part.get("grade"), *_FIELDS)) for part in own_parts(resource, "grade-change")]
    return [{"date": date, "grade": grade} for date, grade in told if date and grade]


def _grade_of(resource: Json, pool: Pool) -> Json | None:
    """The Observation of the grade: it has the Condition in its focus, or the Condition has it as evidence or stage."""
    evidence = [part.get("detail") for part in resource.get("evidence") or []]
    stages = [part.get("assessment") for part in resource.get("stage") or []]
    pointed = [pool.get(name) for references in (*evidence, *stages) for name in targets(references)]
    linked = [*pool.parts("Observation", name_of(resource)), *filter(pool.is_free, filter(None, pointed))]
    graded = (one for one in linked if kinds(one) & _GRADES.keys() and counts(one, resource))
    return next(graded, None)


def _grade_alone(resource: Json, kind: str) -> Json:
    """An episode of which no more is known than that it had this grade on this day."""
    found = _graded(resource, kind)
    level = found.get("grade") or found.get("severity")
    if not found:
        raise NoRecordError("its grade is none that the trial knows")
    day = start(resource, "effective")
    history = [{"date": day, "grade": level}] if day and level else None
    return {**head(resource, "gvhd"), "kind": kind, **found, **said(grade_history=history)}


def _graded(resource: Json, kind: str) -> Json:
    """Grade or severity, stages and scores. A number is a grade of an acute GVHD or a severity of a chronic one."""
    told = resource.get("valueCodeableConcept")
    number = whole(resource)
    levels = {level: word(told, level) for level in _LEVELS[kind]}
    known = next(((level, found) for level, found in levels.items() if found), None)
    if known is None and number is not None:
        named = [name for name in words(_LEVELS[kind][0]) if NUMBERS[name] == number]
        known = (_LEVELS[kind][0], named[0]) if named else None
    return said(**({_FIELDS[known[0]]: known[1]} if known else {}), **_organs(resource, kind))


def _organs(resource: Json, kind: str) -> Json:
    """Stages of MAGIC and scores of NIH; what says neither is a stage of an acute GVHD, a score of a chronic one."""
    stages: Json = {}
    scores: Json = {}
    for part in resource.get("component") or []:
        organ, number = coded_word(part.get("code"), "gvhd-organ"), value(part)
        if organ is None or not isinstance(number, int):
            continue
        scored = shares(part.get("code"), _SCORE) or (kind == "chronic" and not _staged(part))
        (scores if scored or organ not in OrganStages.model_fields else stages)[organ] = number
    return said(stages=stages, organ_scores=scores)


def _staged(part: Json) -> Any:
    return shares(part.get("code"), fixed("observation", "gvhd-stage"))
