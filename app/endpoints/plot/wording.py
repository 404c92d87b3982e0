"""Numbers and names as they stand in pictures.

https://www.icmje.org/recommendations/ (an estimate never without its interval)
"""

from __future__ import annotations

import unicodedata

from app.endpoints.plot.model import Interval

NOT_REACHED, NOT_ESTIMABLE = "n.r.", "n.e."


def columns(text: str) -> int:
    """Width of a text in columns of a Latin letter; East Asian letters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def plain(text: str) -> str:
    """A text that came from outside, without what neither a page nor XML can show."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns, broken at spaces, and inside a word only where it is longer than a line."""
    lines, line = [], ""
    for word in _pieces(text, width):
        joined = f"{line} {word}" if line else word
        if columns(joined) > width:
            lines.append(line)
            joined = word
        line = joined
    return [*lines, line] if line else lines


def _pieces(text: str, width: int) -> list[str]:
    size = max(1, width // 2)
    found: list[str] = []
    for word in text.split():
        parts = [word] if columns(word) <= width else [word[at : at + size] for at in range(0, len(word), size)]
        found += parts
    return found


def percent(value: float | None) -> str:
    """A proportion in per cent with one decimal."""
    return NOT_ESTIMABLE if value is None else f"{100 * value:.1f}"


def percent_interval(interval: Interval) -> str:
    """`83.2 (70.3–90.9)`, in per cent."""
    if interval.estimate is None:
        return NOT_ESTIMABLE
    if interval.lower is None and interval.upper is None:
        return f"{percent(interval.estimate)} ({NOT_ESTIMABLE})"
    return f"{percent(interval.estimate)} ({percent(interval.lower)}–{percent(interval.upper)})"


def days(value: float | None) -> str:
    """Days, which a median between two days can halve."""
    return NOT_REACHED if value is None else f"{value:g}"


def days_interval(interval: Interval) -> str:
    """`641 (418–1279)`, in days."""
    return f"{days(interval.estimate)} ({days(interval.lower)}–{days(interval.upper)})"


def p_value(p: float | None) -> str:
    """`p = 0.043`, `p < 0.0001`, or why there is none."""
    if p is None:
        return "p not estimable"
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.2g}" if p < 0.001 else f"p = {p:.3f}"


def level_percent(level: float) -> str:
    """A confidence level: `95 %`."""
    return f"{100 * level:g} %"
