"""Payloads that came at once are stored together: with the same end and the same answers as one after the other."""

import json
import random
import threading
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import pytest

from app.services.intake.intake import read, submit
from app.services.intake.payload import Payload
from app.services.intake.submission import NO_CONTEXT, Submission
from tests.journeys.door import STUDY, Door, Raw, record, subject

PATIENTS = ("A-001", "A-002")


def some_record(dice: random.Random) -> Raw:
    """From a small world, so that payloads meet in the same records and subjects."""
    name, other = dice.choice(PATIENTS), dice.choice(PATIENTS)
    version = dice.randint(1, 3)
    status = dice.choice(["final", "final", "final", "entered-in-error"])
    common = {"version": version, "status": status}
    return dice.choice(
        [
            subject(name, **common, sex=dice.choice(["male", "female"])),
            record("infusion", f"I-{name}", dice.choice([name, name, other]), **common, start=f"2024-03-0{version}"),
            record("follow_up", f"F{dice.randint(1, 2)}", name, **common, date=f"2024-04-0{version}"),
            record("death", f"X-{name}", name, **common, date=dice.choice(["2024-05", "2024-05-20", None])),
            record("adverse_event", "AE1", name, **common, term="Sepsis", grade=dice.choice([3, 5, 9])),
            record("follow_up", "F9", name, date=f"2024-04-1{dice.randint(0, 2)}"),
        ]
    )


def payloads(door: Door, dice: random.Random) -> list[Payload]:
    found = []
    for _ in range(6):
        records = [some_record(dice) for _ in range(dice.randint(1, 4))]
        body, study = json.dumps(records).encode(), dice.choice([STUDY, STUDY, STUDY, "other", "no such study"])
        atomic = dice.random() < 0.2
        found.append(
            read(door.services, Submission(study, body, "application/json", NO_CONTEXT, atomic, False, "test"))
        )
    return found


def told(future: "Future[Raw]") -> object:
    """The answer without ids, or the refusal."""
    if (error := future.exception()) is not None:
        return str(error)
    receipt = future.result()
    lines = [
        {**line, "resources": sorted(name.split("/")[0] for name in line.get("resources", []))}
        for line in receipt["records"]
    ]
    return {**receipt, "receipt": None, "records": lines}


def end(door: Door) -> object:
    found = []
    for study in (STUDY, "other"):
        rows = [door.rows(name, study) for name in ("OS", "DFS", "DLT", "SAE")]
        states = [door.status(name, study) for name in PATIENTS]
        quarantine = [
            (item["issues"], item["cleared"])
            for done in ("true", "false")
            for item in door.quarantine(study, cleared=done)
        ]
        found.append([without(each) for each in (*rows, *states)] + [sorted(quarantine, key=str)])
    return found


def without(body: Raw) -> object:
    """Without the ids and the time of receiving, which may differ."""
    text = json.dumps({name: value for name, value in body.items() if name not in ("as_of", "research_subject")})
    loaded = json.loads(text, object_hook=lambda node: {key: value for key, value in node.items() if key != "resource"})
    return loaded


@pytest.mark.parametrize("seed", range(8))
def test_together_as_one_after_the_other(tmp_path: Path, seed: int) -> None:
    answers, ends = [], []
    for together in (False, True):
        with closing(Door(tmp_path / str(together))) as door:
            door.put_study("other", "A")
            answers.append([])
            for _ in range(3):
                arrived = payloads(door, random.Random(f"{seed}-{_}"))
                answers[-1] += [told(future) for future in submitted(door, arrived, together)]
            ends.append(end(door))
            assert door.rebuilt().different == 0
    assert answers[1] == answers[0]
    assert ends[1] == ends[0]


def submitted(door: Door, arrived: list[Payload], together: bool) -> list["Future[Raw]"]:
    go = threading.Event()
    if together:
        door.services.writer.submit(lambda _: go.wait())
    futures = []
    for payload in arrived:
        futures.append(submit(door.services, payload))
        if not together:
            futures[-1].exception()
    go.set()
    for future in futures:
        future.exception()
    return futures
