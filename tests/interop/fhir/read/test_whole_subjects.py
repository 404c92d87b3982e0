"""Patient and ResearchSubject that our writers made of several records, read back as those records.

docs/fhir-reading.md
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from app.domain.dates import PartialDate, parse_date
from app.domain.records import read_record
from app.domain.subject import EndOfStudy, Subject
from app.domain.terms import Sex, SubjectState, WithdrawalScope
from app.interop.fhir.draft import Draft
from app.interop.fhir.patient import write_patient
from app.interop.fhir.read import read
from app.interop.fhir.read.reading import Reading
from app.interop.fhir.research_subject import SubjectView, write_research_subject

from ..full import VIEW
from ..samples import ENVELOPE
from .test_round_trip import sent

days = st.sampled_from([parse_date(text) for text in ("2023-10-01", "2024-03-01", "2024-03-02T10:00:00+01:00")])
dates = st.sampled_from([parse_date(text) for text in ("2024", "2024-04", "2025-01-01")]) | days


@st.composite
def withdrawals(draw: st.DrawFn) -> Any:
    given_up = {"date": draw(dates).text, "scope": draw(st.none() | st.sampled_from(get_args(WithdrawalScope)))}
    allowed = draw(st.none() | st.booleans())
    raw = {"type": "subject", **ENVELOPE, "withdrawal": {**given_up, "vital_status_allowed": allowed}}
    subject = read_record(raw)
    assert isinstance(subject, Subject)
    return subject.withdrawal


@st.composite
def views(draw: st.DrawFn) -> SubjectView:
    dead, state = draw(st.booleans()), draw(st.none() | st.sampled_from(get_args(SubjectState)))
    return SubjectView(
        number="A-001",
        site="A",
        sex=draw(st.none() | st.sampled_from(get_args(Sex))),
        birth_year=draw(st.none() | st.integers(1900, 2020)),
        consent=draw(st.none() | dates),
        withdrawal=draw(st.none() | withdrawals()),
        state=state,
        state_date=draw(st.none() | dates) if state else None,
        infused=draw(st.none() | days),
        off_study=draw(st.none() | days),
        off_study_reason=None,
        dead=dead,
        death=draw(st.none() | dates) if dead else None,
        strata=draw(st.sampled_from([{}, {"dose_level": "DL2"}])),
    )


def written(view: SubjectView) -> list[Draft]:
    return [write_patient(view), write_research_subject(view, "study-1", "patient-main")]


def said(view: SubjectView) -> dict[str, Reading]:
    readings, unused = read(sent(written(view)))
    assert unused == []
    return {reading.record["type"]: reading for reading in readings}


def record(found: dict[str, Reading], kind: str) -> Any:
    return read_record({**ENVELOPE, **found[kind].record})


def viewed(found: dict[str, Reading], infused: PartialDate | None) -> SubjectView:
    """The view over the records that were read. infused: of an infusion, which has resources of its own."""
    subject = record(found, "subject")
    assert isinstance(subject, Subject)
    ended = record(found, "end_of_study") if "end_of_study" in found else None
    died = record(found, "death") if "death" in found else None
    reading = found["subject"]
    return SubjectView(
        number=reading.number or "",
        site=reading.site or "",
        sex=subject.sex,
        birth_year=int(subject.birth_date.text) if subject.birth_date else None,
        consent=subject.consent_date,
        withdrawal=subject.withdrawal,
        state=subject.state,
        state_date=subject.state_date,
        infused=infused,
        off_study=ended.date if isinstance(ended, EndOfStudy) else None,
        off_study_reason=None,
        dead=died is not None,
        death=died.date if died is not None else None,
        strata=dict(subject.strata or {}),
    )


@given(views())
def test_the_records_of_a_subject_come_back(view: SubjectView) -> None:
    found = said(view)
    assert viewed(found, view.infused) == view
    assert ("death" in found, "end_of_study" in found) == (view.dead, view.off_study is not None)
    assert found["subject"].study == "study-1"


def test_a_subject_with_everything() -> None:
    assert said(VIEW)["subject"].record == {
        "type": "subject",
        "status": "final",
        "birth_date": "1980",
        "sex": "female",
        "consent_date": "2023-10-01",
        "withdrawal": {"date": "2025-01-01", "scope": "follow-up", "vital_status_allowed": True},
        "state": "follow-up",
        "state_date": "2024-04-01",
        "strata": {"dose_level": "DL2"},
    }


def test_a_client_may_change_the_state_alone() -> None:
    """Whoever changes the status of what we wrote, and nothing else, has said a new state."""
    drafts = written(replace(VIEW, withdrawal=None, dead=False, death=None, off_study=None))
    resources = [{**one, "status": "on-study"} if "status" in one else one for one in sent(drafts)]
    readings, _ = read(resources)
    assert [reading.record["state"] for reading in readings] == ["on-study"]
