"""The DLT row of one subject."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.endpoints.definition import Definition, Rule, Toxicity, Unless
from tests.oracle.anchors import earliest_day
from tests.oracle.event import Event, belongs
from tests.oracle.window import Window, imputed_flag, new_grades, window

HOUR, DAY = 3600, 24


@dataclass(frozen=True)
class Finding:
    """One grade, held against the rules: at most one of rule, excluded_by and unresolved is set."""

    event: Event
    day: int
    rule: str | None = None
    excluded_by: str | None = None
    unresolved: str | None = None


@dataclass(frozen=True)
class DltResult:
    """limiting: record -> (day, rule) of the first grade that made it a DLT."""

    zero: int
    evaluable: bool
    pending: bool
    dlt: bool | None
    reason: str | None
    limiting: dict[str, tuple[int, str]]
    unresolved: frozenset[str]
    excluded_by: frozenset[str]
    max_grade: int | None
    flags: frozenset[str]


def derive(
    events: Sequence[Event], definition: Definition, endpoint: Toxicity, cutoff: int, today: int
) -> DltResult | str:
    """The subject's row, or the reason for its exclusion. today: the cut-off, else the day of `as_of`."""
    frame = window(events, definition, endpoint, cutoff)
    if frame is None:
        return "not infused"
    findings = [_judge(event, frame, endpoint) for event in new_grades(events, definition, endpoint.grades, frame)]
    first = _first_limiting(findings)
    limiting = {record: (found.day, str(found.rule)) for record, found in first.items()}
    unresolved = {found.event.record for found in findings if found.unresolved} - set(limiting)
    evaluable = bool(limiting) or (frame.seen is not None and frame.seen >= frame.last)
    reason, pending = (None, False) if evaluable else _not_evaluable(frame, endpoint, today)
    grades = [found.event.grade for found in findings if found.event.kind == "ae_grade" and found.event.grade]
    return DltResult(
        frame.zero.day,
        evaluable,
        pending,
        True if limiting else (False if evaluable and not unresolved else None),
        reason,
        limiting,
        frozenset(unresolved),
        frozenset(found.excluded_by for found in findings if found.excluded_by),
        max(grades, default=None),
        frozenset(flag for found in first.values() if (flag := imputed_flag(found.event, frame))),
    )


def _first_limiting(findings: Sequence[Finding]) -> dict[str, Finding]:
    """The earliest grade of each record that is a DLT, the worst of that day."""
    first: dict[str, Finding] = {}
    for found in sorted(findings, key=lambda item: (item.day, -(item.event.grade or 0))):
        if found.rule is not None:
            first.setdefault(found.event.record, found)
    return first


def _not_evaluable(frame: Window, endpoint: Toxicity, today: int) -> tuple[str | None, bool]:
    """(reason, pending) of a subject without a DLT that was not observed through day 28."""
    if frame.death_inside is not None:
        return "died inside the window without a DLT", False
    if frame.end.position < len(endpoint.observation_end) and frame.end.day < frame.last:
        return endpoint.observation_end[frame.end.position].reason, False
    if frame.last > today:
        return None, True
    return "not observed through the last day of the window", False


def _judge(event: Event, frame: Window, endpoint: Toxicity) -> Finding:
    """The first rule that is met decides. Relatedness that was not recorded counts as related."""
    found = Finding(event, earliest_day(event, frame.zero))
    unrelated = event.related is not None and event.related not in endpoint.related_in
    if unrelated or any(belongs(event, where) for where in endpoint.never):
        return found
    for rule in endpoint.rules:
        if belongs(event, rule.where):
            verdict = _apply(rule, found, frame)
            if verdict is not None:
                return verdict
    return Finding(event, found.day, unresolved="grade not recorded") if event.grade is None else found


def _apply(rule: Rule, found: Finding, frame: Window) -> Finding | None:
    """The verdict of a rule whose condition holds; None lets the next rule speak."""
    for unless in rule.unless:
        if _excluded(unless, found, frame):
            return Finding(found.event, found.day, excluded_by=unless.id)
    if rule.persists_days is None or _held_at_least(found, frame) > rule.persists_days:
        return Finding(found.event, found.day, rule=rule.id)
    if _may_still_persist(rule.persists_days, found, frame):
        return Finding(found.event, found.day, unresolved="end not recorded")
    return None


def _excluded(unless: Unless, found: Finding, frame: Window) -> bool:
    event = found.event
    if unless.category_in is not None and event.category not in unless.category_in:
        return False
    if unless.grade_max is not None and (event.grade is None or event.grade > unless.grade_max):
        return False
    end = (event.end_day, event.end_second) if unless.until == "resolved" else (event.until_day, event.until_second)
    return _within(unless.within_hours, found, *end, frame)


def _within(hours: int, found: Finding, day: int | None, second: int | None, frame: Window) -> bool:
    """By clock where both are timed, else by calendar dates.

    An end that has not been observed, or lies before the beginning, excludes nothing.
    """
    if day is None or day > frame.end.day:
        return False
    if second is not None and found.event.second is not None:
        return 0 <= second - found.event.second <= hours * HOUR
    return 0 <= day - found.day <= hours // DAY


def _held_at_least(found: Finding, frame: Window) -> int:
    """Days for which the grade is known to have lasted, as far as it was observed."""
    event = found.event
    if event.until_day is not None:
        return min(event.until_day, frame.end.day) - found.day
    if event.status == "ongoing" and frame.seen is not None:
        return frame.seen - found.day
    return 0


def _may_still_persist(days: int, found: Finding, frame: Window) -> bool:
    """Neither seen to fall, nor cut off by a death before it could have lasted for more than so many days."""
    fell = found.event.until_day is not None and found.event.until_day <= frame.end.day
    died = frame.died is not None and frame.died <= frame.end.day and frame.died - found.day <= days
    return not fell and not died
