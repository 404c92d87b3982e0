"""The endpoints of the safety window in plain words.

docs/dlt.md
"""

from __future__ import annotations

from collections.abc import Iterator

from app.endpoints.definition import Definition, Rule, Toxicity, Unless, WindowIncidence
from app.endpoints.phrases import either, source_phrase, where_phrase

_UNTIL = {"resolved": "is resolved", "lower-grade": "falls to a lower grade"}


def incidence_words(definition: Definition, rule: WindowIncidence) -> Iterator[str]:
    """What is counted, and from which day."""
    phrase = source_phrase(definition, rule.source)
    yield f"Counted in days 0 to {definition.window_days}: {phrase}. Patients count once; events are counted too."
    worse = source_phrase(definition, rule.worsening)
    yield f"What began before day 0 counts from the day on which it became worse, read from: {worse}."
    yield "Where it cannot be said whether an event counts, it is unresolved and the number is not final."
    yield f"Deaths in the window are listed apart: {source_phrase(definition, rule.death)}."


def toxicity_words(definition: Definition, rule: Toxicity) -> Iterator[str]:
    """What is judged, the criteria in their order, and who is evaluable."""
    grades = "; ".join(source_phrase(definition, source) for source in rule.grades)
    yield f"Judged is every grade reached in days 0 to {definition.window_days} above that on day 0, of: {grades}."
    yield f"Only where the relation to the product is {either(rule.related_in)}, or was not recorded."
    for where in rule.never:
        yield f"Never dose-limiting: {where_phrase(where)}."
    yield "Criteria, the first that matches decides:"
    for criterion in rule.rules:
        yield from _criterion(criterion)
    yield "A missing grade or end leaves the patient unresolved where it would decide."
    last = definition.window_days
    yield f"Evaluable: patients with a dose-limiting toxicity, and those seen on day {last} or later."
    yield f"Others are pending while day {last} lies ahead, and not evaluable afterwards or once observation has ended."
    if rule.escalation is not None:
        yield f"Dose escalation aims at a rate of {rule.escalation.target:g}."


def _criterion(criterion: Rule) -> Iterator[str]:
    lasting = "" if criterion.persists_days is None else f", lasting more than {criterion.persists_days} days"
    yield f"{criterion.id}: {criterion.text} ({where_phrase(criterion.where)}{lasting})."
    yield from (
        f"– unless {exclusion.id}: {exclusion.text} ({_exclusion(exclusion)})." for exclusion in criterion.unless
    )


def _exclusion(exclusion: Unless) -> str:
    """The condition of an exclusion, which needs evidence."""
    parts = [f"it {_UNTIL[exclusion.until]} within {exclusion.within_hours} hours"]
    if exclusion.category_in is not None:
        parts.append(f"category {either(exclusion.category_in)}")
    if exclusion.grade_max is not None:
        parts.append(f"grade {exclusion.grade_max} or less")
    return "; ".join(parts)
