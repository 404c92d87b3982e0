"""A selection of clinical events as a phrase.

docs/events.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.endpoints.definition import Definition, Run, Where
from app.endpoints.vocabulary import Kind, kinds


def source_phrase(definition: Definition, source: str) -> str:
    """What a source selects, such as `disease assessment with response relapse`."""
    return where_phrase(definition.sources[source])


def where_phrase(where: Where) -> str:
    """The kind of event with its conditions."""
    kind = kinds()[where.kind]
    return "; ".join([" ".join([kind.label, *_inclusions(where, kind)]).strip(), *_exclusions(where, kind)])


def _inclusions(where: Where, kind: Kind) -> Iterator[str]:
    found: list[str] = []
    for name in ("status", "category"):
        wanted = getattr(where, f"{name}_in")
        if wanted is not None:
            found.append(f"{kind.attributes[name].label} {either(wanted)}")
    found += _grade(where, kind)
    found += _value(where, kind)
    if found:
        yield f"with {listed(found)}"
    if where.flag is not None:
        yield f"where it is recorded {_that(where.flag, kind)}"


def _exclusions(where: Where, kind: Kind) -> Iterator[str]:
    unwanted = {name: getattr(where, f"{name}_not_in") for name in ("status", "category")}
    found = [f"{kind.attributes[name].label} not {either(words)}" for name, words in unwanted.items() if words]
    if found:
        yield f"{listed(found)} (what is not recorded passes)"
    if where.flag_not is not None:
        yield f"unless it is recorded {_that(where.flag_not, kind)}"


def _that(flag: bool, kind: Kind) -> str:
    statement = kind.attributes["flag"].label
    return f"that {statement}" if flag else f"as untrue that {statement}"


def _grade(where: Where, kind: Kind) -> Iterator[str]:
    lowest, highest = where.grade_min, where.grade_max
    if where.grade_missing is not None:
        yield f"{kind.attributes['grade'].label} {'not recorded' if where.grade_missing else 'recorded'}"
    if lowest is None and highest is None:
        return
    label = kind.attributes["grade"].label
    if lowest == highest:
        yield f"{label} {lowest}"
    elif highest is None:
        yield f"{label} {lowest} or more"
    else:
        yield f"{label} {highest} or less" if lowest is None else f"{label} {lowest} to {highest}"


def _value(where: Where, kind: Kind) -> Iterator[str]:
    if where.value_min is not None:
        yield f"{kind.attributes['value'].label} {where.value_min:g} or more"
    if where.value_below is not None:
        yield f"{kind.attributes['value'].label} below {where.value_below:g}"


def run_phrase(run: Run) -> str:
    """The run of values that an event is the beginning of."""
    text = f"the first of {run.values} consecutive values on different days of {run.at_least:g} or more after a fall"
    if run.transfusion_free_days is None:
        return f"{text} below it"
    return f"{text} below it, without a transfusion in the run or in the {run.transfusion_free_days} days before"


def either(words: Iterable[str]) -> str:
    """`a, b or c`."""
    return _joined(words, "or")


def listed(words: Iterable[str]) -> str:
    """`a, b and c`."""
    return _joined(words, "and")


def _joined(words: Iterable[str], last: str) -> str:
    found = [*words]
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} {last} {found[-1]}"
