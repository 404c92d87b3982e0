"""DLT criteria as ordered rules, compiled to CASE: the first rule that matches decides.

docs/dlt.md; criteria in the study definition.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, case, literal, null, or_, select

from app.endpoints.compile.visible import matches, named
from app.endpoints.compile.window import Window, grades, lasted_at_most, members, window
from app.endpoints.definition import Definition, Toxicity, Unless

GRADE_MISSING, PERSISTENCE_UNKNOWN = "grade not recorded", "end not recorded"
_END = {"resolved": "end", "lower-grade": "until"}


def toxicity(definition: Definition, endpoint: Toxicity, one_subject: bool = False) -> Select[Any]:
    """The statement of DLT: one row a subject and grade reached.

    Each has `rule` (it qualifies), or `excluded_by` (an exclusion of that id holds), or `unresolved` (the reason),
    or none of them.
    """
    parts = window(definition, endpoint, one_subject)
    reached = grades(parts, endpoint.grades)
    related = or_(reached.c.related.is_(None), reached.c.related.in_(endpoint.related_in))
    candidate = and_(related, ~_never(endpoint, reached))
    found = named(
        select(
            *reached.c,
            _pick(candidate, _rules(endpoint, reached, parts)).label("rule"),
            _pick(candidate, _exclusions(endpoint, reached)).label("excluded_by"),
            _pick(candidate, _open_questions(endpoint, reached, parts)).label("unresolved"),
        )
        .join_from(reached, parts.end, parts.end.c.subject == reached.c.subject)
        .join(parts.seen, parts.seen.c.subject == reached.c.subject, isouter=True)
        .join(parts.death, parts.death.c.subject == reached.c.subject, isouter=True),
        "finding",
    )
    return members(parts, found)


def _never(endpoint: Toxicity, reached: CTE) -> ColumnElement[bool]:
    never = or_(*[matches(reached, where) for where in endpoint.never]) if endpoint.never else literal(False)
    return case((never, 1), else_=0) == 1


def _pick(candidate: ColumnElement[bool], cases: list[tuple[Any, Any]]) -> ColumnElement[Any]:
    """The first case that holds for a candidate; null where none does."""
    return case(*[(and_(candidate, condition), value) for condition, value in cases], else_=null())


def _rules(endpoint: Toxicity, reached: CTE, parts: Window) -> list[tuple[Any, Any]]:
    cases: list[tuple[Any, Any]] = []
    for rule in endpoint.rules:
        met = matches(reached, rule.where)
        for unless in rule.unless:
            cases.append((and_(met, _excluded(unless, reached)), null()))
        if rule.persists_days is not None:
            met = and_(met, _persists(rule.persists_days, reached, parts))
        cases.append((met, rule.id))
    return cases


def _exclusions(endpoint: Toxicity, reached: CTE) -> list[tuple[Any, Any]]:
    """The exclusion that stopped a rule, unless an earlier rule had already decided."""
    cases: list[tuple[Any, Any]] = []
    for rule in endpoint.rules:
        met = matches(reached, rule.where)
        cases += [(and_(met, _excluded(unless, reached)), unless.id) for unless in rule.unless]
        if rule.persists_days is None:
            cases.append((met, null()))
    return cases


def _excluded(unless: Unless, reached: CTE) -> ColumnElement[bool]:
    conditions = [lasted_at_most(reached, _END[unless.until], unless.within_hours)]
    if unless.category_in is not None:
        conditions.append(reached.c.category.in_(unless.category_in))
    if unless.grade_max is not None:
        conditions.append(reached.c.grade <= unless.grade_max)
    return and_(*conditions)


def _persists(days: int, reached: CTE, parts: Window) -> ColumnElement[bool]:
    """Held for more than `days` by the day it fell or observation ended, or still so when last seen after that."""
    ongoing = and_(reached.c.held_day.is_(None), reached.c.status == "ongoing", parts.seen.c.day - reached.c.day > days)
    return or_(reached.c.held_day - reached.c.day > days, ongoing)


def _may_persist(days: int, reached: CTE, parts: Window) -> ColumnElement[bool]:
    """Not known to have fallen, nor ended by a death before it could have lasted for more than `days`."""
    died = parts.death
    ended = and_(died.c.day <= parts.end.c.day, died.c.day - reached.c.day <= days)
    return and_(reached.c.until_day.is_(None), ~_known(_persists(days, reached, parts)), ~_known(ended))


def _open_questions(endpoint: Toxicity, reached: CTE, parts: Window) -> list[tuple[Any, Any]]:
    cases: list[tuple[Any, Any]] = []
    for rule in endpoint.rules:
        met = matches(reached, rule.where)
        if rule.persists_days is not None:
            cases.append((and_(met, _may_persist(rule.persists_days, reached, parts)), PERSISTENCE_UNKNOWN))
        else:
            cases.append((met, null()))
    return [*cases, (reached.c.grade.is_(None), GRADE_MISSING)]


def _known(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """SQL's unknown as false, so that it can be negated."""
    return case((condition, 1), else_=0) == 1
