"""Who has heard every event knows what the other doors answer: nothing is missed, nothing is told twice.

The example trial comes in with its re-sent, late and corrected records, and the subscriber is told in between.
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.door import STUDY, Door, open_door
from tests.services.subscriptions.desk import Desk, wish

EXAMPLES = Path(__file__).parents[2] / "examples"
TOPICS = ("new-sae", "dlt", "death", "subject-status", "data-query")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Door, dict[str, Counter[tuple[str, str]]]]]:
    """What counts of each topic after all events: (resource, code) as often as it was new and not withdrawn."""
    with open_door(tmp_path_factory.mktemp("store")) as door, closing(Desk(door)) as desk:
        door.request("PUT", f"/studies/{STUDY}", content=(EXAMPLES / "study.json").read_bytes())
        made = {topic: desk.subscribe(wish(topic, "trigger=new,withdrawn"))["id"] for topic in TOPICS}
        for path in sorted(EXAMPLES.glob("*.ndjson")):
            assert door.post(path.read_bytes(), "application/x-ndjson").status_code in (200, 201)
            desk.turn()
        yield door, {topic: counted(desk.events(name)) for topic, name in made.items()}


def counted(events: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    assert [event["number"] for event in events] == list(range(1, len(events) + 1))
    found: Counter[tuple[str, str]] = Counter()
    for event in events:
        found[event["focus"], event["code"]] += 1 if event["trigger"] == "new" else -1
    assert set(found.values()) <= {0, *range(1, 50)}  # nothing is withdrawn that was not new
    return +found


def resources(door: Door, question: str) -> list[Any]:
    found, url = [], f"/fhir/{question}"
    while url:
        bundle = door.request("GET", url).json()
        found += [entry["resource"] for entry in bundle.get("entry", [])]
        url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), "")
    return found


def references(door: Door, question: str) -> set[str]:
    return {f"{one['resourceType']}/{one['id']}" for one in resources(door, question)}


def test_serious_events_are_those_that_a_search_finds(heard: tuple[Door, Any]) -> None:
    door, known = heard
    found = references(door, "AdverseEvent?seriousness=serious&_count=500")
    assert len(found) > 20 and {focus for focus, _ in known["new-sae"]} == found
    assert set(known["new-sae"].values()) == {1}


def test_deaths_are_those_of_the_patients(heard: tuple[Door, Any]) -> None:
    door, known = heard
    patients = resources(door, "Patient?_count=500")
    dead = {f"Patient/{one['id']}" for one in patients if one.get("deceasedBoolean") or "deceasedDateTime" in one}
    assert len(dead) > 10 and {focus for focus, _ in known["death"]} == dead


def test_every_subject_has_the_status_that_was_told_last(heard: tuple[Door, Any]) -> None:
    door, known = heard
    found = {(f"ResearchSubject/{one['id']}", one["status"]) for one in resources(door, "ResearchSubject?_count=500")}
    assert len(found) == 60 and set(known["subject-status"]) == found


def test_dose_limiting_toxicities_are_those_of_the_endpoint(heard: tuple[Door, Any]) -> None:
    door, known = heard
    limiting = {
        (found["resource"].split("/_history/")[0], found["rule"])
        for row in door.rows("DLT")["rows"]
        for found in row["findings"]
        if found["dlt"]
    }
    assert len(limiting) >= 5 and set(known["dlt"]) == limiting


def test_data_queries_are_those_of_the_list(heard: tuple[Door, Any]) -> None:
    door, known = heard
    listed = Counter(entry["rule"] for entry in json.loads(door.get(f"/studies/{STUDY}/queries").text)["queries"])
    told: Counter[str] = Counter()
    for (_, code), times in known["data-query"].items():
        told[code] += times
    assert listed.total() > 50 and told == listed
