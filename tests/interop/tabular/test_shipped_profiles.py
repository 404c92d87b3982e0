"""Files as registries and study databases export them, read by the profiles that come with the service.

docs/profiles/

Every folder of tests/data/csv holds a file, the profile that reads it (the part of the folder's name before its last
hyphen) and what is expected of it: the records as the contract has them, refused rows, and rows left alone. Patients
are invented.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.interop.jsontext import dump
from app.interop.mapping.profiles import documents
from app.interop.mapping.scope import Where
from app.interop.reading import Item, Unused
from app.interop.tabular.csv import read_csv
from app.services.intake.prepare import Refused, prepare

DATA = Path(__file__).parents[2] / "data" / "csv"
CASES = sorted(path for path in DATA.iterdir() if path.is_dir())
AT_A = Where("A", None, {"A": ZoneInfo("Europe/Berlin")})
Json = dict[str, Any]


def profile_of(case: Path) -> str:
    return str(json.loads((case / "context.json").read_bytes())["profile"])


def found(case: Path) -> Json:
    name = profile_of(case)
    profile = max((at, loaded.profile) for (at_name, at), (_, loaded) in documents().items() if at_name == name)[1]
    read = list(read_csv(io.BytesIO((case / "input.csv").read_bytes()), profile, AT_A))
    items = [one for one in read if isinstance(one, Item)]
    refused = [one for one in map(prepare, items) if isinstance(one, Refused)]
    rows = [one for one in read if isinstance(one, Unused) and ", column" not in one.place]
    return {
        "records": {_name(item): item.raw for item in items},
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
