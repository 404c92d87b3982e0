"""Refused records are kept with their reasons, can be had back, and are cleared by a good one (decision 0001)."""

import json

from tests.journeys.door import STUDY, Door, record, subject

BAD = record("adverse_event", "AE1", term="Fever", grade=7)
GOOD = {**BAD, "grade": 3}


def test_a_refused_record_is_listed_with_its_reasons_and_can_be_had_back(door: Door) -> None:
    receipt = door.receipt(subject(), BAD)
    (item,) = door.quarantine()
    assert (item["receipt"], item["index"], item["type"], item["site"]) == (receipt["receipt"], 1, "adverse_event", "A")
    assert item["issues"] == receipt["records"][1]["issues"]
    assert "record" not in item
    found = door.get(f"/studies/{STUDY}/quarantine/{item['id']}").json()
    assert json.loads(found["record"]) == BAD
    door.put_study("other")
    assert door.get(f"/studies/other/quarantine/{item['id']}").status_code == 404


def test_it_is_cleared_when_a_good_one_comes(door: Door) -> None:
    door.send(subject(), BAD, record("lab", "L1", test="?", collected="2024"))
    assert door.receipt(GOOD)["accepted"] == 1
    assert [item["type"] for item in door.quarantine()] == ["lab"]
    assert [item["type"] for item in door.quarantine(cleared="true")] == ["adverse_event"]


def test_it_is_not_cleared_by_a_record_of_another_key_or_study(door: Door) -> None:
    door.put_study("other", "A")
    door.send(subject(), BAD)
    door.send(subject(), GOOD, study="other")
    door.send({**GOOD, "source": "paper"}, {**GOOD, "id": "AE2"})
    assert len(door.quarantine()) == 1


def test_the_same_refused_payload_is_quarantined_once(door: Door) -> None:
    for _ in range(3):
        assert door.send(BAD).status_code == 422
    assert len(door.quarantine()) == 1
    assert door.send(BAD, {**BAD, "id": "AE2"}).status_code == 422
    assert len(door.quarantine()) == 3


def test_pages_are_in_the_order_of_arrival(door: Door) -> None:
    """Refused records get no number of their own, so nothing but their arrival can order them."""
    kinds = ["lab", "death", "gvhd", "infusion", "disease"]
    for kind in kinds:
        door.clock.move(seconds=1)
        door.send(record(kind, "X", no_such_field=1))
    url: str | None = f"/studies/{STUDY}/quarantine?count=2"
    pages = []
    while url is not None:
        body = door.get(url).json()
        assert body["open"] == 5
        pages.append([item["type"] for item in body["items"]])
        url = body.get("next")
    assert pages == [kinds[:2], kinds[2:4], kinds[4:]]


def test_what_is_no_json_is_kept_as_it_came(door: Door) -> None:
    door.post(json.dumps(subject()).encode() + b'\n{"type": "lab", \xff\n', "application/x-ndjson")
    (item,) = door.quarantine()
    assert (item["type"], item["site"], item["issues"][0]["path"]) == (None, None, "records[1] byte 16")
    assert door.get(f"/studies/{STUDY}/quarantine/{item['id']}").json()["record"] == '{"type": "lab", \ufffd'


def test_names_that_are_too_long_for_a_key_are_quarantined_too(door: Door) -> None:
    """A column has an end, and a payload must not fail as a whole on it."""
    receipt = door.receipt(subject(), {"type": "t" * 128, "site": "s" * 128, "source": "o" * 128, "id": "i" * 128})
    assert (receipt["accepted"], receipt["rejected"]) == (1, 1)
    assert (door.quarantine()[0]["type"], door.quarantine()[0]["site"]) == (None, None)


def test_a_subject_that_was_refused_releases_nothing(door: Door) -> None:
    door.send(record("infusion", "I1", start="2024-03-01"))
    assert door.send(subject(sex="f")).status_code == 422
    assert door.receipt(record("infusion", "I1", start="2024-03-01"))["waiting"] == 1


def test_what_is_refused_beside_a_good_one_of_its_key_stays_open_when_both_come_again(door: Door) -> None:
    """The good one clears what was refused before it, not what is refused behind it."""
    first, second = ({**GOOD, "version": 1, "grade": grade} for grade in (3, 4))
    for _ in range(2):
        door.send(first, second)
    (item,) = door.quarantine()
    assert (item["index"], item["issues"][0]["code"]) == (1, "conflict")
