"""Day 0 and the baseline of one subject: what everything about a patient is counted from.

docs/conventions.md
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from app.endpoints.compile.anchors import baseline, day_zero
from app.endpoints.compile.visible import Scope
from app.endpoints.definition import Definition


def origin(definition: Definition) -> Select[Any]:
    """The statement, for the subject bound as `subject`: (day, second, record, status), none without day 0.

    record, status: of the last disease status on or before day 0, null without one.
    """
    scope = Scope(definition.sources, one_subject=True)
    zero = day_zero(scope, definition.day_zero)
    known = baseline(scope, definition.status, zero)
    columns = (zero.c.day, zero.c.second, known.c.record, known.c.status)
    return select(*columns).join_from(zero, known, known.c.subject == zero.c.subject, isouter=True)
