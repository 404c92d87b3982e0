"""Starts other than day 0: the first response after it, or the last event up to it.

docs/definitions.md (start)
"""

from __future__ import annotations

from sqlalchemy import CTE, and_, func, or_, select

from app.endpoints.compile.anchors import after, evidence, first_row, imputed, place
from app.endpoints.compile.visible import Scope, named
from app.endpoints.definition import AnchorStart, ResponseStart
from app.endpoints.event import EVENT


def start_of(scope: Scope, rule: ResponseStart | AnchorStart | None, zero: CTE) -> CTE:
    """Where the clock of an endpoint starts: (subject, day, second, record ...); day 0 where there is no rule."""
    if rule is None:
        return zero
    return response(scope, rule, zero) if isinstance(rule, ResponseStart) else _anchor(scope, rule, zero)


def response(scope: Scope, rule: ResponseStart, zero: CTE) -> CTE:
    """First response after day 0, up to the first blocking event: (subject, day, second, dtf, record ...)."""
    event, blocked = EVENT.alias(), _blocked(scope, rule.before, zero)
    day = event.c.first_day
    # A response that may be of the time before the infusion is none.
    on_day = and_(event.c.second > zero.c.second, day == zero.c.day, event.c.last_day == zero.c.day)
    strictly_after = or_(day > zero.c.day, on_day)
    ranked = (
        select(
            event.c.subject,
            day.label("day"),
            event.c.second,
            imputed(event).label("dtf"),
            event.c.status,
            *evidence(event),
            place(event.c.subject, day, event.c.record),
        )
        .join_from(event, zero, event.c.subject == zero.c.subject)
        .join(blocked, blocked.c.subject == event.c.subject, isouter=True)
        .where(scope.holds(event, rule.first), strictly_after)
        .where(or_(blocked.c.day.is_(None), day <= blocked.c.day))
    )
    return first_row(ranked, "response")


def _blocked(scope: Scope, sources: list[str], zero: CTE) -> CTE:
    """Day of the first blocking event; a transplant on day 0 is the one that the infusion follows."""
    event = EVENT.alias()
    same_day = and_(event.c.kind != "transplant", after(event.c.first_day, event.c.second, zero))
    return named(
        select(event.c.subject, func.min(event.c.first_day).label("day"))
        .join_from(event, zero, event.c.subject == zero.c.subject)
        .where(scope.holds_any(event, sources), or_(event.c.first_day > zero.c.day, same_day))
        .group_by(event.c.subject),
        "blocked",
    )


def _anchor(scope: Scope, rule: AnchorStart, zero: CTE) -> CTE:
    """Last event of the source on or before day 0."""
    event = EVENT.alias()
    ranked = (
        select(
            event.c.subject,
            event.c.first_day.label("day"),
            event.c.second,
            imputed(event).label("dtf"),
            *evidence(event),
            place(event.c.subject, event.c.first_day.desc(), event.c.record),
        )
        .join_from(event, zero, event.c.subject == zero.c.subject)
        .where(scope.holds(event, rule.last), event.c.first_day <= zero.c.day)
    )
    return first_row(ranked, "anchor")
