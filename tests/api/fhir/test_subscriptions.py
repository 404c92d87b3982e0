"""Subscription over HTTP: what is kept, shown, refused and found.

http://hl7.org/fhir/uv/subscriptions-backport
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.basic import Basic
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.subscription import Subscription
from fhir.resources.subscriptiontopic import SubscriptionTopic
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.journeys.door import STUDY, Raw, open_door, record, subject
from tests.services.subscriptions.desk import GUIDE, SECRET, SECRET_EXTENSION, TOPIC, Desk, status_of, wish

TOPICS = {"new-sae", "dlt", "death", "relapse", "subject-status", "data-query"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_door(tmp_path) as door:
        door.put_study(STUDY, "A", "B")
        door.receipt(subject("A-001"), subject("A-002"))
        with closing(Desk(door)) as found:
            yield found


def refused(desk: Desk, body: Any, status: int = 422) -> list[Raw]:
    answer = desk.door.request("POST", "/fhir/Subscription", json=body)
    assert answer.status_code == status, answer.text
    found: list[Raw] = answer.json()["issue"]
    return found


def test_a_subscription_comes_back_as_it_was_written(desk: Desk) -> None:
    sent = wish("new-sae", "AdverseEvent?code=Sepsis", contact=[{"system": "email", "value": "safety@example.com"}])
    answer = desk.door.request("POST", "/fhir/Subscription", json=sent)
    made = answer.json()
    assert answer.headers["location"] == f"http://engraft.test/fhir/Subscription/{made['id']}"
    read = desk.door.get(f"/fhir/Subscription/{made['id']}")
    Subscription.model_validate(read.json())
    assert read.headers["etag"] == 'W/"1"'
    kept = {name: value for name, value in read.json().items() if name not in ("id", "meta")}
    sent["channel"].pop("extension")
    assert kept == sent


def test_a_secret_is_made_where_none_is_given_and_shown_once(desk: Desk) -> None:
    sent = wish()
    sent["channel"].pop("extension")
    made = desk.subscribe(sent)
    [shown] = [one["valueString"] for one in made["channel"]["extension"] if one["url"] == SECRET_EXTENSION]
    assert shown.startswith("whsec_") and shown != SECRET
    assert "whsec_" not in desk.door.get("/fhir/Subscription").text
    put = desk.door.request("PUT", f"/fhir/Subscription/{made['id']}", json=wish())
    assert "whsec_" not in put.text


@pytest.mark.parametrize(
    ("change", "place", "named"),
    [
        ({"criteria": "https://example.org/topic"}, "criteria", f"{TOPIC}new-sae"),
        ({"criteria": "AdverseEvent?seriousness=serious"}, "criteria", f"{TOPIC}death"),
        ({"status": "on"}, "status", "requested, active, error, off"),
        ({"reason": None}, "reason", "required"),
        ({"channel": {"type": "email"}}, "channel.type", "rest-hook, websocket"),
        ({"channel": {"payload": "text/plain"}}, "channel.payload", "application/fhir+json"),
        ({"channel": {"_payload": {"id": "content"}}}, "channel.payload.extension", "empty, id-only, full-resource"),
        ({"channel": {"endpoint": None}}, "channel.endpoint", "https"),
        ({"channel": {"endpoint": "http://sponsor.example.com/"}}, "channel.endpoint", "https"),
        ({"channel": {"endpoint": "https://10.0.0.1/"}}, "channel.endpoint", "internet"),
        ({"channel": {"header": ["Host: elsewhere"]}}, "channel.header[0]", "Name: value"),
        ({"channel": {"header": ["X: a\r\nY: b"]}}, "channel.header[0]", "Name: value"),
        (
            {"channel": {"extension": [{"url": SECRET_EXTENSION, "valueString": "whsec_c2hvcnQ="}]}},
            "channel.extension",
            "24 to 64 bytes",
        ),
        (
            {"channel": {"extension": [{"url": f"{GUIDE}backport-timeout", "valueString": "9"}]}},
            "channel.extension",
            "",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused_by_its_place_and_with_what_is_known(
    desk: Desk, change: Raw, place: str, named: str
) -> None:
    body = wish()
    for name, value in change.items():
        body[name] = {**body[name], **value} if isinstance(value, dict) else value
    body["channel"] = {name: value for name, value in body["channel"].items() if value is not None}
    body = {name: value for name, value in body.items() if value is not None}
    [issue] = refused(desk, body)
    assert issue["expression"] == [place]
    assert named in issue["diagnostics"]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.text(max_size=5)
    | st.floats(allow_nan=False, allow_infinity=False, width=16),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_body_is_answered_with_an_error_of_ours(desk: Desk, data: st.DataObject) -> None:
    body = wish("new-sae", "code=Sepsis", max_count=3, end="2027-01-01T00:00:00Z")
    body["channel"]["header"] = ["X: y"]
    *before, last = data.draw(st.sampled_from([place for place in places(body) if place]))
    target: Any = body
    for key in before:
        target = target[key]
    target[last] = data.draw(JSON)
    assert desk.door.request("POST", "/fhir/Subscription", json=body).status_code in (201, 400, 422)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("grade=3", "study, site, patient, research-subject, code, trigger"),
        ("Patient?patient=1", "AdverseEvent"),
        ("patient=Group/1", "Patient/[id]"),
        ("trigger=changed", "new, withdrawn"),
        ("", "parameter=value"),
    ],
)
def test_filters_that_are_not_known_are_refused(desk: Desk, text: str, named: str) -> None:
    [issue] = refused(desk, wish("new-sae", text or "?"))
    assert issue["expression"] == ["criteria.extension[0]"]
    assert named in issue["diagnostics"]


@pytest.mark.parametrize("body", [[], "text", {"resourceType": "Patient"}, {"resourceType": "Subscription"}, {}])
def test_what_is_no_subscription_is_refused(desk: Desk, body: Any) -> None:
    assert refused(desk, body, 400 if not isinstance(body, dict) else 422)


def test_each_filter_keeps_the_others_out(desk: Desk) -> None:
    found = desk.door.get("/fhir/ResearchSubject", identifier="A-001").json()["entry"][0]["resource"]
    filters = {
        "study": desk.door.study_reference(),
        "site": "A",
        "patient": found["individual"]["reference"],
        "research-subject": f"ResearchSubject/{found['id']}",
        "code": "Sepsis,Pneumonitis",
    }
    made = {name: desk.subscribe(wish("new-sae", f"{name}={value}"))["id"] for name, value in filters.items()}
    desk.door.put_study("other", "A")
    desk.door.receipt(subject("A-001"), study="other")
    event = {"onset": "2024-03-09", "grade": 3, "serious": True}
    desk.door.receipt(record("adverse_event", "AE1", "A-001", term="Sepsis", **event))
    desk.door.receipt(record("adverse_event", "AE2", "A-002", term="Sepsis", **event))
    desk.door.receipt(record("adverse_event", "AE3", "A-001", term="Fever", **event))
    desk.door.receipt(record("adverse_event", "AE4", "A-001", term="Sepsis", **event), study="other")
    desk.turn()
    heard = {name: len(desk.events(identifier)) for name, identifier in made.items()}
    assert heard == {"study": 3, "site": 4, "patient": 2, "research-subject": 2, "code": 3}


def test_update_keeps_to_the_version_that_is_named(desk: Desk) -> None:
    made = desk.subscribe(wish())
    path = f"/fhir/Subscription/{made['id']}"
    assert desk.door.request("PUT", path, json=wish(), headers={"if-match": 'W/"7"'}).status_code == 412
    changed = desk.door.request("PUT", path, json=wish("death"), headers={"if-match": 'W/"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, 'W/"2"')
    assert desk.read(made["id"])["criteria"] == f"{TOPIC}death"
    assert desk.door.request("PUT", path, json={**wish(), "id": "other"}).status_code == 400
    assert desk.door.request("PUT", "/fhir/Subscription/none", json=wish()).status_code == 404


def test_one_that_is_off_hears_nothing_and_goes_on_with_its_numbers(desk: Desk) -> None:
    made = desk.subscribe(wish())
    path = f"/fhir/Subscription/{made['id']}"
    event = {"term": "Sepsis", "onset": "2024-03-09", "grade": 3, "serious": True}
    desk.door.receipt(record("adverse_event", "AE1", **event))
    desk.turn()
    assert desk.door.request("PUT", path, json=wish(status="off")).json()["status"] == "off"
    desk.door.receipt(record("adverse_event", "AE2", **event))
    desk.turn()
    assert desk.door.request("PUT", path, json=wish()).json()["status"] == "requested"
    desk.door.receipt(record("adverse_event", "AE3", **event))
    desk.turn()
    assert [event["number"] for event in desk.events(made["id"])] == [1, 2]


def test_deleted_is_gone_and_is_told_nothing(desk: Desk) -> None:
    made = desk.subscribe(wish())
    path = f"/fhir/Subscription/{made['id']}"
    assert desk.door.request("DELETE", path).status_code == 204
    assert desk.door.request("DELETE", path).status_code == 204
    assert [desk.door.get(path).status_code, desk.door.get(f"{path}/$events").status_code] == [410, 410]
    assert desk.door.request("PUT", path, json=wish()).status_code == 410
    assert desk.door.request("DELETE", "/fhir/Subscription/none").status_code == 404
    assert desk.turn() == []


def test_search_by_what_a_subscription_is(desk: Desk) -> None:
    hook, socket = desk.subscribe(wish())["id"], desk.subscribe(wish("death", channel="websocket", endpoint=None))["id"]

    def found(**asked: str) -> list[str]:
        bundle = desk.door.get("/fhir/Subscription", **asked).json()
        Bundle.model_validate(bundle)
        return sorted(entry["resource"]["id"] for entry in bundle.get("entry", []))

    assert found() == sorted([hook, socket])
    assert found(status="requested") == found(type="rest-hook") == found(url=wish()["channel"]["endpoint"]) == [hook]
    assert found(status="active") == found(criteria=f"{TOPIC}death") == found(topic=f"{TOPIC}death") == [socket]
    assert found(_id=f"{hook},{socket}", status="requested,active") == sorted([hook, socket])
    assert found(**{"payload-type": "empty"}) == []
    posted = desk.door.request("POST", "/fhir/Subscription/_search", data={"status": "active"}).json()
    assert [entry["resource"]["id"] for entry in posted["entry"]] == [socket]
    assert desk.door.request("HEAD", f"/fhir/Subscription/{hook}").content == b""
    assert desk.door.get("/fhir/Subscription", status="on").status_code == 400
    assert desk.door.get("/fhir/Subscription", nothing="x").status_code == 400


def test_status_tells_how_a_subscription_stands(desk: Desk) -> None:
    made, other = desk.subscribe(wish()), desk.subscribe(wish("death"))
    path = f"/fhir/Subscription/{made['id']}/$status"
    bundle = desk.door.get(path).json()
    Bundle.model_validate(bundle)
    told = status_of(bundle)
    assert (told["type"], told["status"], told["events-since-subscription-start"]) == ("query-status", "requested", "0")
    assert told["subscription"]["reference"].endswith(f"/fhir/Subscription/{made['id']}")
    assert told["topic"] == f"{TOPIC}new-sae"
    every = desk.door.get("/fhir/Subscription/$status").json()
    assert every["total"] == 2
    asked = {"resourceType": "Parameters", "parameter": [{"name": "id", "valueId": other["id"]}]}
    one = desk.door.request("POST", "/fhir/Subscription/$status", json=asked).json()
    assert status_of(one)["topic"] == f"{TOPIC}death"
    assert desk.door.get("/fhir/Subscription/$status", status="active").json()["total"] == 0
    assert desk.door.get("/fhir/Subscription/$status", status="none").status_code == 400
    assert desk.door.get("/fhir/Subscription/none/$status").status_code == 404


def test_events_are_told_again_by_their_numbers_and_as_much_as_is_asked(desk: Desk) -> None:
    made = desk.subscribe(wish())["id"]
    event = {"term": "Sepsis", "onset": "2024-03-09", "grade": 3, "serious": True}
    desk.door.receipt(*(record("adverse_event", f"AE{number}", **event) for number in range(1, 6)))
    desk.turn()
    some = desk.events(made, eventsSinceNumber="2", eventsUntilNumber="4")
    assert [one["number"] for one in some] == [2, 3, 4]
    bundle = desk.door.get(f"/fhir/Subscription/{made}/$events", content="full-resource").json()
    Bundle.model_validate(bundle)
    assert status_of(bundle)["type"] == "query-event"
    assert [entry["resource"]["resourceType"] for entry in bundle["entry"][1:]] == ["AdverseEvent"] * 5
    assert [entry["request"]["method"] for entry in bundle["entry"]] == ["GET", *["POST"] * 5]
    assert desk.events(made, eventsSinceNumber="6") == []
    for asked in ({"content": "all"}, {"eventsSinceNumber": "-1"}, {"eventsSinceNumber": "x"}, {"other": "1"}):
        assert desk.door.get(f"/fhir/Subscription/{made}/$events", **asked).status_code == 400


def test_topics_are_published_for_both_releases(desk: Desk) -> None:
    bundle = desk.door.get("/fhir/Basic", code="SubscriptionTopic").json()
    basics = [entry["resource"] for entry in bundle["entry"]]
    assert {basic["id"] for basic in basics} == TOPICS
    for basic in basics:
        Basic.model_validate(basic)
        assert desk.door.get(f"/fhir/Basic/{basic['id']}").json() == basic
    headers = {"accept": "application/fhir+json; fhirVersion=5.0"}
    listed = desk.door.request("GET", "/fhir/SubscriptionTopic", headers=headers).json()["entry"]
    assert {entry["resource"]["url"] for entry in listed} == {TOPIC + topic for topic in TOPICS}
    for entry in listed:
        SubscriptionTopic.model_validate(entry["resource"])
    only = desk.door.request("GET", f"/fhir/SubscriptionTopic?url={TOPIC}dlt", headers=headers).json()
    assert [entry["resource"]["id"] for entry in only["entry"]] == ["dlt"]
    assert desk.door.get("/fhir/SubscriptionTopic").status_code == 406
    assert desk.door.request("GET", "/fhir/Subscription", headers=headers).status_code == 406
    assert desk.door.get("/fhir/Basic/none").status_code == 404


def test_the_capability_statement_names_topics_and_parameters(desk: Desk) -> None:
    resources = desk.door.get("/fhir/metadata").json()["rest"][0]["resource"]
    [entry] = [one for one in resources if one["type"] == "Subscription"]
    assert {one["valueCanonical"] for one in entry["extension"]} == {TOPIC + topic for topic in TOPICS}
    parameters = {one["name"] for one in entry["searchParam"]}
    assert all(desk.door.get("/fhir/Subscription", **{name: "active"}).status_code != 400 for name in ("_id", "url"))
    unknown = desk.door.get("/fhir/Subscription", nothing="x").json()["issue"][0]["diagnostics"]
    assert all(name in unknown for name in parameters)
