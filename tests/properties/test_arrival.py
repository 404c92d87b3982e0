"""Any interleaving and repetition of the versions of some records ends in the state that the newest ones give."""

import json
import random
from collections.abc import Iterable, Iterator
from itertools import count, pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.journeys.door import Door, Raw, open_door, record, subject

FINAL, RETRACTED = "final", "entered-in-error"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder: Path = tmp_path_factory.mktemp("arrival")
    with open_door(folder) as found:
        yield found


def version(kind: str, number: int, status: str) -> Raw:
    """One version of the record of that kind; no two say the same. Odd kinds are ordered by their time of recording."""
    patient = {"moves": f"A-00{number % 2}", "returns": f"A-00{1 - number % 2}"}.get(kind, "A-001")
    said = {"status": status, "version": number}
    by_time = {"status": status, "recorded": f"2024-06-01T10:00:00.{number:03}Z"}
    return {
        "subject": lambda: subject("A-001", **said, strata={"arm": str(number)}),
        "other": lambda: subject("A-000", **by_time, strata={"arm": str(number)}),
        "infusion": lambda: record("infusion", "I1", **by_time, start=f"2024-03-0{number}"),
        "moves": lambda: record("infusion", "I2", patient, **said, start=f"2024-02-1{number}"),
        "returns": lambda: record("follow_up", "F1", patient, **by_time, date=f"2024-04-0{number}"),
        "death": lambda: record("death", "X1", **said, date=f"2024-0{number + 4}"),
        "assessment": lambda: record("disease_assessment", "D1", **by_time, date=f"2024-02-0{number}", response="CR"),
        "event": lambda: record("adverse_event", "E1", **said, term="Sepsis", onset="2024-03-09", grade=number),
    }[kind]()


KINDS = ["subject", "other", "infusion", "moves", "returns", "death", "assessment", "event"]
statuses = st.sampled_from([FINAL, FINAL, FINAL, RETRACTED])
histories = st.fixed_dictionaries({kind: st.lists(statuses, min_size=1, max_size=3) for kind in KINDS})
studies = (f"arrival-{number}" for number in count())


def end(door: Door, study: str) -> object:
    """What everybody sees, without ids, numbers of arrival and times of receiving."""
    found = [door.rows(name, study) for name in ("OS", "DFS", "DLT", "SAE")]
    found += [door.endpoint("OS", study, group_by="arm")] if found[0]["rows"] else []
    found += [door.get(f"/studies/{study}/{path}").json() for path in ("queries", "subjects")]
    found += [door.status(number, study) for number in ("A-000", "A-001")]
    return json.loads(json.dumps(found), object_hook=shown)


def shown(node: Raw) -> Raw:
    """Without what the newest versions alone cannot tell: which others there were before them."""
    kept = {name: value for name, value in node.items() if name not in HIDDEN}
    if "rejected" in kept:
        kept["rejected"] = [item for item in kept["rejected"] if item["why"] != "superseded version"]
    return kept


HIDDEN = {"as_of", "study", "resource", "version", "patient", "research_subject"}


def sent(door: Door, payloads: Iterable[list[Raw]]) -> object:
    study = next(studies)
    door.put_study(study, "A")
    for payload in payloads:
        assert door.send(*payload, study=study).json()["rejected"] == 0
    return end(door, study)


def shuffled(versions: list[Raw], dice: random.Random) -> list[list[Raw]]:
    """All of them, some twice, in payloads of any size. The later a subject comes, the more has waited for it."""
    late = dice.choice([0, 0.3, 0.6])
    arrivals = versions + dice.sample(versions, dice.randint(0, len(versions) // 2))
    arrivals.sort(key=lambda raw: dice.random() + late * (raw["type"] == "subject"))
    ends = sorted(dice.sample(range(1, len(arrivals)), dice.randint(0, 3)))
    return [arrivals[start:stop] for start, stop in pairwise([0, *ends, len(arrivals)])]


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(histories, st.builds(random.Random, st.integers(0, 2**32)))
def test_the_order_of_arrival_does_not_matter(door: Door, history: dict[str, list[str]], dice: random.Random) -> None:
    versions = [version(kind, number, status) for kind in KINDS for number, status in enumerate(history[kind], 1)]
    newest = [version(kind, len(history[kind]), history[kind][-1]) for kind in KINDS]
    assert sent(door, shuffled(versions, dice)) == sent(door, [newest])


def test_all_of_it_is_rebuilt(door: Door) -> None:
    """Runs after the other one, on what it left."""
    assert door.rebuilt().different == 0
