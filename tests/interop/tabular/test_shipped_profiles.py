"""Files as hospitals, registries and study databases export them.

docs/profiles.md

Every folder of tests/data/csv and tests/data/xlsx holds a file and what is expected of it: the records as the contract
has them, refused rows, and rows left alone. `context.json` names the profile that reads it, one that comes with the
service; otherwise it is `profile.yaml`. Patients are invented.
"""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.interop.jsontext import dump
from app.interop.mapping.loading import load
from app.interop.mapping.profile import Profile
from app.interop.mapping.profiles import documents
from app.interop.mapping.scope import Where
from app.interop.reading import Item, Unused
from app.interop.tabular.csv import read_csv
from app.interop.tabular.xlsx import read_xlsx
from app.services.intake.prepare import Refused, prepare

DATA = Path(__file__).parents[2] / "data"
CASES = sorted(path.parent for kind in ("csv", "xlsx") for path in DATA.glob(f"{kind}/*/expected.json"))
AT_A = Where("A", None, {"A": ZoneInfo("Europe/Berlin")})
Json = dict[str, Any]


def profile_of(case: Path) -> Profile:
    own = case / "profile.yaml"
    if own.exists():
        return load(own.read_bytes()).profile
    name = json.loads((case / "context.json").read_bytes())["profile"]
    return max((at, loaded.profile) for (found, at), (_, loaded) in documents().items() if found == name)[1]


def read(case: Path) -> list[Item | Unused]:
    profile = profile_of(case)
    if profile.format == "xlsx":
        return list(read_xlsx((case / "input.xlsx").read_bytes(), profile, replace(AT_A, source="desk")))
    return list(read_csv(io.BytesIO((case / "input.csv").read_bytes()), profile, AT_A))


def found(case: Path) -> Json:
    told = read(case)
    items = [one for one in told if isinstance(one, Item)]
    refused = [one for one in map(prepare, items) if isinstance(one, Refused)]
    rows = [one for one in told if isinstance(one, Unused) and ", column" not in one.place]
    return {
        "records": {_name(item): item.raw for item in items if item.raw and "id" in item.raw},
        "refused": [[issue.place, issue.path] for one in refused for issue in one.issues],
        "unused": [one.place for one in rows],
    }


def _name(item: Item) -> str:
    return f"{item.place}: {item.raw['type']} {item.raw['id']}"


def _whole(case: Path) -> Json:
    """What is expected, the envelope that all records share written out."""
    expected: Json = json.loads((case / "expected.json").read_bytes(), parse_float=str)
    shared = expected.pop("shared")
    for name, fields in expected["records"].items():
        _, type_, key = name.split(": ", 1)[0], *name.split(": ", 1)[1].split(" ", 1)
        expected["records"][name] = {"type": type_, "id": key, **shared, **fields}
    return expected


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_each_file_becomes_what_is_expected(case: Path) -> None:
    # Through text, so that numbers are compared digit by digit.
    assert json.loads(dump(found(case)), parse_float=str) == _whole(case)
