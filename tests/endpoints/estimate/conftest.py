"""The 2,279 transplants of the data set ebmt4 and what R makes of them; skipped where the shared data are absent."""

import csv
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

SHARED = Path(os.environ.get("ENGRAFT_SHARED") or Path(__file__).parents[4] / "shared")
NEVER = np.iinfo(np.int64).max

# First and later causes by endpoint; on a shared day the earlier in the list is the event.
CAUSES = {
    "OS": [["death"]],
    "DFS": [["relapse", "death"]],
    "pseudo_GRFS": [["agvhd", "relapse", "death"]],
    "relapse_NRM": [["relapse"], ["death"]],
    "aGVHD_competing_death": [["agvhd"], ["death"]],
    "aGVHD_competing_death_or_relapse": [["agvhd"], ["death", "relapse"]],
    "platelet_recovery_competing_death": [["platelet_recovery"], ["death"]],
}


@dataclass(frozen=True)
class Ebmt4:
    """Days from transplant to each date (NEVER where there is none), the age class, and R's results."""

    day: dict[str, NDArray[np.int64]]
    group: NDArray[np.str_]
    reference: dict[str, Any]

    def outcome(self, endpoint: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Days to the first event or the last follow-up, and the cause (0: censored)."""
        candidates = np.stack([np.min([self.day[kind] for kind in kinds], axis=0) for kinds in CAUSES[endpoint]])
        first = candidates.min(axis=0)
        causes = np.where(first < NEVER, candidates.argmin(axis=0) + 1, 0)
        return np.where(causes > 0, first, self.day["last_follow_up"]), causes


@pytest.fixture(scope="session")
def ebmt4() -> Ebmt4:
    folder = SHARED / "data" / "ebmt4"
    if not folder.is_dir():
        pytest.skip("the shared data set ebmt4 is absent; name its folder in ENGRAFT_SHARED")
    with (folder / "patients.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    reference = json.loads((folder / "reference.json").read_text())["results"]
    kinds = [name.removesuffix("_date") for name in rows[0] if name.endswith("_date")]
    day = {kind: np.array([_days(row, f"{kind}_date") for row in rows]) for kind in kinds}
    return Ebmt4(day, np.array([row["group"] for row in rows]), reference)


def _days(row: dict[str, str], column: str) -> int:
    if not row[column]:
        return NEVER
    return (date.fromisoformat(row[column]) - date.fromisoformat(row["infusion_date"])).days


@pytest.fixture
def near() -> Callable[[float | None], Any]:
    """R's value to a relative 1e-9, or None where R has none."""
    return lambda value: None if value is None else pytest.approx(value, rel=1e-9, abs=1e-15)
