"""A category of each subject at day 0: the dose level of the first infusion, the donor of the last transplant.

docs/endpoints.md (groups)
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, String, bindparam, case, or_, select

from app.endpoints.compile.anchors import day_zero, first_row, place
from app.endpoints.compile.visible import Scope
from app.endpoints.definition import Definition
from app.endpoints.event import EVENT, FIRST_DAY

NAME = bindparam("name", None, String)


def stratum(definition: Definition) -> Select[Any]:
    """The statement: (subject, value) of the stratum bound as `name`, of subjects with day 0.

    The record of day 0 itself goes first, then the last value that is dated up to day 0, then one without a date.
    """
    scope = Scope(definition.sources)
    event, zero = EVENT.alias(), day_zero(scope, definition.day_zero)
    undated = event.c.first_day == FIRST_DAY
    order = (
        case((event.c.record == zero.c.record, 0), else_=1),
        case((undated, 1), else_=0),
        event.c.first_day.desc(),
        event.c.record,
    )
    ranked = (
        select(event.c.subject, event.c.status.label("value"), place(event.c.subject, *order))
        .join_from(event, zero, event.c.subject == zero.c.subject)
        .where(scope.known(event), event.c.kind == "stratum", event.c.category == NAME)
        .where(or_(undated, event.c.first_day <= zero.c.day))
    )
    found = first_row(ranked, "stratum")
    return select(found.c.subject, found.c.value).order_by(found.c.subject)
