"""Findings that go with a grade of CRS or ICANS, as a ward would note them.

https://doi.org/10.1016/j.bbmt.2018.12.758 (ASTCT consensus 2019)
"""

from __future__ import annotations

from typing import Any

_FEVER = {"temperature_c": 39.1, "antipyretics_given": True, "hypotension": False, "vasopressors": 0, "oxygen": "none"}
_AWAKE = {"consciousness": "alert", "seizure": "none", "motor_weakness": False, "oedema": "none"}
FINDINGS: dict[tuple[str, int], dict[str, Any]] = {
    ("CRS", 2): _FEVER | {"hypotension": True, "oxygen": "low-flow"},
    ("CRS", 3): _FEVER | {"hypotension": True, "vasopressors": 1, "vasopressin": False, "oxygen": "high-flow"},
    ("CRS", 4): _FEVER | {"hypotension": True, "vasopressors": 2, "vasopressin": True, "oxygen": "high-flow"},
    ("ICANS", 1): _AWAKE | {"ice_score": 8, "consciousness": "wakes-spontaneously"},
    ("ICANS", 3): _AWAKE | {"ice_score": 2, "consciousness": "wakes-to-touch"},
}


def findings(interest: str, grade: int) -> dict[str, Any]:
    """The field of the record, `crs` or `icans`, with its findings; nothing for other events."""
    found = FINDINGS.get((interest, grade))
    return {} if found is None else {interest.lower(): found}
