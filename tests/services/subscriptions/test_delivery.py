"""Signed, in order, again and again for a day, each notification under one id."""

from datetime import timedelta

import httpx
import pytest

from tests.journeys.door import STUDY, Raw, open_door, record, subject
from tests.services.subscriptions.desk import (
    ENDPOINT,
    PUBLIC,
    Desk,
    bundle_of,
    events_of,
    is_signed,
    status_of,
    wish,
)


def sae(number: int, **fields: object) -> Raw:
    return record("adverse_event", f"AE{number}", term="Sepsis", onset="2024-03-09", grade=3, serious=True, **fields)


def numbers(request: httpx.Request) -> list[int]:
    return [event["number"] for event in events_of(bundle_of(request))]


@pytest.fixture
def active(desk: Desk) -> str:
    """A subscription whose handshake was taken; two events a notification."""
    made = desk.subscribe(wish(max_count=2))
    desk.turn()
    return str(made["id"])


def test_the_handshake_makes_a_subscription_active(desk: Desk) -> None:
    made = desk.subscribe(wish())
    assert made["status"] == "requested"
    [handshake] = desk.turn()
    assert status_of(bundle_of(handshake))["type"] == "handshake"
    assert is_signed(handshake)
    assert desk.read(made["id"])["status"] == "active"
    assert desk.turn() == []


def test_a_handshake_that_fails_is_an_error_until_the_client_asks_again(desk: Desk) -> None:
    desk.answers["/hook"] = 500
    made = desk.subscribe(wish())
    desk.turn()
    assert desk.read(made["id"])["status"] == "error"
    desk.answers.clear()
    desk.door.clock.move(days=1)
    assert desk.turn() == []
    assert desk.door.request("PUT", f"/fhir/Subscription/{made['id']}", json=wish()).status_code == 200
    desk.turn()
    assert desk.read(made["id"])["status"] == "active"


def test_a_notification_goes_to_the_address_that_was_looked_up(desk: Desk, active: str) -> None:
    desk.door.receipt(sae(1))
    [sent] = desk.turn()
    assert (sent.url.host, sent.headers["host"]) == (PUBLIC, "sponsor.example.com")
    assert sent.extensions["sni_hostname"] == "sponsor.example.com"
    assert sent.headers["content-type"] == "application/fhir+json"
    assert is_signed(sent) and not is_signed(sent, "whsec_" + "A" * 44)
    assert status_of(bundle_of(sent))["events-since-subscription-start"] == "1"


def test_events_go_in_order_and_the_same_ones_are_repeated_under_one_id(desk: Desk, active: str) -> None:
    desk.answers["/hook"] = 503
    desk.door.receipt(sae(1), sae(2), sae(3))
    [first] = desk.turn()
    desk.door.receipt(sae(4))
    desk.door.clock.move(minutes=1)
    [again] = desk.turn()
    assert numbers(first) == numbers(again) == [1, 2]
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != again.headers["webhook-timestamp"]
    assert is_signed(first) and is_signed(again)
    desk.answers.clear()
    desk.door.clock.move(minutes=1)
    assert [numbers(request) for request in desk.turn()] == [[1, 2], [3, 4]]
    assert desk.turn() == []


def test_a_receiver_is_tried_for_a_day_ever_more_seldom_and_then_the_error_is_seen(desk: Desk, active: str) -> None:
    desk.answers["/hook"] = httpx.ConnectError("refused")
    desk.door.receipt(sae(1))
    start, attempts = desk.door.clock.now, []
    while desk.read(active)["status"] == "active":
        if desk.turn():
            attempts.append(desk.door.clock.now - start)
        desk.door.clock.move(seconds=5 if len(attempts) < 4 else 300)
        assert desk.door.clock.now - start < timedelta(hours=30)
    assert attempts[:4] == [timedelta(seconds=seconds) for seconds in (0, 5, 15, 35)]
    gaps = [later - earlier for earlier, later in zip(attempts, attempts[1:], strict=False)]
    assert gaps == sorted(gaps) and max(gaps) <= timedelta(hours=2)
    assert timedelta(hours=24) <= attempts[-1] < timedelta(hours=26)
    assert "no connection" in desk.read(active)["error"]
    desk.door.receipt(sae(2))
    assert desk.turn() == []
    assert [event["number"] for event in desk.events(active)] == [1, 2]
    desk.answers.clear()
    desk.door.request("PUT", f"/fhir/Subscription/{active}", json=wish())
    assert [numbers(request) for request in desk.turn()] == [[], [1], [2]]


def test_waits_are_spread_by_a_fifth(desk: Desk, active: str) -> None:
    desk.answers["/hook"] = 500
    desk.door.receipt(sae(1))
    desk.random = 0.0
    desk.turn()
    desk.door.clock.move(seconds=3.9)
    assert desk.turn() == []
    desk.door.clock.move(seconds=0.1)
    assert len(desk.turn()) == 1


def test_a_receiver_that_is_gone_turns_it_off(desk: Desk, active: str) -> None:
    desk.answers["/hook"] = 410
    desk.door.receipt(sae(1))
    desk.turn()
    assert desk.read(active)["status"] == "off"
    desk.door.receipt(sae(2))
    desk.turn()
    assert [event["number"] for event in desk.events(active)] == [1]


@pytest.mark.parametrize("answer", [301, 302, 307, 400, 401, 404, 429, 500])
def test_only_a_2xx_is_taken_and_no_redirect_is_followed(desk: Desk, active: str, answer: int) -> None:
    desk.answers["/hook"] = answer
    desk.door.receipt(sae(1))
    assert len(desk.turn()) == 1
    assert desk.read(active)["error"] == f"the receiver answered {answer}"
    desk.answers.clear()
    desk.door.clock.move(minutes=1)
    assert [numbers(request) for request in desk.turn()] == [[1]]
    assert "error" not in desk.read(active)


def test_one_that_fails_keeps_no_other_waiting(desk: Desk, active: str) -> None:
    other = desk.subscribe(wish(endpoint="https://sponsor.example.com/other"))
    desk.turn()
    desk.answers["/hook"] = 500
    desk.door.receipt(sae(1))
    desk.turn()
    desk.door.receipt(sae(2))
    assert [request.url.path for request in desk.turn()] == ["/other"]
    assert [event["number"] for event in desk.events(other["id"])] == [1, 2]


def test_only_the_holder_of_the_lease_tells_and_another_takes_over_when_it_ends(desk: Desk, active: str) -> None:
    other = desk.another("other")
    desk.door.receipt(sae(1))
    assert desk.turn(other) == []
    desk.door.clock.move(seconds=20)
    assert [numbers(request) for request in desk.turn(other)] == [[1]]
    desk.door.receipt(sae(2))
    assert desk.turn() == []
    assert [numbers(request) for request in desk.turn(other)] == [[2]]


def test_what_is_due_is_sent_by_nobody_but_the_holder(desk: Desk, active: str) -> None:
    desk.answers["/hook"] = 503
    desk.door.receipt(sae(1))
    desk.door.clock.move(seconds=10)
    assert len(desk.turn()) == 1
    desk.answers.clear()
    desk.door.clock.move(seconds=5)
    assert desk.turn(desk.another("other")) == []
    assert len(desk.turn()) == 1


def test_what_is_committed_and_not_read_is_told_by_the_next_process(desk: Desk, active: str) -> None:
    desk.door.receipt(sae(1))
    desk.door.clock.move(minutes=1)
    assert [numbers(request) for request in desk.turn(desk.another("restarted"))] == [[1]]


def test_a_heartbeat_comes_when_nothing_else_does(desk: Desk) -> None:
    body = wish()
    period = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-heartbeat-period"
    body["channel"]["extension"].append({"url": period, "valueUnsignedInt": 60})
    desk.subscribe(body)
    desk.turn()
    desk.door.clock.move(seconds=59)
    assert desk.turn() == []
    desk.door.clock.move(seconds=1)
    assert [status_of(bundle_of(request))["type"] for request in desk.turn()] == ["heartbeat"]
    assert desk.turn() == []


def test_it_turns_itself_off_at_its_end(desk: Desk) -> None:
    made = desk.subscribe(wish(end="2026-06-30T13:00:00Z"))
    desk.turn()
    desk.door.clock.move(hours=1)
    desk.turn()
    assert desk.read(made["id"])["status"] == "off"


def test_headers_of_the_channel_are_sent_and_shown_to_nobody(desk: Desk) -> None:
    body = wish()
    body["channel"]["header"] = ["Authorization: Bearer s3cret"]
    made = desk.subscribe(body)
    [handshake] = desk.turn()
    assert handshake.headers["authorization"] == "Bearer s3cret"
    read = desk.door.get(f"/fhir/Subscription/{made['id']}")
    assert "s3cret" not in read.text and "whsec_" not in read.text
    assert read.json()["channel"]["header"] == ["Authorization: ***"]
    desk.door.request("PUT", f"/fhir/Subscription/{made['id']}", json=read.json())
    [again] = desk.turn()
    assert again.headers["authorization"] == "Bearer s3cret" and is_signed(again)


def test_the_resources_are_those_that_the_subscriber_may_see(desk: Desk) -> None:
    made = desk.subscribe(wish("death", content="full-resource"), headers={"prefer": "view=coded"})
    desk.turn()
    desk.door.receipt(record("death", "D1", date="2024-05-01", cause="infection"))
    [sent] = desk.turn()
    entry = bundle_of(sent)["entry"][1]
    [event] = desk.events(made["id"])
    shown = desk.door.request("GET", f"/fhir/{event['focus']}", headers={"prefer": "view=coded"}).json()
    assert entry["resource"] == shown and entry["request"]["method"] == "PUT"


def test_a_withdrawn_resource_is_told_as_its_version_then(desk: Desk) -> None:
    desk.subscribe(wish("new-sae", "trigger=withdrawn", content="full-resource"))
    desk.turn()
    desk.door.receipt({**sae(1), "version": 1})
    desk.turn()
    desk.door.receipt({**sae(1), "version": 2, "status": "entered-in-error"})
    [sent] = desk.turn()
    entry = bundle_of(sent)["entry"][1]
    assert entry["resource"]["meta"]["versionId"] == "2" and entry["request"]["method"] == "PUT"


def test_empty_content_names_nothing(desk: Desk) -> None:
    desk.subscribe(wish("new-sae", content="empty"))
    desk.turn()
    desk.door.receipt(sae(1))
    [sent] = desk.turn()
    assert numbers(sent) == [1]
    assert len(bundle_of(sent)["entry"]) == 1
    assert b"AdverseEvent" not in sent.content and b"Sepsis" not in sent.content and b"new-sae" not in sent.content


def test_a_name_that_leads_to_a_private_address_is_not_connected_to(tmp_path: object) -> None:
    with open_door(tmp_path) as door:  # type: ignore[arg-type]
        door.put_study(STUDY, "A")
        door.receipt(subject("A-001"))
        asked: list[str] = []

        def rebinding(host: str, port: int) -> list[str]:
            asked.append(host)
            return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

        desk = Desk(door, rebinding)
        made = desk.subscribe(wish(endpoint=ENDPOINT))
        assert len(desk.turn()) == 1
        door.receipt(sae(1))
        assert desk.turn() == [] and len(asked) == 2
        assert desk.read(made["id"])["error"] == "the endpoint's address is not a public one"
        desk.close()
