"""Payloads and parameters as tired people and wrong settings make them: told in words that can be acted on.

docs/intake.md
"""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from tests.journeys.door import STUDY, Door, record, subject

CANARY = "Kanarienvogel"
RECORDS = f"/studies/{STUDY}/records"
CSV = "text/csv"
TABLE = b"type,source,id,subject,term\nadverse_event,crf,AE-1,A-001,Sepsis\n"
RESULT = (
    r"MSH|^~\&|LIS|HOSP|||20240305100000+0100||ORU^R01|C-17|P|2.5.1||||||UNICODE UTF-8" + "\rPID|1||4711^^^HOSP^MR\r"
    "OBR|1||F1|58410-2^CBC^LN|||2024030599\rOBX|1|NM|718-7^Hemoglobin^LN||9.7|g/dL|||||F\r"
)


@pytest.fixture(autouse=True)
def sites(door: Door) -> None:
    door.put_study(STUDY, "A", "B")


def sent(door: Door, body: bytes, content_type: str, **params: str) -> Any:
    headers = {"content-type": content_type}
    return door.request("POST", RECORDS, params={"site": "A", **params}, content=body, headers=headers)


@pytest.mark.parametrize("charset", ["idna", "undefined", "punycode", "hex", "klingon"])
def test_what_is_no_character_set_is_named_as_such(door: Door, charset: str) -> None:
    answer = sent(door, TABLE, f"{CSV}; charset={charset}")
    assert (answer.status_code, answer.json()["detail"]) == (400, "unknown character set")


@pytest.mark.parametrize("charset", ["utf-16", "utf-32"])
def test_wide_characters_without_a_mark_have_no_first_byte(door: Door, charset: str) -> None:
    body = TABLE.decode().encode(f"{charset}-le")
    assert sent(door, body, f"{CSV}; charset={charset}").json()["detail"] == "the file has no byte order mark"
    assert sent(door, body, f"{CSV}; charset={charset}-le").status_code == 201


def test_another_delimiter_is_named(door: Door) -> None:
    answer = sent(door, TABLE.replace(b",", b";"), CSV)
    assert answer.status_code == 400
    [issue] = answer.json()["issues"]
    assert "semicolons" in issue["message"]
    assert issue["expected"] == 'csv: {delimiter: ";"} in the profile'


def test_packed_bodies_are_refused_as_such(door: Door) -> None:
    headers = {"content-type": CSV, "content-encoding": "gzip"}
    answer = door.request("POST", RECORDS, params={"site": "A"}, content=gzip.compress(TABLE), headers=headers)
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (415, "Content-Encoding")


def test_a_wrong_word_of_a_parameter_is_told_in_words(door: Door) -> None:
    [issue] = sent(door, TABLE, CSV, dry_run="perhaps").json()["issues"]
    assert issue == {"path": "dry_run", "code": "value", "message": "not true or false", "expected": "true or false"}


@pytest.mark.parametrize("field", ["type", "site"])
def test_neither_receipt_nor_sentence_repeats_what_is_no_type_or_site(door: Door, field: str) -> None:
    wrong = record("adverse_event", "AE-1", term="x") | {field: CANARY}
    body = json.dumps(wrong).encode()
    assert CANARY not in door.request("POST", RECORDS, params={"dry_run": "true"}, content=body).text
    assert (
        CANARY not in door.request("POST", RECORDS, content=body, headers={"content-type": "application/x-ndjson"}).text
    )
    [item] = door.get(f"/studies/{STUDY}/quarantine").json()["items"]
    assert CANARY.lower() not in item["sentence"].lower()


def test_a_good_record_of_an_atomic_payload_is_not_called_wrong(door: Door) -> None:
    body = json.dumps([subject(), record("adverse_event", "AE-1", term="x", grade=9)]).encode()
    assert door.request("POST", RECORDS, params={"atomic": "true"}, content=body).status_code == 422
    good, bad = door.get(f"/studies/{STUDY}/quarantine").json()["items"]
    assert "nothing is wrong with this record itself" in good["sentence"]
    assert good["sentence"].endswith("send it again when what was refused is corrected.")
    assert "correct it at the source" in bad["sentence"]


def test_a_byte_order_mark_hides_no_control_id(door: Door) -> None:
    answer = sent(door, b"\xef\xbb\xbf" + RESULT.replace("2024030599", "20240305").encode(), "application/hl7-v2")
    assert (answer.status_code, "MSA|AA|C-17" in answer.text) == (200, True)


def test_a_wrong_time_of_a_message_is_expected_as_hl7_writes_it(door: Door) -> None:
    answer = sent(door, RESULT.encode(), "application/hl7-v2")
    assert answer.status_code == 422
    assert "expected YYYYMMDD[HHMM[SS]][+ZZZZ]" in answer.text


def test_a_length_is_told_in_characters(door: Door) -> None:
    [line] = door.send(subject(mrn="1" * 201)).json()["records"]
    assert line["issues"][0]["expected"] == "at most 200 characters"
