"""The extract as a whole: shape, legality and size."""

import json
from collections import Counter
from dataclasses import FrozenInstanceError
from datetime import date, datetime
from decimal import Decimal

import pytest

from app.domain.record import Record
from app.domain.records import RECORD_TYPES, read_record
from app.example import generate

from .reading import dates, posts, records

UNREADABLE = {"BAD-1", "BAD-3", "BAD-4", "BAD-5"}


def test_a_seed_gives_the_same_extract_and_another_a_different_one() -> None:
    assert generate(5, 48) == generate(5, 48)
    assert generate(5, 48).batches != generate(6, 48).batches


def test_an_extract_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        generate(5, 48).study = {}  # type: ignore[misc]


def test_study_has_three_sites_in_three_zones() -> None:
    study = generate(5, 48).study
    assert study["definition"] == "gdt-relapse"
    assert [site["id"] for site in study["sites"]] == ["A", "B", "C"]
    assert len({site["time_zone"] for site in study["sites"]}) == 3


def test_the_service_reads_every_record_but_the_spoiled_ones() -> None:
    """The domain's own reader is the judge; unknown unit and unknown site are for the intake to find."""
    unread = set()
    for post in posts():
        for line in post:
            raw = json.loads(line, parse_float=Decimal)
            if not isinstance(read_record(raw), Record):
                unread.add(raw["id"])
    assert unread == UNREADABLE


def test_spoiled_records_are_spoiled_where_they_say() -> None:
    spoiled = {record["id"]: record for record in records() if record["id"].startswith("BAD")}
    assert len(spoiled) == 6
    assert spoiled["BAD-1"]["collected"] == "2025-02-30"
    assert spoiled["BAD-2"]["unit"] == "drops/spoon"
    assert spoiled["BAD-3"]["grade"] == 7
    assert "date" not in spoiled["BAD-4"]
    assert spoiled["BAD-5"]["response"] == "excellent"
    assert spoiled["BAD-6"]["site"] == "Q"


def test_every_type_of_the_contract_is_there() -> None:
    assert {record["type"] for record in records()} == set(RECORD_TYPES)


def test_every_field_of_the_contract_is_used() -> None:
    used: dict[str, set[str]] = {}
    for record in records():
        used.setdefault(record["type"], set()).update(record)
    unused = {kind: set(model.model_fields) - used[kind] for kind, model in RECORD_TYPES.items()}
    assert {kind: fields for kind, fields in unused.items() if fields} == {}


def test_posts_are_of_one_site_and_at_most_a_hundred() -> None:
    for post in posts():
        sites = {record["site"] for record in map(json.loads, post)} - {"Q"}
        assert len(sites) == 1
        assert len(post) <= 100
    assert Counter(len(post) for post in posts())[100] >= len(posts()) - 3


def test_size() -> None:
    lines = [line for post in posts() for line in post]
    assert 4000 <= len(lines) <= 6000
    assert sum(len(line) + 1 for line in lines) < 3_000_000
    assert 250 <= sum(map(len, lines)) / len(lines) <= 400


def test_the_trial_runs_from_2023_to_mid_2026() -> None:
    """Births and diagnoses apart, everything clinical lies within; recording and correcting go on for a fortnight."""
    for record in records():
        if not record["id"].startswith("BAD"):
            apart = ("birth_date", "diagnosis_date", "recorded")
            told = dates({name: value for name, value in record.items() if name not in apart})
            assert all("2023" <= text[:10] <= "2026-06-15" for text in told), record
            recorded = record.get("recorded", "2023-01-01")
            assert date(2023, 1, 1) <= datetime.fromisoformat(recorded).date() <= date(2026, 6, 28)


def test_people_are_invented_for_all_to_see() -> None:
    for record in records():
        if record["type"] == "subject":
            assert record["mrn"].startswith("TEST-")
            assert record["family_name"].startswith("Example-")
            assert record["given_name"].startswith("Test-")
