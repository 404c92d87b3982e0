"""The MLLP door: what comes in frames is answered in order, after the commit, and nobody keeps others out."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from app.interop.hl7v2.mllp import framed
from app.services.messages import take
from tests.journeys.door import Door, open_door
from tests.journeys.messages import event, infusion, segments, subject, verdict
from tests.journeys.mllp import Listener, Sender, listening


def numbers(door: Door) -> set[str]:
    found = door.get("/studies/gdt-relapse/subjects").json()
    return {row["subject"] for row in found["subjects"]}


def test_a_message_is_stored_when_its_acknowledgment_comes(service: Door, listener: Listener) -> None:
    with Sender(listener.port) as sender:
        assert verdict(sender.ask(subject("C1"))) == ("AA", "C1")
        assert service.status("A-001")["subject"] == "A-001"
        assert verdict(sender.ask(infusion("C2"))) == ("AA", "C2")
        assert service.status("A-001")["infusions"] == 1


def test_what_is_refused_is_answered_in_words(listener: Listener) -> None:
    with Sender(listener.port) as sender:
        found = segments(sender.ask(event("C1", grade="7")))
    assert [fields[0] for fields in found] == ["MSH", "MSA", "ERR"]
    assert found[1][1:3] == ["AE", "C1"]
    assert found[2][2:5] == ["OBX^4^5", "102^Data type error^HL70357", "E"]
    assert found[2][8] == (
        "OBR[1]: the grade of this adverse event is not 1 to 5. Nothing of this record was stored; "
        "correct it at the source and send it again."
    )


def test_pipelined_messages_are_answered_in_their_order(service: Door, listener: Listener) -> None:
    sent = [f"C{number}" for number in range(60)]
    with Sender(listener.port) as sender:
        sender.send(*(subject(control, f"A-{control}") for control in sent))
        assert [verdict(sender.receive()) for _ in sent] == [("AA", control) for control in sent]
    assert numbers(service) == {f"A-{control}" for control in sent}


def test_a_message_may_come_byte_by_byte(listener: Listener) -> None:
    with Sender(listener.port) as sender:
        sender.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in framed(subject("C1")):
            sender.socket.send(bytes([byte]))
        assert verdict(sender.receive()) == ("AA", "C1")


def test_a_half_message_is_neither_taken_nor_answered(service: Door, listener: Listener) -> None:
    whole = framed(subject("C1"))
    for cut in (1, len(whole) // 2, len(whole) - 2, len(whole) - 1):
        with Sender(listener.port) as sender:
            sender.socket.sendall(whole[:cut])
            sender.socket.shutdown(socket.SHUT_WR)
            assert sender.ended()
    assert numbers(service) == set()
    assert service.quarantine() == []


def test_a_sender_that_has_sent_all_and_closed_its_side_still_gets_its_answers(listener: Listener) -> None:
    with Sender(listener.port) as sender:
        sender.send(subject("C1"), infusion("C2"))
        sender.socket.shutdown(socket.SHUT_WR)
        assert [verdict(sender.receive()) for _ in range(2)] == [("AA", "C1"), ("AA", "C2")]
        assert sender.ended()


def test_the_same_again_is_answered_byte_for_byte(service: Door, listener: Listener) -> None:
    with Sender(listener.port) as one, Sender(listener.port) as other:
        first = one.ask(subject("C1"))
        before = service.seq()
        assert other.ask(subject("C1")) == first
        assert service.seq() == before


def test_identical_messages_at_once_are_taken_once_and_answered_alike(service: Door, listener: Listener) -> None:
    together = threading.Barrier(12)

    def ask(_: int) -> bytes:
        with Sender(listener.port) as sender:
            together.wait()
            return sender.ask(subject("C1"))

    with ThreadPoolExecutor(12) as pool:
        answers = set(pool.map(ask, range(12)))
    assert [verdict(answer) for answer in answers] == [("AA", "C1")]
    assert len(service.get("/studies/gdt-relapse/deliveries").json()["rows"]) == 1


@pytest.mark.parametrize(
    "noise", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"\x00" * 9, b"\x1c\r\x1c\r"]
)
def test_what_is_no_frame_is_passed_over(listener: Listener, noise: bytes) -> None:
    with Sender(listener.port) as sender:
        sender.socket.sendall(noise)
        assert verdict(sender.ask(subject("C1"))) == ("AA", "C1")


def test_a_frame_without_a_message_is_rejected(service: Door, listener: Listener) -> None:
    with Sender(listener.port) as sender:
        assert verdict(sender.ask(b"")) == ("AR", "UNKNOWN")
        assert verdict(sender.ask(b"garbage")) == ("AR", "UNKNOWN")
        assert verdict(sender.ask(subject("C1"))) == ("AA", "C1")
    assert [item["issues"][0]["message"] for item in service.quarantine()] == ["there is no MSH segment"]


def test_a_message_that_is_too_long_is_rejected_and_the_connection_closed(service: Door) -> None:
    with listening(service.services, message=2000) as listener, Sender(listener.port) as sender:
        sender.socket.sendall(framed(subject("C1") + b"NTE|1||" + b"x" * 200_000))
        found = segments(sender.receive())
        assert found[1][1:3] == ["AR", "C1"]
        assert found[2][7:9] == ["the message is too long; expected at most 2000 bytes", "the message is too long"]
        assert sender.ended()
    assert numbers(service) == set()


def test_a_silent_connection_is_closed(service: Door) -> None:
    with listening(service.services, idle=0.3) as listener, Sender(listener.port) as sender:
        assert sender.ended()


def test_who_sends_a_byte_now_and_then_is_closed_too(service: Door) -> None:
    """A frame that has begun must come to its end."""
    with listening(service.services, idle=5, frame=0.6) as listener, Sender(listener.port) as sender:
        begin = time.monotonic()
        with pytest.raises(OSError):
            for byte in framed(subject("C1")):
                sender.socket.send(bytes([byte]))
                time.sleep(0.1)
        assert time.monotonic() - begin < 5
    assert numbers(service) == set()


def test_slow_and_senseless_clients_do_not_keep_others_out(listener: Listener) -> None:
    slow = [Sender(listener.port) for _ in range(50)]
    noisy = [Sender(listener.port) for _ in range(50)]
    try:
        for one in slow:
            one.socket.sendall(framed(subject("C0"))[:-2])
        for one in noisy:
            one.socket.sendall(b"\x00\xff noise" * 5000)
            one.send(b"garbage")
        begin = time.monotonic()
        with Sender(listener.port) as sender:
            answers = [verdict(sender.ask(subject(f"C{number}", f"A-{number}"))) for number in range(20)]
        assert answers == [("AA", f"C{number}") for number in range(20)]
        assert time.monotonic() - begin < 20
    finally:
        for one in slow + noisy:
            one.socket.close()


def test_one_connection_too_many_is_closed_at_once(service: Door) -> None:
    with listening(service.services, connections=2) as listener:
        with Sender(listener.port) as one, Sender(listener.port) as two:
            assert verdict(one.ask(subject("C1"))) == ("AA", "C1")
            assert verdict(two.ask(infusion("C2"))) == ("AA", "C2")
            with Sender(listener.port) as third:
                assert third.ended()
            assert verdict(one.ask(event("C3"))) == ("AA", "C3")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:  # until the server has seen that they are gone
            with Sender(listener.port) as later:
                later.send(subject("C1"))
                if not later.ended():
                    return
    raise AssertionError("no room again")


@pytest.mark.slow
def test_two_hundred_connections_are_served_at_once(service: Door, listener: Listener) -> None:
    together = threading.Barrier(200)

    def ask(number: int) -> tuple[str, str]:
        with Sender(listener.port) as sender:
            together.wait()
            return verdict(sender.ask(subject(f"C{number}", f"A-{number}")))

    with ThreadPoolExecutor(200) as pool:
        assert list(pool.map(ask, range(200))) == [("AA", f"C{number}") for number in range(200)]
    assert len(numbers(service)) == 200


def test_stopping_answers_what_was_read_and_nothing_more(service: Door) -> None:
    """Of what a sender had under way, the answered ones are stored, and only these."""
    with listening(service.services) as listener, Sender(listener.port) as sender:
        sender.send(*(subject(f"C{number}", f"A-{number}") for number in range(200)))
        answered = [verdict(sender.receive()) for _ in range(3)]
        threading.Thread(target=listener.stop).start()
        try:
            while True:
                answered.append(verdict(sender.receive()))
        except ConnectionError:
            pass
        listener.stop()
    assert answered == [("AA", f"C{number}") for number in range(len(answered))]
    assert numbers(service) == {f"A-{number}" for number in range(len(answered))}


def test_a_store_that_is_away_gives_no_answer_and_the_sender_sends_again(
    service: Door, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("", {}, Exception())

    with monkeypatch.context() as patch, Sender(listener.port) as sender:
        patch.setattr(take, "store", away)
        sender.send(subject("C1"))
        assert sender.ended()
    with Sender(listener.port) as sender:
        assert verdict(sender.ask(subject("C1"))) == ("AA", "C1")


def test_an_error_of_ours_is_told_and_the_next_message_goes_on(
    listener: Listener, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("4711")

    with Sender(listener.port) as sender:
        with monkeypatch.context() as patch:
            patch.setattr(take, "store", broken)
            found = segments(sender.ask(subject("C1")))
        assert found[1][1:3] == ["AE", "C1"]
        assert found[2][3:5] == ["207^Application internal error^HL70357", "E"]
        assert verdict(sender.ask(subject("C1"))) == ("AA", "C1")
    assert "ZeroDivisionError" in caplog.text and "4711" not in caplog.text


def test_two_processes_worth_of_writers_share_one_file(tmp_path: Path) -> None:
    """A running service and the MLLP door, each with a store of its own."""
    with open_door(tmp_path) as one, open_door(tmp_path, first_id=10**9) as other:
        with listening(other.services) as listener, Sender(listener.port) as sender:
            for number in range(20):
                sender.send(subject(f"C{number}", f"A-{number}"))
                raw = {"type": "subject", "site": "A", "source": "ehr", "id": f"B-{number}", "subject": f"B-{number}"}
                assert one.send(raw).status_code == 201
                assert verdict(sender.receive()) == ("AA", f"C{number}")
        assert len(numbers(one)) == len(numbers(other)) == 40
        assert one.rebuilt().different == 0
