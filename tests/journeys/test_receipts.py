"""What a receipt says, and that a re-send changes nothing. Names and status codes: the contract, section Records."""

import json

import pytest

from tests.journeys.door import STUDY, Door, Raw, record, subject

COUNTS = ("accepted", "amended", "unchanged", "waiting", "rejected")


def counts(receipt: Raw) -> tuple[int, ...]:
    return tuple(receipt[name] for name in COUNTS)


def test_a_receipt_has_a_line_for_each_record_with_the_place_of_each_fault(door: Door) -> None:
    receipt = door.receipt(
        subject(),
        record("adverse_event", "AE-17", term="Fever", version=2),
        record("adverse_event", "AE-18", term="Fever", grade=9),
    )
    assert set(receipt) == {"receipt", *COUNTS, "records"}
    assert counts(receipt) == (2, 0, 0, 0, 1)
    good, bad = receipt["records"][1:]
    assert (good["index"], good["outcome"], good["id"], good["version"]) == (1, "accepted", "AE-17", 2)
    assert good["resources"][0].startswith("AdverseEvent/")
    assert bad["outcome"] == "rejected"
    issue = bad["issues"][0]
    assert (issue["path"], issue["code"], issue["expected"]) == ("records[2].grade", "value", "1 to 5")


def test_status_codes(door: Door) -> None:
    good, bad = subject(), record("lab", "L1", test="no such test", collected="2024-03-01")
    assert door.send(good).status_code == 201
    assert door.send(good).status_code == 200
    assert door.send(good, bad).status_code == 200  # nothing was stored, not everything was refused
    assert door.send(bad).status_code == 422
    assert door.send(bad, subject("A-002")).status_code == 201


def test_a_resend_is_a_no_op_with_the_first_answer(door: Door) -> None:
    payload = [subject(mrn="1"), record("infusion", "I1", start="2024-03-01"), record("death", "X1", date="2024-05")]
    first, before = door.receipt(*payload), door.seq()
    answer = door.rows("OS")
    door.clock.move(hours=1)
    again = door.receipt(*payload)
    assert counts(again) == (0, 0, 3, 0, 0)
    assert again["receipt"] == first["receipt"]
    for old, new in zip(first["records"], again["records"], strict=True):
        assert new == {**old, "outcome": "unchanged"}
    assert door.seq() == before
    assert door.rows("OS") == answer
    reordered = door.receipt(*reversed(payload))
    assert counts(reordered) == (0, 0, 3, 0, 0)
    assert door.seq() == before


def test_a_resent_old_version_gets_its_own_answer_again(door: Door) -> None:
    """Decision 0001: a re-send is answered with the version of the first answer, whatever came in between."""
    versions = [record("follow_up", "F1", version=number, date=f"2024-03-0{number}") for number in (1, 2)]
    door.send(subject(), *versions)
    line = door.receipt(versions[0])["records"][0]
    assert (line["outcome"], line["version"], line.get("superseded")) == ("unchanged", 1, True)
    line = door.receipt(versions[1])["records"][0]
    assert (line["outcome"], line["version"], line.get("superseded")) == ("unchanged", 2, None)


def test_null_says_what_an_absent_field_says(door: Door) -> None:
    """Contract: absent and `null` mean not recorded; so both are the same content."""
    plain = record("adverse_event", "AE1", term="Fever", version=1, code={"system": "http://x", "code": "1"})
    with_nulls = {**plain, "grade": None, "recorded": None, "code": {**plain["code"], "text": None}}
    door.send(subject())
    assert door.send(plain).status_code == 201
    assert counts(door.receipt(with_nulls)) == (0, 0, 1, 0, 0)
    assert counts(door.receipt({**plain, "grade": 2})) == (0, 0, 0, 0, 1)


def test_spacing_and_order_of_names_are_no_content(door: Door) -> None:
    one = subject(sex="female")
    door.send(one)
    other = json.dumps(dict(reversed(one.items())), indent=4).encode()
    assert counts(door.post(other).json()) == (0, 0, 1, 0, 0)


def test_a_number_with_other_digits_is_other_content(door: Door) -> None:
    """A precision is information (FHIR decimal): 1.0 does not repeat 1.00."""
    text = json.dumps(record("lab", "L1", test="anc", collected="2024-03-01", unit="10*9/L", value=77, version=1))
    door.send(subject())
    assert door.post(text.replace("77", "1.0").encode()).status_code == 201
    assert door.post(text.replace("77", "1.00").encode()).status_code == 422


@pytest.mark.parametrize("recorded", [None, "2024-03-05T10:00:00Z"])
def test_one_version_number_with_other_content_is_a_conflict(door: Door, recorded: str | None) -> None:
    """Also where only one of the two says when it was recorded, and where a newer version came in between."""
    first = record("follow_up", "F1", version=1, date="2024-03-01")
    other = record("follow_up", "F1", version=1, date="2024-03-09", recorded=recorded)
    door.send(subject(), first)
    line = door.receipt(other)["records"][0]
    assert line["outcome"] == "rejected"
    assert (line["issues"][0]["path"], line["issues"][0]["code"]) == ("records[0].version", "conflict")
    door.send(record("follow_up", "F1", version=3, date="2024-03-03"))
    assert door.receipt(other)["records"][0]["outcome"] == "rejected"
    assert door.status("A-001")["last_contact"] == "2024-03-03"


def test_one_record_twice_in_one_payload(door: Door) -> None:
    records = [record("follow_up", "F1", version=number, date=f"2024-03-0{number}") for number in (1, 3, 2, 3)]
    receipt = door.receipt(subject(), *records)
    assert counts(receipt) == (3, 1, 1, 0, 0)
    assert [line["outcome"] for line in receipt["records"][1:]] == ["accepted", "amended", "accepted", "unchanged"]
    assert receipt["records"][3]["superseded"] is True
    assert door.status("A-001")["last_contact"] == "2024-03-03"


def test_atomic_keeps_all_or_nothing(door: Door) -> None:
    good, bad = subject(), record("lab", "L1", test="?", collected="2024-03-01")
    before = door.seq()
    answer = door.send(good, bad, atomic="true")
    assert answer.status_code == 422
    assert counts(answer.json()) == (0, 0, 0, 0, 2)
    assert "records[1]" in answer.json()["records"][0]["issues"][0]["message"]
    assert door.seq() == before
    assert door.get(f"/studies/{STUDY}/subjects").json()["subjects"] == []
    assert len(door.quarantine()) == 2
    good_answer = door.send(good, record("follow_up", "F1", date="2024-03-01"), atomic="true")
    assert (good_answer.status_code, counts(good_answer.json())) == (201, (2, 0, 0, 0, 0))
    assert [item["type"] for item in door.quarantine()] == ["lab"]


def test_ndjson_with_one_broken_line_keeps_the_others(door: Door) -> None:
    lines = [json.dumps(subject()), '{"type": "lab", ', "", json.dumps(record("follow_up", "F1", date="2024-03-01"))]
    answer = door.post("\r\n".join(lines).encode(), "application/x-ndjson")
    assert answer.status_code == 201
    receipt = answer.json()
    assert counts(receipt) == (2, 0, 0, 0, 1)
    assert receipt["records"][1]["issues"][0]["path"] == "records[1] line 1 column 17"


def test_receipts_are_kept(door: Door) -> None:
    first = door.receipt(subject(), record("lab", "L1", test="?", collected="2024"))
    place = f"/studies/{STUDY}/receipts/{first['receipt']}"
    assert door.get(place).json() == first
    door.send(subject(), record("lab", "L1", test="?", collected="2024"))
    assert door.get(place).json() == first
    door.put_study("other", "A")
    assert door.get(f"/studies/other/receipts/{first['receipt']}").status_code == 404
