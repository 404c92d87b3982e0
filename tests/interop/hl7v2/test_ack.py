"""Acknowledgments against HL7 v2.3 to v2.8, chapter 2: MSH, MSA, ERR, tables 0008, 0155, 0357 and 0516."""

from datetime import UTC, datetime

import hl7
import pytest

from app.domain.errors import Issue
from app.interop.hl7v2.ack import Stamp, acknowledgment, batch
from app.interop.hl7v2.header import Verdict, batch_header, header_in
from app.interop.hl7v2.problem import problem
from tests.interop.hl7v2.messages import MSH

STAMP = Stamp("ack-1", datetime(2026, 3, 2, 11, 15, tzinfo=UTC))
WRONG = Issue("records[0].grade", "value", "not a legal value", "1 to 5", "OBX[3]-5[1].1", "4")


def answered(line: str, *issues: Issue, verdict: Verdict = Verdict.ACCEPT) -> list[str]:
    """The segments of the answer to a message with that header."""
    header = header_in(line.encode("latin-1"))
    code = header.code(verdict)
    assert code is not None
    text = acknowledgment(header, code, [problem(issue) for issue in issues], STAMP).decode("latin-1")
    assert text.endswith("\r")
    return text.split("\r")[:-1]


def test_sender_and_receiver_change_places_and_the_rest_is_mirrored() -> None:
    line = "MSH|^~\\&|LAB^1.2.3^ISO|UKX|ENGRAFT|TRIAL|20260302101500+0100||ORU^R01^ORU_R01|C 1|T|2.5.1|||||DEU|8859/1"
    assert answered(line) == [
        "MSH|^~\\&|ENGRAFT|TRIAL|LAB^1.2.3^ISO|UKX|20260302111500+0000||ACK^R01^ACK|ack-1|T|2.5.1||||||8859/1",
        "MSA|AA|C 1",
    ]


def test_other_marks_are_the_marks_of_the_answer() -> None:
    header = "MSH!@+/%!LAB!UKX!!!20260302!!ORU@R01!C1!P!2.5.1"
    issue = Issue("records[0].unit", "code-invalid", "unknown unit (a/b)", "x+y!", "OBX[2]-6")
    assert answered(header, issue, verdict=Verdict.ERROR) == [
        "MSH!@+/%!ENGRAFT!!LAB!UKX!20260302111500+0000!!ACK@R01@ACK!ack-1!P!2.5.1",
        "MSA!AE!C1",
        "ERR!!OBX@2@6!103@Table value not found@HL70357!E!!!records[0].unit: unknown unit (a/E/b); "
        "expected x/R/y/F/!unknown unit (a/E/b)",
    ]


@pytest.mark.parametrize("version", ["2.5", "2.5.1", "2.6", "2.7", "2.8"])
def test_from_2_5_on_a_problem_is_an_err_with_fields(version: str) -> None:
    found = answered(MSH.replace("2.5.1", version), WRONG, verdict=Verdict.ERROR)
    assert found[1:] == [
        "MSA|AE|C1",
        "ERR||OBX^3^5^1^1|102^Data type error^HL70357|E|||"
        "records[0].grade: not a legal value; expected 1 to 5; perhaps 4 was meant|not a legal value",
    ]


@pytest.mark.parametrize(("version", "kind"), [("2.3", "ACK^R01"), ("2.3.1", "ACK^R01^ACK"), ("2.4", "ACK^R01^ACK")])
def test_up_to_2_4_all_problems_are_repetitions_of_one_field(version: str, kind: str) -> None:
    second = Issue("", "required", "the status is missing", place="OBX[4]-11")
    third = Issue("", "structure", "not read")
    found = answered(MSH.replace("2.5.1", version), WRONG, second, third, verdict=Verdict.ERROR)
    assert found[0].split("|")[8] == kind
    assert found[1:] == [
        "MSA|AE|C1|not a legal value",
        "ERR|OBX^3^5^102&records[0].grade: not a legal value; expected 1 to 5; perhaps 4 was meant&HL70357"
        "~OBX^4^11^101&the status is missing&HL70357~^^^100&not read&HL70357",
    ]


@pytest.mark.parametrize(
    ("code", "place", "expected"),
    [
        ("structure", "MSH[1]-2", "100"),
        ("incomplete", None, "100"),
        ("required", "MSH[1]-10", "101"),
        ("value", "OBX[1]-5", "102"),
        ("code-invalid", "OBX[1]-6", "103"),
        ("not-supported", "MSH[1]-9", "200"),
        ("not-supported", "MSH[1]-11", "202"),
        ("not-supported", "MSH[1]-12", "203"),
        ("not-supported", "MSH[1]-18", "103"),
        ("not-found", "PID[1]-3", "204"),
        ("conflict", "MSH[1]-10", "205"),
        ("too-long", None, "102"),
        ("invariant", "OBX[1]-5", "102"),
        ("exception", None, "207"),
        ("informational", "MSH[1]", "0"),
    ],
)
def test_each_kind_of_issue_has_its_row_of_table_0357(code: str, place: str | None, expected: str) -> None:
    found = answered(MSH, Issue("", code, "words", place=place), verdict=Verdict.ERROR)[2]
    assert found.split("|")[3].split("^")[::2] == [expected, "HL70357"]


@pytest.mark.parametrize(
    ("accept", "application", "good", "bad"),
    [
        ("", "", "AA", "AE"),
        ("AL", "NE", "CA", "CE"),
        ("AL", "AL", "CA", "CE"),
        ("NE", "AL", "AA", "AE"),
        ("ER", "NE", None, "CE"),
        ("SU", "NE", "CA", None),
        ("ER", "AL", "AA", "CE"),
        ("NE", "NE", None, None),
    ],
)
def test_enhanced_mode_gives_what_is_asked_for(
    accept: str, application: str, good: str | None, bad: str | None
) -> None:
    header = header_in(f"{MSH}|||{accept}|{application}".encode())
    assert (header.code(Verdict.ACCEPT), header.code(Verdict.ERROR)) == (good, bad)


def test_an_acknowledgment_is_never_answered() -> None:
    assert header_in(b"MSH|^~\\&|LAB|UKX|||20260302||ACK^R01^ACK|C1|P|2.5.1").code(Verdict.ERROR) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x00\xff\xfe",
        b"MSH",
        b"MSH\r",
        b"MSH|",
        b"MSH||||",
        b"MSH|^^^^|LAB|UKX|||2026||ORU^R01|C1|P|2.5.1",
        b"MSH|^~\\&|L\x00B|" + b"x" * 300 + b"|||2026||oru^<b>|\x07|P|9.9",
        b"PID|1||4711\rMSH|^~\\&|LAB",
    ],
)
def test_what_has_no_header_to_read_gets_a_legal_rejection(content: bytes) -> None:
    header = header_in(content)
    issue = Issue("", "structure", "there is no MSH segment", "a message that begins with MSH")
    text = acknowledgment(header, header.code(Verdict.REJECT) or "", [problem(issue)], STAMP).decode("latin-1")
    found = hl7.parse(text)
    assert [str(segment[0]) for segment in found] == ["MSH", "MSA", "ERR"]
    assert [str(found["MSH"][0][number]) for number in (10, 11, 12)] == ["ack-1", "P", "2.5.1"]
    assert str(found["MSH"][0][9]).startswith("ACK")
    assert str(found["MSA"][0][1]) == "AR"
    assert str(found["MSA"][0][2]) in ("UNKNOWN", "C1")


@pytest.mark.parametrize(
    ("name", "declared", "charset"),
    [
        ("LABOR Köln", "8859/1", "latin-1"),
        ("LABOR Köln", "UNICODE UTF-8", "utf-8"),
        ("LABOR Köln", "", "utf-8"),
        ("醫院", "BIG-5", "big5"),
        ("検査", "~ISO IR87", "iso2022_jp"),
        ("LABOR Köln", "KLINGON", "utf-8"),
        ("LABOR Köln", "UNICODE UTF-8", "latin-1"),  # not what it says
    ],
)
def test_the_names_come_back_in_the_bytes_that_came(name: str, declared: str, charset: str) -> None:
    line = f"MSH|^~\\&|{name}|UKX|||20260302101500||ORU^R01|C1|P|2.5.1||||||{declared}".encode(charset)
    found = acknowledgment(header_in(line), "AA", [], STAMP).split(b"\r")
    head = f"MSH|^~\\&|ENGRAFT||{name}|UKX|20260302111500+0000||ACK^R01^ACK|ack-1|P|2.5.1"
    assert found == [(head + (f"||||||{declared}" if declared else "")).encode(charset), b"MSA|AA|C1", b""]


def test_very_many_problems_are_bounded_and_counted() -> None:
    found = answered(MSH, *[WRONG] * 250, verdict=Verdict.ERROR)
    assert len(found) == 2 + 100
    assert found[-1].endswith("and 151 more, which stand in the quarantine")


def test_a_batch_is_answered_by_a_batch_that_names_it() -> None:
    content = f"FHS|^~\\&|FILE\rBHS|^~\\&|LAB|UKX|ENGRAFT|TRIAL|20260302||a||B-7\r{MSH}\rBTS|1\r".encode()
    first = header_in(content)
    one = acknowledgment(first, "AA", [], STAMP)
    segments = batch([one, one], batch_header(content, first), STAMP).decode().split("\r")
    assert [segment[:3] for segment in segments] == ["BHS", "MSH", "MSA", "MSH", "MSA", "BTS", ""]
    assert segments[0] == "BHS|^~\\&|ENGRAFT|TRIAL|LAB|UKX|20260302111500+0000||||ack-1|B-7"
    assert segments[5] == "BTS|2"
    assert batch([one, one], batch_header(MSH.encode(), first), STAMP).startswith(
        b"BHS|^~\\&|ENGRAFT|TRIAL|LAB|UKX|20260302111500+0000||||ack-1\r"
    )
