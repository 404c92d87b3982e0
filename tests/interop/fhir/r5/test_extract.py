"""The whole example extract in R4 and in R5, each resource checked.

https://hl7.org/fhir/R5/validation.html
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.domain.record import Record
from app.domain.records import read_record
from app.interop.fhir.check import check
from app.interop.fhir.draft import Draft
from app.interop.fhir.r5.check import check_r5
from app.interop.fhir.r5.convert import draft_as_r5
from app.interop.fhir.write import write
from app.interop.jsontext import parse

from ..samples import CONTEXT, resource

EXAMPLES = Path(__file__).parents[4] / "examples"


@cache
def distinct() -> dict[str, Draft]:
    """Drafts of every record that the domain accepts, those of the same content once."""
    found: dict[str, Draft] = {}
    for path in sorted(EXAMPLES.glob("*.ndjson")):
        for line in path.read_bytes().splitlines():
            record: Any = read_record(parse(line))
            if isinstance(record, Record):
                found.update({f"{draft.type} {draft.body}": draft for draft in write(record, CONTEXT)})
    return found


@pytest.mark.parametrize("release", ["R4", "R5"])
def test_every_resource_of_the_extract_is_legal(release: str) -> None:
    drafts = [draft if release == "R4" else draft_as_r5(draft) for draft in distinct().values()]
    judge = check if release == "R4" else check_r5
    faults = [(draft.type, issue.path) for draft in drafts for issue in judge(resource(draft))]
    assert Counter(faults) == Counter()
    assert len({draft.type for draft in drafts}) == 6
    assert len(drafts) > 3000
