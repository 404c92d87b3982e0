"""What happened to the infused under observation: the questions of the swimmer plot and the adverse event table.

docs/conventions.md: the rules are those of the window endpoints, with or without the end of their window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, RowMapping, Select, and_, or_, select

from app.domain.errors import Category, Fault
from app.endpoints.compile.anchors import after, baseline, earliest_day, evidence, imputed
from app.endpoints.compile.statement import PARAMETERS
from app.endpoints.compile.window import grades, members, window
from app.endpoints.definition import Definition, WindowIncidence
from app.endpoints.event import EVENT, LAST_DAY
from app.services.asking import Axes, frame
from app.services.derivation.question import Question
from app.storage.prepared import Prepared, prepare

Build = Callable[[Definition, WindowIncidence], Select[Any]]
COURSE = ("assessment", "gvhd_grade", "seriousness", "therapy", "transplant", "infusion", "end_of_study")


def safety_question(connection: Connection, study: str, axes: Axes) -> Question:
    """The question on the study's window endpoint of serious events, whose rules hold here too. Fault NOT_FOUND."""
    asked = frame(connection, study, axes)
    names = [name for name, rule in asked.definition.endpoints.items() if isinstance(rule, WindowIncidence)]
    if not names:
        raise Fault(Category.NOT_FOUND, "the study's definition has no endpoint of kind window_incidence")
    return asked.question(names[0])


def without_end(question: Question) -> Question:
    """The same question with a window that lasts for ever."""
    return replace(question, definition=_without_end(question.definition))


@lru_cache(maxsize=64)
def _without_end(definition: Definition) -> Definition:
    return Definition.model_validate({**definition.model_dump(), "window_days": LAST_DAY})


def safety_rule(question: Question) -> WindowIncidence:
    """The rule of a safety question."""
    rule = question.rule
    assert isinstance(rule, WindowIncidence)  # safety_question chose it by kind
    return rule


def run(connection: Connection, question: Question, build: Build) -> list[RowMapping]:
    """Rows of a statement that is built from the question's definition and safety rule."""
    if connection.dialect.name == "postgresql":
        # As for the endpoints' own statements: its guesses for nested parts are too low by a factor of the cohort.
        connection.exec_driver_sql("SET LOCAL enable_nestloop = off")
    found = _prepared(connection.dialect, question.definition, question.endpoint, build)
    return found.run(connection, question.parameters)


@lru_cache(maxsize=64)
def _prepared(dialect: Dialect, definition: Definition, endpoint: str, build: Build) -> Prepared:
    rule = definition.rule(endpoint)
    assert isinstance(rule, WindowIncidence)  # as in safety_rule
    return prepare(build(definition, rule), dialect, PARAMETERS)


def adverse_events(definition: Definition, rule: WindowIncidence) -> Select[Any]:
    """One row a subject, and one for each grade reached in the window above the grade at day 0, or not graded."""
    parts = window(definition, rule, one_subject=False)
    return members(parts, grades(parts, [rule.worsening]))


def course(definition: Definition, rule: WindowIncidence) -> Select[Any]:
    """Assessments, GVHD, serious events and treatments from day 0 to the end of observation, in order of days."""
    parts = window(definition, rule, one_subject=False)
    event, zero, end = EVENT.alias(), parts.zero, parts.end
    day = earliest_day(event, zero)
    timed_after = and_(event.c.last_day == zero.c.day, event.c.second > zero.c.second)
    no_baseline = or_(event.c.kind != "assessment", event.c.last_day > zero.c.day, timed_after)
    kept = [event.c[name] for name in ("subject", "kind", "status", "category", "grade", "flag")]
    return (
        select(*kept, day.label("day"), imputed(event).label("dtf"), *evidence(event))
        .join_from(event, zero, event.c.subject == zero.c.subject)
        .join(end, end.c.subject == event.c.subject)
        .where(parts.scope.known(event), event.c.kind.in_(COURSE), no_baseline)
        .where(after(day, event.c.second, zero), day <= end.c.day)
        .order_by(event.c.subject, day, event.c.record, event.c.grade)
    )


def baselines(definition: Definition, rule: WindowIncidence) -> Select[Any]:
    """The last disease status of each subject on or before day 0."""
    parts = window(definition, rule, one_subject=False)
    found = baseline(parts.scope, definition.status, parts.zero)
    return select(found.c.subject, found.c.status).order_by(found.c.subject)


def deaths(definition: Definition, rule: WindowIncidence) -> Select[Any]:
    """The death of each subject: which record tells it, and what of its date was imputed."""
    found = window(definition, rule, one_subject=False).death
    return select(found.c.subject, found.c.dtf, *evidence(found)).order_by(found.c.subject)
