"""The untidiness of the committed example, counted plainly from its lines."""

import json
from collections import Counter
from datetime import datetime, timedelta

from .reading import Record, current, posts, records, site_day


def _key(record: Record) -> tuple[str, ...]:
    return tuple(record[name] for name in ("site", "source", "type", "id"))


def _first_time() -> list[Record]:
    lines = dict.fromkeys(line for post in posts() for line in post)
    return [json.loads(line) for line in lines if '"BAD-' not in line]


def test_160_lines_are_exact_repeats_100_of_them_in_one_post() -> None:
    lines = Counter(line for post in posts() for line in post)
    assert sum(count - 1 for count in lines.values()) == 160
    twice = [post for post, before in zip(posts()[1:], posts(), strict=False) if post == before]
    assert [len(post) for post in twice] == [100]


def test_amended_records_follow_a_first_version() -> None:
    known = {_key(record) for record in _first_time() if record["status"] == "final"}
    later = [record for record in _first_time() if record["status"] != "final"]
    assert Counter(record["status"] for record in later)["entered-in-error"] == 9
    assert all(_key(record) in known for record in later)
    assert all(record.get("version", 2) == 2 for record in later)


def test_eight_first_versions_come_after_the_second() -> None:
    newest: dict[tuple[str, ...], int] = {}
    late = []
    for record in _first_time():
        version = record.get("version", 0)
        late += [record] if version < newest.get(_key(record), 0) else []
        newest[_key(record)] = max(version, newest.get(_key(record), 0))
    assert len(late) == 8


def test_forty_records_come_months_late() -> None:
    newest: dict[str, datetime] = {}
    late = 0
    for record in _first_time():
        if "recorded" in record:
            told = datetime.fromisoformat(record["recorded"])
            late += told + timedelta(days=60) < newest.get(record["site"], told)
            newest[record["site"]] = max(told, newest.get(record["site"], told))
    assert late >= 40


def test_four_subjects_are_named_by_many_records_before_their_own() -> None:
    early: Counter[str] = Counter()
    known: set[str] = set()
    for record in records():
        known |= {record["subject"]} if record["type"] == "subject" else set()
        early[record["subject"]] += record["subject"] not in known
    assert sum(count >= 10 for count in early.values()) == 4


def test_versions_and_times_are_missing_where_a_source_gives_none() -> None:
    for record in _first_time():
        assert ("version" in record) == (
            record["source"] != "phone-log" and (record["site"], record["source"]) != ("C", "edc")
        )
        assert ("recorded" in record) == (record["source"] != "phone-log")
    corrected = [
        record for record in _first_time() if record["source"] == "phone-log" and record["status"] == "amended"
    ]
    assert len(corrected) == 2


def test_new_york_writes_days_that_are_not_its_own() -> None:
    evening = [
        one
        for one in current("lab").values()
        if one["site"] == "B" and site_day(one, one["collected"]).isoformat() != one["collected"][:10]
    ]
    assert len(evening) > 50
    infused = [
        one for one in current("infusion").values() if site_day(one, one["start"]).isoformat() != one["start"][:10]
    ]
    assert infused
    assert {one["site"] for one in infused} == {"B"}


def test_doses_of_every_unit_are_near_their_level() -> None:
    millions = {"DL1": 1.0, "DL2": 2.0, "DL3": 4.0}
    scale = {"10*6/kg": 1.0, "cells/kg": 1e-6}
    seen = set()
    for record in current("infusion").values():
        planned = record["planned_dose"]["value"] * scale[record["planned_dose"]["unit"]]
        assert planned == millions[record["dose_level"]]
        seen.add(record["planned_dose"]["unit"])
        if record["outcome"] == "completed":
            assert 0.9 <= record["dose"]["value"] * scale[record["dose"]["unit"]] / planned <= 1.05
        if record["outcome"] == "stopped":
            assert record["dose"]["value"] * scale[record["dose"]["unit"]] / planned < 0.8
    assert seen == set(scale)


def test_site_a_changes_its_unit_of_haemoglobin_in_2025() -> None:
    units = {
        (one["collected"] >= "2025", one["unit"])
        for one in current("lab").values()
        if one["site"] == "A" and one["unit"] in ("g/L", "g/dL")
    }
    assert units == {(False, "g/dL"), (True, "g/L")}


def test_laboratory_values_suit_their_units() -> None:
    """Rough bounds of life, in each unit on its own."""
    bounds = {"g/L": (50, 200), "g/dL": (5, 20), "U/L": (1, 2000), "10*9/L": (0.02, 400), "10*3/uL": (0.02, 400)}
    for record in current("lab").values():
        if record["unit"] in bounds and not isinstance(record["value"], str):
            low, high = bounds[record["unit"]]
            assert low <= record["value"] <= high, record


def test_comparators_stand_below_what_the_method_can_tell() -> None:
    told = {record["value"] for record in current("lab").values() if isinstance(record["value"], str)}
    assert "<0.1" in told
    assert told <= {"<0.1", "<5", "<0.2", "<3.4"}
