"""Records read from R5: the same as those read from R4.

docs/fhir-conformance.md
"""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from app.domain.records import read_record
from app.interop.fhir.draft import Draft
from app.interop.fhir.r5.back.convert import as_r4
from app.interop.fhir.r5.convert import as_r5
from app.interop.fhir.read import read
from app.interop.fhir.write import write
from tests.properties.random_records import kept

from ...full import every_draft
from ...samples import accepted, golden, golden_names, resource
from .test_convert import WITH_PRODUCT

Json = dict[str, Any]


def whole(drafts: list[Draft]) -> list[Json]:
    profiles = [{"meta": {"profile": [draft.profile]}} if draft.profile else {} for draft in drafts]
    return [{**resource(draft), **profile} for draft, profile in zip(drafts, profiles, strict=True)]


def in_r5(resources: list[Json]) -> list[Json]:
    return [as_r4(as_r5(one)) for one in resources]


def test_everything_that_is_written() -> None:
    several = [[draft] for draft in every_draft()]
    several += [write(accepted(golden(name)["record"]), WITH_PRODUCT) for name in golden_names()]
    found = [(read(in_r5(whole(drafts))), read(whole(drafts))) for drafts in several]
    assert [mine for mine, _ in found] == [theirs for _, theirs in found]
    assert sum(len(readings) for (readings, _), _ in found) > 5


@settings(max_examples=150, deadline=None)
@given(kept())
def test_whatever_is_recorded(raw: Json) -> None:
    record = read_record(raw)
    if not isinstance(record, tuple):
        written = whole(write(record, WITH_PRODUCT))
        assert read(in_r5(written)) == read(written)
