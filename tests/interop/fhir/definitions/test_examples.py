"""The published examples of our profiles: resources of the example extract, valid in both releases.

https://hl7.org/fhir/R4/profiling.html
"""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from app.domain.records import read_record
from app.interop import jsontext
from app.interop.fhir.definitions import definitions
from app.interop.fhir.draft import Draft
from app.interop.fhir.encode import pretty
from app.interop.fhir.r5.convert import as_r5
from app.interop.fhir.validate.validate import validate
from app.interop.fhir.write import write

from ..full import subject_drafts
from ..samples import CONTEXT, encoded

ROOT = Path(__file__).parents[4]
PROFILES = {one["url"]: one["id"] for one in definitions() if one.get("kind") == "resource"}


@cache
def first() -> dict[str, Draft]:
    """The first resource of the extract that claims a profile, by the profile's id; the subject is a sample."""
    found: dict[str, Draft] = {}
    for path in sorted((ROOT / "examples").glob("*.ndjson")):
        for line in path.read_text(encoding="utf-8").splitlines():
            record = read_record(json.loads(line, parse_float=Decimal))
            for draft in [] if isinstance(record, tuple) else write(record, CONTEXT):
                if draft.profile in PROFILES:
                    found.setdefault(PROFILES[draft.profile], draft)
    (subject,) = [draft for draft in subject_drafts() if draft.profile in PROFILES]
    return {**found, PROFILES[str(subject.profile)]: subject}


@pytest.mark.parametrize("name", sorted(PROFILES.values()))
def test_an_example_is_what_the_writers_make_of_the_extract(name: str) -> None:
    published = (ROOT / "docs" / "profiles" / f"{name}.json").read_bytes()
    assert published == pretty(encoded(first()[name])) + b"\n"


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "profiles").glob("*.json")), ids=lambda path: path.stem)
def test_an_example_meets_its_profile(path: Path) -> None:
    resource = jsontext.parse(path.read_bytes())
    (claimed,) = resource["meta"]["profile"]
    assert PROFILES[claimed] == path.stem
    assert validate(resource) == validate(as_r5(resource), 5) == []
