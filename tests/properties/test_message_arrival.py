"""Any interleaving, repetition and truncation of messages ends in the state that the tidy order gives.

A sender that got no acknowledgment sends again, as the standard has it; what was cut is as if it had not been sent.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.interop.hl7v2.mllp import framed
from tests.journeys.door import Door, open_door
from tests.journeys.messages import event, form, infusion, subject, verdict
from tests.journeys.mllp import Sender, listening
from tests.properties.test_arrival import end

TIMES = [f"202603021{number}0000+0100" for number in range(4)]
MESSAGES = {
    "subject": subject("C1", recorded=TIMES[0], sex="female"),
    "subject, corrected": subject("C2", recorded=TIMES[1], status="C", sex="male"),
    "infusion": infusion("C3", recorded=TIMES[0]),
    "infusion, corrected": infusion("C4", recorded=TIMES[1], status="C", start="2024-03-02"),
    "event": event("C5", recorded=TIMES[0], grade="3"),
    "event, taken back": event("C6", recorded=TIMES[1], status="D", grade="3"),
    "event, put right": event("C7", recorded=TIMES[2], status="C", grade="4"),
    "second event, taken back": event("C8", "AE-2", recorded=TIMES[1], status="W"),
    "second event": event("C9", "AE-2", recorded=TIMES[0]),
    "assessment": form("C10", "disease_assessment", "D-1", recorded=TIMES[0], date="2024-02-20", response="CR"),
    "death": form("C11", "death", "X-1", recorded=TIMES[0], date="2024-09"),
    "death, known better": form("C12", "death", "X-1", recorded=TIMES[1], status="C", date="2024-09-17"),
    "other subject": subject("C13", "A-000", recorded=TIMES[0]),
    "other infusion": infusion("C14", "A-000", recorded=TIMES[0], start="2024-02-01"),
}
TIDY = list(MESSAGES.values())
studies = (f"messages-{number}" for number in count())
# A message, and after how many bytes its sender broke off, if at all.
sendings = st.tuples(st.sampled_from(TIDY), st.one_of(st.none(), st.none(), st.integers(0, 400)))


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder: Path = tmp_path_factory.mktemp("messages")
    with open_door(folder) as found:
        yield found


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(st.lists(sendings, max_size=20), st.permutations(TIDY), st.integers(1, 4))
def test_whatever_comes_how_often_and_however_far_ends_alike(
    door: Door, before: list[tuple[bytes, int | None]], order: list[bytes], connections: int
) -> None:
    study = next(studies)
    door.put_study(study, "A")
    with listening(door.services, study=study) as listener:
        for message, cut in before:
            send(listener.port, message, cut)
        send_at_once(listener.port, [order[first::connections] for first in range(connections)])
    assert end(door, study) == tidy(door)


def send(port: int, message: bytes, cut: int | None) -> None:
    with Sender(port) as sender:
        whole = framed(message)
        sender.socket.sendall(whole if cut is None else whole[: min(cut, len(whole) - 1)])
        if cut is None:
            assert verdict(sender.receive())[0] == "AA"


def send_at_once(port: int, shares: list[list[bytes]]) -> None:
    """Each connection sends its share ahead, all of them at once."""
    with ExitStack() as stack:
        senders = [stack.enter_context(Sender(port)) for _ in shares]
        for sender, share in zip(senders, shares, strict=True):
            sender.send(*share)
        for sender, share in zip(senders, shares, strict=True):
            assert {verdict(sender.receive())[0] for _ in share} == {"AA"}


def tidy(door: Door) -> object:
    """Everything once, in its order."""
    study = next(studies)
    door.put_study(study, "A")
    with listening(door.services, study=study) as listener, Sender(listener.port) as sender:
        for message in TIDY:
            assert verdict(sender.ask(message))[0] == "AA"
    return end(door, study)


def test_all_of_it_is_rebuilt(door: Door) -> None:
    """Runs after the other one, on what it left."""
    assert door.rebuilt().different == 0
