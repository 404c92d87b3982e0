"""Paths that the tests of the code tables share."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

TABLES = Path(__file__).parents[2] / "app" / "terminology"
SHARED = Path(os.environ.get("ENGRAFT_SHARED", Path(__file__).parents[3] / "shared"))


@pytest.fixture(scope="session")
def tables() -> dict[str, list[dict[str, str]]]:
    """Every code table by its name, read without the code under test."""
    return {path.stem: read(path) for path in TABLES.glob("*.csv")}


def read(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def verified() -> dict[tuple[str, str], str]:
    """(system, code) to the source in which the code was read, from the list of checked codes."""
    path = SHARED / "codes.csv"
    if not path.exists():
        pytest.skip("the list of checked codes (codes.csv in ENGRAFT_SHARED) is not here")
    listed = read(path)
    return {
        (row["system"], row["code"]): row["verified_source"]
        for row in listed
        if row["code"] and "UNVERIFIED" not in row["verified_source"]
    }
