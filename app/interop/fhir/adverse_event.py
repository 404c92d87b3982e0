"""AdverseEvent as the research guide's backport to R4 wants it.

http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition/AdverseEvent-clinical-research
"""

from __future__ import annotations

import re

from app.domain.adverse_event import AdverseEvent
from app.interop.fhir.astct import crs_findings, icans_findings
from app.interop.fhir.codes import as_coding, coded, fixed, masked
from app.interop.fhir.draft import Context, Draft, reference
from app.interop.fhir.elements import (
    Json,
    coded_extensions,
    complex_extension,
    date_time,
    extension,
    optional_date,
    present,
    subject,
)
from app.interop.fhir.urls import AE_GUIDE, AE_PROFILE, project
from app.terminology.adverse_events import find_term
from app.terminology.systems import NCIT, canonical
from app.terminology.value_sets import normalise

_CTCAE_VERSION = re.compile(r"[vV]?(\d(?:\.\d{1,2})?)", re.ASCII)
_OVER = frozenset({"recovered", "recovered-with-sequelae", "fatal"})
_GOING_ON = frozenset({"recovering", "not-recovered"})


def write_adverse_event(record: AdverseEvent, context: Context) -> list[Draft]:
    """The event with its worst grade. It claims the profile only when it has what the profile requires."""
    body = present(
        extension=[
            {
                "url": _guide("research-subject-ref"),
                "valueReference": reference("ResearchSubject", context.research_subject),
            },
            *_guide_extensions(record, context),
            *_project_extensions(record),
        ],
        modifierExtension=[{"url": _guide("status"), "valueCode": _status(record)}],
        actuality="actual",
        event=_event(record),
        subject=subject(context),
        date=optional_date(record.onset),
        recordedDate=optional_date(record.recorded),
        seriousness=_seriousness(record),
        outcome=_outcome(record),
        study=[reference("ResearchStudy", context.study)],
    )
    return [Draft("AdverseEvent", "", body, AE_PROFILE if _meets_profile(record) else None)]


def _guide(name: str) -> str:
    return f"{AE_GUIDE}/{name}"


def _guide_extensions(record: AdverseEvent, context: Context) -> list[Json]:
    item = extension("item", "valueCodeableConcept", coded("action-taken", record.action_taken))
    return [
        *extension(_guide("resolve-date"), "valueDateTime", optional_date(record.end)),
        *extension(_guide("ae-grade"), "valueCodeableConcept", _grade(record)),
        *_criteria(record),
        *_suspect(record, context),
        *extension(_guide("expected-in-research-study"), "valueBoolean", record.expected),
        *complex_extension(_guide("mitigating-action"), item),
    ]


def _grade(record: AdverseEvent) -> Json | None:
    """The worst grade reached; a history of nothing but grade 0 has none."""
    grades = [change.grade for change in record.grade_history or ()] + [record.grade or 0]
    worst = max(grades)
    return coded("grade", str(worst)) if worst else None


def _criteria(record: AdverseEvent) -> list[Json]:
    concepts = [coded("seriousness-criterion", word) for word in record.seriousness_criteria or ()]
    known = [extension("criterionCode", "valueCodeableConcept", concept) for concept in concepts if concept]
    met = extension("criterionPresent", "valueBoolean", True)
    return [item for code in known for item in complex_extension(_guide("seriousness-criteria"), code, met)]


def _suspect(record: AdverseEvent, context: Context) -> list[Json]:
    """The investigator's judgement on the study treatment: the cells where they are known, else the study."""
    if record.relatedness is None:
        return []
    related = extension("entityRelatedness", "valueCodeableConcept", coded("relatedness", record.relatedness))
    cells = None if context.product is None else reference("BiologicallyDerivedProduct", context.product)
    suspect = extension("instance", "valueReference", cells or reference("ResearchStudy", context.study))
    return complex_extension(_guide("suspect-entity"), suspect, complex_extension("causality", related))


def _project_extensions(record: AdverseEvent) -> list[Json]:
    version = _CTCAE_VERSION.fullmatch(record.ctcae_version or "")
    return [
        *extension(project("ctcae-version"), "valueString", version[1] if version else None),
        *_history(record),
        *extension(project("serious-since"), "valueDateTime", optional_date(record.serious_since)),
        *extension(project("investigator-dlt"), "valueBoolean", record.investigator_dlt),
        *coded_extensions("relatedness-other", [coded("relatedness-other", record.relatedness_other)]),
        *coded_extensions("event-of-interest", [coded("interest", record.interest)]),
        *crs_findings(record.crs),
        *icans_findings(record.icans),
    ]


def _history(record: AdverseEvent) -> list[Json]:
    return [
        change
        for item in record.grade_history or ()
        for change in complex_extension(
            project("grade-change"),
            extension("date", "valueDateTime", date_time(item.date)),
            extension("grade", "valueInteger", item.grade),
        )
    ]


def _status(record: AdverseEvent) -> str:
    """The workflow status of the guide: an event that has ended is completed, silence is unknown."""
    if record.status == "entered-in-error":
        return "entered-in-error"
    outcome = _outcome_word(record)
    if record.end is not None or record.ongoing is False or outcome in _OVER:
        return "completed"
    return "in-progress" if record.ongoing or outcome in _GOING_ON else "unknown"


def _event(record: AdverseEvent) -> Json:
    """The term of the code table, never the hospital's words: they could name someone."""
    system, code = (record.code.system, record.code.code) if record.code else (None, None)
    found = find_term(record.term, system, code)
    if found is None:
        return masked("term not in the code table")
    codings = [as_coding(found.coding)] if found.coding else []
    if system and code and canonical(system) != NCIT and find_term(None, system, code) is found:
        codings.append({"system": canonical(system), "code": code.strip()})
    return present(coding=codings, text=found.term)


def _seriousness(record: AdverseEvent) -> Json | None:
    if record.seriousness is None:
        return None
    return fixed("seriousness", "serious" if record.seriousness else "non-serious")


def _outcome_word(record: AdverseEvent) -> str | None:
    return None if record.outcome is None else normalise("outcome", record.outcome)


def _outcome(record: AdverseEvent) -> Json | None:
    """Both codings: R4 requires its own code, the guide one of NCIt, which has none for unknown."""
    word = _outcome_word(record)
    return coded("outcome-r4", word) if word == "unknown" else coded("outcome", word, "outcome-r4")


def _meets_profile(record: AdverseEvent) -> bool:
    """Seriousness and outcome are required, and a serious event needs a criterion (aeClinRes-seriousness-1)."""
    serious = record.seriousness
    return (
        serious is not None
        and _outcome_word(record) not in (None, "unknown")
        and (not serious or bool(_criteria(record)))
    )
