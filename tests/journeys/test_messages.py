"""HL7 v2 over HTTP: every message is answered by its acknowledgment, and the answer is true of what is stored."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.journeys.conftest import STORES
from tests.journeys.door import Door, Raw, open_door
from tests.journeys.messages import (
    HEADER,
    MEDIA_TYPE,
    event,
    form,
    infusion,
    message,
    segments,
    subject,
    verdict,
)


def ask(door: Door, *messages: bytes, **params: object) -> tuple[int, bytes]:
    answer = door.post(b"".join(messages), MEDIA_TYPE, site="A", **params)
    return answer.status_code, answer.content


def codes(status_and_answer: tuple[int, bytes]) -> tuple[int, str]:
    status, answer = status_and_answer
    return status, verdict(answer)[0]


def kept(door: Door) -> Raw:
    found: Raw = door.get("/studies/gdt-relapse/deliveries").json()["totals"]
    return found


def test_what_is_stored_is_acknowledged_and_the_same_again_changes_nothing(door: Door) -> None:
    status, first = ask(door, subject("C1"))
    assert (status, verdict(first)) == (201, ("AA", "C1"))
    assert door.status("A-001")["subject"] == "A-001"
    before = door.seq()
    door.clock.move(hours=1)
    assert ask(door, subject("C1")) == (200, first)
    assert ask(door, subject("C1").replace(b"\r", b"\r\n")) == (200, first)
    assert door.seq() == before


@pytest.mark.parametrize("media_type", ["x-application/hl7-v2+er7", "application/hl7-v2", "application/hl7-v2+er7"])
def test_the_answer_has_the_media_type_that_came(door: Door, media_type: str) -> None:
    answer = door.post(subject("C1"), f"{media_type}; charset=utf-8", site="A")
    assert (answer.status_code, answer.headers["content-type"]) == (201, f"{media_type}; charset=utf-8")


def test_of_a_message_what_is_good_is_stored_and_the_errs_name_the_rest(door: Door) -> None:
    lines = [*subject("C1").decode().split("\r")[:-1], *event("C1", grade="7", serious="Y").decode().split("\r")[2:]]
    status, answer = ask(door, "\r".join(lines).replace("OBR|1||AE", "OBR|2||AE").encode())
    assert (status, verdict(answer)) == (422, ("AE", "C1"))
    assert [fields[2:5] for fields in segments(answer)[2:]] == [["OBX^5^5", "102^Data type error^HL70357", "E"]]
    assert door.status("A-001")["adverse_events"]["recorded"] == 0
    assert [item["place"] for item in door.quarantine()] == ["OBR[2]"]


def test_a_control_id_that_was_acknowledged_cannot_mean_something_else(door: Door) -> None:
    ask(door, subject("C1"))
    ask(door, infusion("C2"))
    status, answer = ask(door, infusion("C2", start="2024-03-02"))
    assert (status, verdict(answer)) == (422, ("AE", "C2"))
    assert segments(answer)[2][2:5] == ["MSH^1^10", "205^Duplicate key identifier^HL70357", "E"]
    assert door.status("A-001")["infusion"]["date"] == "2024-03-01"
    assert [item["issues"][0]["code"] for item in door.quarantine()] == ["conflict"]
    assert codes(ask(door, infusion("C2"))) == (200, "AA")
    assert codes(ask(door, infusion("C3", start="2024-03-02", recorded="20260302110000+0100"))) == (201, "AA")
    assert door.status("A-001")["infusion"]["date"] == "2024-03-02"


def test_a_message_that_was_refused_may_come_again_mended_under_its_control_id(door: Door) -> None:
    ask(door, subject("C1"))
    assert codes(ask(door, event("C2", grade="7"))) == (422, "AE")
    assert codes(ask(door, event("C2", grade="7"))) == (422, "AE")
    assert codes(ask(door, event("C2", grade="3"))) == (201, "AA")
    assert codes(ask(door, event("C2", grade="3"))) == (200, "AA")
    assert door.status("A-001")["adverse_events"]["recorded"] == 1
    assert door.quarantine() == []


def test_control_ids_of_two_senders_have_nothing_to_do_with_each_other(door: Door) -> None:
    ask(door, subject("C1"))
    other = infusion("C1").replace(b"|EDC|UKX|", b"|EDC|UKY|")
    assert codes(ask(door, other)) == (201, "AA")


@pytest.mark.parametrize(
    ("header", "place", "condition", "words"),
    [
        (HEADER.replace("|P|", "|T|"), "MSH^1^11", "202", "the message is marked as training or test (MSH-11)"),
        (HEADER.replace("ORU^R01^ORU_R01", "BAR^P01"), "MSH^1^9", "200", "this type of message is not read"),
        (HEADER.replace("2.5.1", "3.0"), "MSH^1^12", "203", "this version of HL7 is not read"),
        (HEADER.replace("{control}", ""), "MSH^1^10", "101", "the control id of the message is missing"),
        (HEADER + "||||||KLINGON", "MSH^1^18^1", "103", "this character set is not known"),
    ],
)
def test_what_is_of_the_wrong_kind_is_rejected_and_kept(
    door: Door, header: str, place: str, condition: str, words: str
) -> None:
    status, answer = ask(door, message("C1", "OBR|1||X", header=header))
    assert (status, verdict(answer)[0]) == (400, "AR")
    [err] = segments(answer)[2:]
    assert (err[2], err[3].split("^")[0]) == (place, condition)
    assert words in err[8]
    assert kept(door)["unused"] + kept(door)["rejected"] == 1


def test_what_the_trial_does_not_read_is_accepted_left_alone_and_said_so(door: Door) -> None:
    status, answer = ask(door, message("C1", "TXA|1", header=HEADER.replace("ORU^R01^ORU_R01", "MDM^T02")))
    assert (status, verdict(answer)) == (200, ("AA", "C1"))
    assert segments(answer)[2][3:9] == ["0^Message accepted^HL70357", "I", "", "", *["documents are not read"] * 2]
    assert kept(door)["unused"] == 1


@pytest.mark.parametrize("body", [b"garbage", b"PID|1\r", b"MSH|^~\\&|LAB", b"\xff\xfeM\x00S\x00H\x00|\x00"])
def test_what_is_no_message_gets_a_legal_rejection_and_is_kept(door: Door, body: bytes) -> None:
    status, answer = ask(door, body)
    assert (status, verdict(answer)) == (400, ("AR", "UNKNOWN"))
    assert len(door.quarantine()) == 1


def test_an_empty_body_is_rejected(door: Door) -> None:
    assert codes(ask(door, b" \r\n")) == (400, "AR")
    assert door.quarantine() == []


def test_a_batch_is_answered_by_a_batch_in_its_order(door: Door) -> None:
    begin, end = b"BHS|^~\\&|EDC|UKX|ENGRAFT|TRIAL|20260302||nightly||B1\r", b"BTS|3\r"
    status, answer = ask(door, begin, subject("C1"), event("C2", grade="7"), infusion("C3"), end)
    found = segments(answer)
    assert status == 422
    assert [fields[1:3] for fields in found if fields[0] == "MSA"] == [["AA", "C1"], ["AE", "C2"], ["AA", "C3"]]
    assert (found[0][0], found[0][11], found[-1]) == ("BHS", "B1", ["BTS", "3"])
    assert codes(ask(door, infusion("C3"))) == (200, "AA")


def test_a_batch_that_counts_wrong_is_told_so_beside_its_messages(door: Door) -> None:
    begin, end = b"BHS|^~\\&|EDC|UKX|ENGRAFT|TRIAL|20260302||nightly||B1\r", b"BTS|3\r"
    status, answer = ask(door, begin, subject("C1"), infusion("C2"), end)
    found = segments(answer)
    assert status == 422
    assert [fields[1:3] for fields in found if fields[0] == "MSA"] == [["AA", "C1"], ["AA", "C2"], ["AE", "B1"]]
    assert found[-2][2] == "BTS^1^1"
    assert door.status("A-001")["infusions"] == 1


def test_the_messages_of_a_batch_stand_each_for_themselves(door: Door) -> None:
    assert codes(ask(door, subject("C1"), infusion("C2"), atomic=True)) == (400, "AR")
    assert codes(ask(door, subject("C1"), atomic=True)) == (201, "AA")


def test_who_asks_for_a_commit_acknowledgment_gets_one_and_who_wants_none_gets_none(door: Door) -> None:
    assert codes(ask(door, subject("C1").replace(b"|P|2.5.1", b"|P|2.5.1|||AL|NE"))) == (201, "CA")
    assert codes(ask(door, event("C2", grade="7").replace(b"|P|2.5.1", b"|P|2.5.1|||AL|NE"))) == (422, "CE")
    silent = infusion("C3").replace(b"|P|2.5.1", b"|P|2.5.1|||NE|NE")
    assert [ask(door, silent) for _ in range(2)] == [(201, b""), (200, b"")]
    assert door.status("A-001")["infusions"] == 1


def test_a_dry_run_is_no_acknowledgment(door: Door) -> None:
    answer = door.post(subject("C1"), MEDIA_TYPE, site="A", dry_run=True)
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
    assert codes(ask(door, subject("C1"))) == (201, "AA")


def test_no_value_of_the_patient_is_in_an_answer(door: Door) -> None:
    ask(door, subject("C1"))
    sent = form("C2", "lab", "L1", test="Muster", collected="Erika", unit="4711", value="geheim", low="Muster")
    status, answer = ask(door, sent)
    assert status == 422
    assert not [word for word in (b"Muster", b"Erika", b"4711", b"geheim", b"A-001") if word in answer]


def test_an_unknown_study_is_told_as_at_every_door(door: Door) -> None:
    answer = door.post(subject("C1"), MEDIA_TYPE, study="none", site="A")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("store", STORES)
def test_one_message_at_once_at_two_services_is_taken_once(
    store: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Each has its own process's worth of connections; on SQLite they share one file."""
    url = request.getfixturevalue("postgres_database") if store == "postgresql" else None
    folders = [tmp_path, tmp_path / "b"] if url else [tmp_path] * 2
    with open_door(folders[0], url) as one, open_door(folders[1], url, first_id=10**6) as other:
        together = threading.Barrier(2)

        def send(door: Door) -> list[tuple[int, bytes]]:
            found = []
            for number in range(20):
                together.wait()
                found.append(ask(door, subject(f"C{number}", f"A-{number}")))
            return found

        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(send, (one, other)))
        for first, second in zip(*answers, strict=True):
            assert sorted((first[0], second[0])) == [200, 201]
            assert first[1] == second[1]
        assert kept(one)["accepted"] == 20
        assert one.rebuilt().different == 0
