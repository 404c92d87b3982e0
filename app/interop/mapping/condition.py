"""Conditions on the columns of a row.

docs/profiles.md
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import translate

from app.interop.mapping.profile import Condition

Test = Callable[[Mapping[str, str]], bool]


def all_of(conditions: Sequence[Condition], missing: frozenset[str]) -> Test | None:
    """Whether all hold; None where there is none."""
    tests = [_test(condition, missing) for condition in conditions]
    if len(tests) <= 1:
        return tests[0] if tests else None
    return lambda cells: all(test(cells) for test in tests)


def _test(condition: Condition, missing: frozenset[str]) -> Test:
    column = condition.column
    among = None if condition.is_ is None else frozenset(condition.is_)
    outside = frozenset(condition.is_not or ())
    empty = condition.empty
    pattern = None if condition.matches is None else re.compile(translate(_without_sets(condition.matches)))

    def holds(cells: Mapping[str, str]) -> bool:
        text = cells.get(column, "").strip()
        return (
            (among is None or text in among)
            and text not in outside
            and (empty is None or (text in missing) is empty)
            and (pattern is None or pattern.match(text) is not None)
        )

    return holds


def _without_sets(pattern: str) -> str:
    """fnmatch's sets of characters are no part of the language."""
    return pattern.replace("[", "[[]")
