"""The errand: one subject, every part of the answer at one (`cutoff`, `as_of`).

The contract at the doors; docs/status.md
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from app.domain.dates import iso_day
from app.domain.follow_up import Death
from app.domain.subject import EndOfStudy, Subject, together
from app.endpoints.definition import ResponseRate, TimeToEvent, Toxicity, WindowIncidence
from app.services.asking import Axes, frame, subject_of
from app.services.derivation import response_rate, time_to_event, window
from app.services.derivation.origin import origin
from app.services.derivation.question import Question
from app.services.derivation.window import DltRow, SaeRow
from app.services.queries import queries_of
from app.services.status import clinical
from app.services.status.chart import Chart, read_chart
from app.storage import events


def status(connection: Connection, study: str, number: str, axes: Axes) -> dict[str, Any]:
    """Where the subject stands."""
    asked = frame(connection, study, axes)
    known = asked.as_of
    subject = subject_of(connection, study, number, known)
    question = asked.question(next(iter(asked.definition.endpoints)), subject=subject.id)
    begin = origin(connection, question)
    chart = read_chart(connection, subject.id, known.seq, asked.study.zones.get(subject.site), question.cutoff)
    rows = events.of_subjects(connection, study, known.seq, subject.id).get(subject.id, [])
    endpoints, dlt = _endpoints(connection, question)
    return {
        "study": study,
        "subject": number,
        "site": subject.site,
        "research_subject": f"ResearchSubject/{subject.research_subject}",
        **asked.header(),
        "day": iso_day(question.today),
        **_participation(chart),
        **clinical.treatment(chart, question.today),
        "dlt": dlt,
        "remission": clinical.disease(chart, clinical.baseline(chart, begin.baseline)),
        "gvhd": clinical.gvhd(chart),
        "adverse_events": clinical.adverse_events(chart),
        "death": clinical.death(chart),
        "endpoints": endpoints,
        "last_contact": iso_day(_last_contact(rows, question.cutoff)),
        "queries": [query.as_json() for query in queries_of(rows)],
    }


def _last_contact(rows: list[Any], cutoff: int | None) -> int | None:
    """Last day known alive, up to the cut-off; a death record itself is no contact."""
    days = [row.first_day for row in rows if row.kind == "alive" and row.category != "death"]
    return max((day for day in days if cutoff is None or day <= cutoff), default=None)


def _participation(chart: Chart) -> dict[str, Any]:
    """Consent and state in the study."""
    subject = together([record for record in chart.records if isinstance(record, Subject)])
    withdrawal = subject.withdrawal if subject and subject.withdrawal else None
    if withdrawal is not None and not chart.happened(withdrawal.date):
        withdrawal = None
    consented = subject is not None and subject.consent_date is not None and chart.happened(subject.consent_date)
    return {
        "consent": {
            "date": subject.consent_date.text if consented and subject and subject.consent_date else None,
            "withdrawal": withdrawal.model_dump() if withdrawal else None,
        },
        "state": _state(chart, subject, withdrawal is not None, consented),
    }


def _state(chart: Chart, subject: Subject | None, withdrawn: bool, consented: bool) -> str:
    if subject is None:
        return "not-registered"
    if withdrawn:
        return "withdrawn"
    ended = bool(chart.of(EndOfStudy, lambda item: item.date))
    if ended or chart.of(Death, lambda item: item.date):
        return "off-study"
    if subject.state is not None and chart.happened(subject.state_date):
        return subject.state
    if clinical.infusions(chart):
        return "on-study-intervention"
    return "on-study" if consented else "candidate"


def _endpoints(connection: Connection, question: Question) -> tuple[dict[str, Any], dict[str, Any]]:
    """State of every endpoint of the definition for this subject, and the DLT window apart."""
    states: dict[str, Any] = {}
    dlt: dict[str, Any] = {"window": "not started"}
    for name, rule in question.definition.endpoints.items():
        asked = replace(question, endpoint=name)
        if isinstance(rule, TimeToEvent):
            states[name] = _time_to_event(connection, asked)
        elif isinstance(rule, WindowIncidence):
            states[name] = _incidence(connection, asked)
        elif isinstance(rule, ResponseRate):
            states[name] = _response(connection, asked)
        else:
            states[name], dlt = _toxicity(connection, asked, rule)
    return states, dlt


def _time_to_event(connection: Connection, question: Question) -> dict[str, Any]:
    derived = time_to_event.derive(connection, question)
    for row in derived.rows:
        body = time_to_event.row_json(row, "")
        return {name: body[name] for name in ("status", "component", "date", "days", "reason", "imputed", "evidence")}
    return _excluded(derived.excluded)


def _excluded(reasons: dict[int, str]) -> dict[str, Any]:
    return {"status": "excluded", "reason": next(iter(reasons.values()), "not in the study")}


def _incidence(connection: Connection, question: Question) -> dict[str, Any]:
    rows, excluded = window.derive(connection, question)
    if not rows:
        return _excluded(excluded)
    row = SaeRow(rows[0])
    state = {True: "event", False: "no event", None: "undetermined"}[row.sae]
    body = row.as_json("")
    return {"status": state, "date": body["onset_date"], "count": row.count, "unresolved": row.unresolved}


def _response(connection: Connection, question: Question) -> dict[str, Any]:
    rows, excluded = response_rate.derive(connection, question)
    if not rows:
        return _excluded(excluded)
    body = rows[0].as_json("")
    names = ("response", "date", "days", "reason", "imputed", "evidence")
    return {"status": "event" if body["cr"] else "no event", **{name: body[name] for name in names}}


def _toxicity(connection: Connection, question: Question, rule: Toxicity) -> tuple[dict[str, Any], dict[str, Any]]:
    rows, excluded = window.derive(connection, question)
    if not rows:
        return _excluded(excluded), {"window": "not started"}
    row = DltRow(rows[0], question.today, rule)
    body = row.as_json("")
    names = ("evaluable", "pending", "reason", "dlt", "onset_date", "rules", "unresolved")
    opened = {"window": "open" if row.row.last > question.today else "closed", "window_end": iso_day(row.row.last)}
    state = {True: "event", False: "no event", None: "undetermined"}[row.dlt]
    return {"status": state, "date": body["onset_date"], "reason": body["reason"]}, {
        **opened,
        **{name: body[name] for name in names},
    }
