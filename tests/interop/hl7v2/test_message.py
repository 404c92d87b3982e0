"""Parsing: chapter 2, sections 2.5 and 2.15.9; table 0211; and every message of others, given back to the byte."""

import os
from pathlib import Path

import pytest

from app.interop.hl7v2.broken import Broken, BrokenMessageError
from app.interop.hl7v2.message import parse
from app.interop.hl7v2.payload import split
from tests.interop.hl7v2.messages import MSH, message

SHARED = Path(os.environ.get("ENGRAFT_SHARED", Path(__file__).parents[4] / "shared"))
SAMPLES = SHARED / "data" / "hl7v2"
# Their MSH-2 says that escape and sub-component are one character.
UNREADABLE = {"sample_unix.hl7", "sample_win.hl7"}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample messages (data/hl7v2 in ENGRAFT_SHARED) are not here")
def test_nothing_is_dropped_of_the_messages_of_others() -> None:
    read, refused = 0, set()
    for path in sorted(SAMPLES.rglob("*.hl7")):
        payload = path.read_bytes()
        try:
            found = [parse(one, "utf-8") for one in split(payload).messages]
        except BrokenMessageError as error:
            assert error.kind is Broken.MARKS and error.issue.place == "MSH[1]-2"
            refused.add(path.name)
            continue
        read += 1
        back = "\r".join(str(segment.parsed) for one in found for segment in one.segments)
        sent = [line for line in payload.decode("utf-8-sig").splitlines() if line.strip()]
        assert back == "\r".join(sent).rstrip()
    assert (read, refused) == (141, UNREADABLE)


def kind(*segments: str, charset: str = "utf-8", default: str = "utf-8") -> tuple[Broken, str | None]:
    with pytest.raises(BrokenMessageError) as found:
        parse(split("\r".join(segments).encode(charset)).messages[0], default)
    return found.value.kind, found.value.issue.place


def test_repetitions_components_and_sub_components() -> None:
    pid = message("PID|1||17^^^UKX&1.2.3&ISO^MR~23^^^USSSA^SS||M\\T\\M^Anna").segments[1]
    assert (pid.name, pid.sequence, pid.value(3), pid.value(3, 4, 2), pid.value(3, 5)) == (
        "PID",
        1,
        "17",
        "1.2.3",
        "MR",
    )
    assert (pid.value(3, 1, 1, 2), pid.value(3, 5, 1, 2), pid.value(5, 1)) == ("23", "SS", "M&M")
    assert (pid.value(3, 9), pid.value(40), pid.value(3, 1, 1, 3), pid.value(2)) == ("", "", "", "")
    assert pid.repetitions(3)[0] == (("17",), ("",), ("",), ("UKX", "1.2.3", "ISO"), ("MR",))


def test_other_encoding_characters() -> None:
    found = message("MSH$*+!%#$LAB$$$$$$ORU*R01$C1$P$2.7", "PID$1$$17*x%y+18")
    assert found.kind == "ORU^R01"
    assert (found.segments[1].value(3, 2, 2), found.segments[1].value(3, repetition=2)) == ("y", "18")
    assert (found.header.value(1), found.header.value(2), found.header.value(3)) == ("$", "*+!%#", "LAB")


@pytest.mark.parametrize(
    ("named", "charset", "text"),
    [
        ("8859/1", "iso8859-1", "Müller"),
        ("8859/15", "iso8859-15", "5 €"),
        ("8859/2", "iso8859-2", "Łukasz"),
        ("UNICODE UTF-8", "utf-8", "γδ"),
        ("GB 18030-2000", "gb18030", "测"),
        ("~ISO IR87", "iso2022_jp", "山田"),
        ("", "utf-8", "ß"),
    ],
)
def test_the_character_set_is_that_of_msh_18(named: str, charset: str, text: str) -> None:
    header = f"{MSH}||||||{named}"
    assert message(header, f"PID|1||17||{text}", charset=charset).segments[1].value(5) == text


def test_the_default_counts_where_nothing_is_said() -> None:
    raw = split(f"{MSH}\rPID|1||17||Müller".encode("iso8859-1")).messages[0]
    assert parse(raw, "iso8859-1").segments[1].value(5) == "Müller"


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ((MSH, "PID|1||17||Müller"), (Broken.BYTES, "PID[1]-5")),
        ((MSH + "||||||ASCII", "OBX|1", "OBX|2|ST|ü"), (Broken.BYTES, "OBX[2]-3")),
        ((MSH.replace("LAB", "LÄB"),), (Broken.BYTES, "MSH[1]-3")),
        ((MSH, "PID|1||1\x007"), (Broken.BYTES, "PID[1]-3")),
        ((MSH + "||||||KLINGON",), (Broken.CHARACTER_SET, "MSH[1]-18[1]")),
        (("MSH",), (Broken.MARKS, "MSH[1]-2")),
        (("MSH|",), (Broken.MARKS, "MSH[1]-2")),
        (("MSH|^~\\&",), (Broken.MARKS, "MSH[1]-2")),
        (("MSH|^~\\\\&|LAB",), (Broken.MARKS, "MSH[1]-2")),
        (("MSH|^^\\&|LAB",), (Broken.MARKS, "MSH[1]-2")),
        (("MSH|^~\\&|LAB",), (Broken.NO_TYPE, "MSH[1]-9")),
        (("MSH|^~\\&||||",), (Broken.NO_TYPE, "MSH[1]-9")),
        (("MSH|^~\\&|LAB||||||ORU^R01",), (Broken.NO_CONTROL_ID, "MSH[1]-10")),
        (("MSH|^~\\&|LAB||||||ORU^R01|1|P",), (Broken.NO_VERSION, "MSH[1]-12")),
        (("MSH|^~\\&|LAB||||||ORU^R01|1|P|2.2",), (Broken.VERSION, "MSH[1]-12")),
    ],
)
def test_each_broken_message_has_its_kind_and_place(segments: tuple[str, ...], expected: tuple[Broken, str]) -> None:
    assert kind(*segments, charset="iso8859-1") == expected


def test_a_place_in_one_of_several_names_the_message() -> None:
    second = split(f"{MSH}\r{MSH}||||||KLINGON".encode()).messages[1]
    with pytest.raises(BrokenMessageError) as found:
        parse(second, "utf-8")
    assert found.value.issue.place == "message[2]/MSH[1]-18[1]"


def test_no_value_of_the_sender_is_in_a_fault() -> None:
    with pytest.raises(BrokenMessageError) as found:
        parse(split(f"{MSH}||||||SECRET".encode()).messages[0], "utf-8")
    assert "SECRET" not in str(found.value) + str(found.value.issue)


def test_a_very_long_field_is_read() -> None:
    text = "x" * 2_000_000
    assert message(f"OBX|1|ST|A||{text}").segments[1].value(5) == text
