"""Bodies that are no records: refused with their place, kept as they came, nothing of them said again, never a 500.

https://www.rfc-editor.org/rfc/rfc8259 ; https://www.rfc-editor.org/rfc/rfc7493 ; https://www.rfc-editor.org/rfc/rfc9457
"""

import logging

import httpx
import pytest
from sqlalchemy import func, select

from app.storage.tables import AUDIT, INBOX, QUARANTINE, RECORD
from tests.journeys.door import Door, record, subject

CANARY = "Kanarienvogel4711"
JSON, NDJSON = "application/json", "application/x-ndjson"


def stored(door: Door) -> list[int]:
    with door.services.database.read.connect() as connection:
        tables = (INBOX, QUARANTINE, RECORD, AUDIT)
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


def check_problem(answer: httpx.Response, status: int, place: str) -> None:
    """A problem document that names the place and repeats nothing."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail", "issues"} <= set(body)
    assert body["status"] == status
    assert body["issues"][0]["path"] == place
    assert body["issues"][0]["message"]
    assert CANARY not in answer.text


def one(value: str) -> bytes:
    """A lab record with `value` written where its value stands."""
    return (
        f'{{"type": "lab", "site": "A", "source": "ehr", "id": "L1", "subject": "{CANARY}", "test": "anc", '
        f'"collected": "2024-03-01", "text": "{CANARY}", "value": {value}}}'
    ).encode()


def array(value: str) -> bytes:
    return b"[%b, %b]" % (one("1"), one(value))


UNREADABLE = [
    ("empty", b"", "line 1 column 1"),
    ("blank", b" \n ", "line 2 column 2"),
    ("no records", b"[]", ""),
    ("cut off", one("1")[:-1], "line 1 column 172"),
    ("two values", b'{"a": "%b"} {}' % CANARY.encode(), "line 1 column 28"),
    ("comma at the end", b"[1,]", "line 1 column 4"),
    ("single quotes", b"{'%b': 1}" % CANARY.encode(), "line 1 column 2"),
    ("comment", b"/* %b */ {}" % CANARY.encode(), "line 1 column 1"),
    ("no-break space", "\u00a0{}".encode(), "line 1 column 1"),
    ("control character", b'{"a": "%b\x01"}' % CANARY.encode(), "line 1 column 25"),
    ("not UTF-8", b'{"a": "\xe9 %b"}' % CANARY.encode(), "byte 7"),
    ("UTF-16", f'{{"a": "{CANARY}"}}'.encode("utf-16"), "byte 0"),
    ("surrogate in UTF-8", b'{"a": "\xed\xa0\x80"}', "byte 7"),
    ("NaN", one("NaN"), "records[0].value"),
    ("Infinity", array("Infinity"), "records[1].value"),
    ("-Infinity", array("[0, -Infinity]"), "records[1].value[1]"),
    ("5,000 digits", one("9" * 5000), "records[0].value"),
    ("5,000 decimals", one("0." + "1" * 5000), "records[0].value"),
    ("an exponent without end", one("1e99999999999999999999"), "records[0].value"),
    ("lone surrogate", one(f'"{CANARY}\\ud800"'), "records[0].value"),
    ("lone surrogate in a name", array('{"\\uDFFF": 1}'), "records[1].value.(name)"),
    ("NUL", array(f'"{CANARY}\\u0000"'), "records[1].value"),
    ("a name twice", array('1, "value": 2'), "records[1].value"),
    ("a name twice that is no name", one(f'{{"{CANARY} x": 1, "{CANARY} x": 2}}'), "records[0].value.(unknown name)"),
    ("too deep", array("[" * 70 + "]" * 70), "records[1]"),
    ("100,000 arrays", b"[" * 100_000 + b"]" * 100_000, ""),
    ("100,000 open arrays", b"[" * 100_000, ""),
    ("100,000 objects", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, ""),
]


@pytest.mark.parametrize(("body", "place"), [case[1:] for case in UNREADABLE], ids=[case[0] for case in UNREADABLE])
def test_a_body_that_cannot_be_read(service: Door, caplog: pytest.LogCaptureFixture, body: bytes, place: str) -> None:
    caplog.set_level(logging.DEBUG)
    before = stored(service)
    check_problem(service.post(body), 400, place)
    kept = int(bool(body.strip()))
    assert [now - then for now, then in zip(stored(service), before, strict=True)] == [kept, kept, 0, 0]
    assert [item["issues"][0]["path"] for item in service.quarantine()] == [place] * kept
    assert CANARY not in caplog.text


def test_what_could_not_be_read_is_found_whole(service: Door) -> None:
    service.post(b'{"type": "lab", cut off')
    item = service.quarantine()[0]
    assert service.get(f"/studies/gdt-relapse/quarantine/{item['id']}").json()["record"] == '{"type": "lab", cut off'


@pytest.mark.parametrize("body", [case[1] for case in UNREADABLE], ids=[case[0] for case in UNREADABLE])
def test_the_same_as_a_line_is_refused_alone(service: Door, body: bytes) -> None:
    """Records on both sides of it are kept."""
    line = body.replace(b"\n", b" ") or b"x"
    good = b'{"type": "subject", "site": "A", "source": "ehr", "id": "S%d", "subject": "A-00%d"}'
    answer = service.post(b"\n".join([good % (1, 1), line, good % (2, 2)]), NDJSON)
    assert answer.status_code == 201
    outcomes = [entry["outcome"] for entry in answer.json()["records"]]
    assert outcomes in (["accepted", "rejected", "accepted"], ["accepted", "accepted"])  # a blank line is no record
    assert CANARY not in answer.text


VALUES = ["5", '"text"', "null", "true", "1.5", "[1]", "{}", '{"type": 3}', '{"type": "no such"}', '{"type": "lab"}']


@pytest.mark.parametrize("value", VALUES)
def test_json_that_is_no_record(service: Door, value: str) -> None:
    answer = service.post(value.encode())
    assert answer.status_code == 422
    receipt = answer.json()
    assert (receipt["accepted"], receipt["rejected"]) == (0, 1)
    assert receipt["records"][0]["issues"][0]["path"].startswith("records[0]")
    assert service.quarantine()[0]["issues"] == receipt["records"][0]["issues"]


@pytest.mark.parametrize("field", ["value", "low", "high"])
@pytest.mark.parametrize("number", ["1e400", "1e-400", "1" * 40, "0." + "3" * 40])
def test_a_number_that_no_unit_of_measure_needs(service: Door, field: str, number: str) -> None:
    body = one("1").replace(b'"value": 1', f'"{field}": {number}'.encode()).replace(b'"text"', b'"unit"')
    issues = service.post(body).json()["records"][0]["issues"]
    assert (f"records[0].{field}", "a JSON number of at most 32 digits") in [
        (issue["path"], issue["expected"].partition(",")[0]) for issue in issues
    ]


@pytest.mark.parametrize(
    "media_type", ["text/tab-separated-values", "application/xml", "text/plain", "multipart/form-data; boundary=x", ""]
)
def test_a_body_of_another_kind(service: Door, media_type: str) -> None:
    answer = service.post(b'{"type": "subject"}', media_type)
    check_problem(answer, 415, "Content-Type")
    assert answer.json()["issues"][0]["expected"].startswith("application/json, application/x-ndjson")


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON", "application/x-ndjson"])
def test_a_media_type_may_be_spelt_in_any_way(service: Door, media_type: str) -> None:
    body = b'{"type": "subject", "site": "A", "source": "ehr", "id": "S1", "subject": "A-001"}'
    assert service.post(body, media_type).status_code == 201


def test_ten_thousand_times_ten_fields(service: Door) -> None:
    """10^5 fields, and one of them twice at the end: the time is that of reading them once."""
    fields = ", ".join(f'"a{number}": "{CANARY}"' for number in range(100_000))
    answer = service.post(f'{{"type": "lab", {fields}}}'.encode())
    assert answer.status_code == 422
    issue = answer.json()["records"][0]["issues"][0]
    assert (issue["path"], issue["code"]) == ("records[0]", "too-long")
    check_problem(service.post(f'[{{"type": "lab", {fields}, "a99999": 1}}]'.encode()), 400, "records[0].a99999")


def test_a_record_with_more_faults_than_anybody_reads(service: Door) -> None:
    """An answer must not grow with what was sent: twenty faults, and how many there are more."""
    raw = record("adverse_event", "AE1", term="x", **{f"a{number}": CANARY for number in range(5000)})
    answer = service.send(subject(), raw)
    issues = answer.json()["records"][1]["issues"]
    assert len(issues) == 21
    assert issues[-1] == {"path": "records[1]", "code": "incomplete", "message": "4980 further issues are not listed"}
    assert CANARY not in answer.text


@pytest.mark.parametrize("media_type", [JSON, NDJSON])
def test_more_records_than_a_payload_may_have(service: Door, media_type: str) -> None:
    numbers = ["0"] * (service.services.settings.max_records + 1)
    body = f"[{','.join(numbers)}]" if media_type == JSON else "\n".join(numbers)
    before = stored(service)
    check_problem(service.post(body.encode(), media_type), 413, "")
    assert stored(service) == before
