"""The one way from an endpoint to its statement, whatever its kind and engine.

docs/adr/0004-endpoints-as-data.md
"""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Select

from app.endpoints.compile.response_rate import response_rate
from app.endpoints.compile.superseded import superseded
from app.endpoints.compile.time_to_event import all_candidates, rows
from app.endpoints.compile.toxicity import toxicity
from app.endpoints.compile.window import incidence
from app.endpoints.definition import AnyEndpoint, Definition, ResponseRate, TimeToEvent, WindowIncidence

Kind = Literal["rows", "candidates", "superseded"]
_TIME_TO_EVENT = {"rows": rows, "candidates": all_candidates, "superseded": superseded}
PARAMETERS = ("study", "as_of", "cutoff", "subject")


def statement(definition: Definition, rule: AnyEndpoint, kind: Kind = "rows", one_subject: bool = False) -> Select[Any]:
    """The statement of an endpoint whose analysis is applied; its bound parameters are `PARAMETERS`.

    rows: one row a subject (time to event, response rate) or one a subject and finding (DLT, SAE), by subject.
    candidates: every record that could be the event of a time-to-event endpoint; superseded: versions that could have.
    """
    if isinstance(rule, TimeToEvent):
        return _TIME_TO_EVENT[kind](definition, rule, one_subject)
    if isinstance(rule, ResponseRate):
        return response_rate(definition, rule, one_subject)
    if isinstance(rule, WindowIncidence):
        return incidence(definition, rule, one_subject)
    return toxicity(definition, rule, one_subject)
