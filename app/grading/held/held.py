"""One derived value beside the reported one.

docs/conventions.md
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.grading.determined import Determined
from app.grading.tables import rows

Value = int | str


@dataclass(frozen=True, slots=True)
class Scale:
    """kind: what is graded; rule: the data query that a disagreement raises; reference: of the scale."""

    kind: str
    name: str
    rule: str
    reference: str


@dataclass(frozen=True, slots=True)
class Held:
    """A value derived on a scale, and the one that was reported.

    outcome: the derived value, or none with the reason and what remains possible. reported_scale: the scale of the
    reported value, None where it was not recorded. agrees: None where that cannot be said.
    """

    scale: Scale
    components: dict[str, Any]
    outcome: Determined[Value]
    reported: Value | None
    reported_scale: str | None
    agrees: bool | None

    @property
    def text(self) -> str:
        """Both values in a few words."""
        derived = " or ".join(str(value) for value in self.outcome.possible)
        known = f" on the scale of {self.reported_scale}" if self.reported_scale not in (None, self.scale.name) else ""
        return f"derived {derived}; reported {self.reported}{known}"


def hold(
    kind: str,
    components: dict[str, Any],
    outcome: Determined[Value],
    reported: Value | None,
    reported_scale: str | None = None,
    accepted: Collection[Value] = (),
) -> Held:
    """Only a certain contradiction is a disagreement: no value that remains possible is the reported one.

    accepted: further derived values that do not contradict the reported one. KeyError for an unknown kind.
    """
    scale = scales()[kind]
    return Held(scale, components, outcome, reported, reported_scale, _agrees(outcome, reported, accepted))


def _agrees(outcome: Determined[Value], reported: Value | None, accepted: Collection[Value]) -> bool | None:
    if reported is None:
        return None
    if outcome.value is not None and outcome.value == reported:
        return True
    return None if {reported, *accepted} & set(outcome.possible) else False


@cache
def scales() -> dict[str, Scale]:
    """The scales of the table, by what they grade."""
    return {row["kind"]: Scale(row["kind"], row["scale"], row["rule"], row["reference"]) for row in rows("scales")}
