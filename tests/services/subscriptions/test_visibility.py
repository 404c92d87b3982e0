"""A subscriber hears and sees what its maker may see, in every way that it is told."""

from typing import Any

from sqlalchemy import update

from app.storage.subscription_tables import SUBSCRIPTION
from tests.journeys.door import STUDY, record
from tests.services.subscriptions.desk import Desk, bundle_of, wish


def sae(desk: Desk, identifier: str) -> None:
    fields = {"term": "Sepsis", "onset": "2024-03-09", "grade": 3, "serious": True}
    desk.door.receipt(record("adverse_event", identifier, **fields))


def confine(desk: Desk, identifier: str, studies: str) -> None:
    """Its maker may see these studies alone; nobody is asked who they are yet, so it is said in the store."""
    statement = update(SUBSCRIPTION).where(SUBSCRIPTION.c.id == identifier).values(studies=studies)
    desk.door.services.writer.run(lambda connection: connection.execute(statement) and None)


def resources(bundle: dict[str, Any]) -> list[str]:
    return [entry["resource"]["resourceType"] for entry in bundle["entry"][1:] if "resource" in entry]


def test_events_of_other_studies_are_not_heard(desk: Desk) -> None:
    here, elsewhere = (desk.subscribe(wish())["id"] for _ in range(2))
    confine(desk, here, f'["{STUDY}"]')
    confine(desk, elsewhere, '["other"]')
    sae(desk, "AE1")
    desk.turn()
    assert (len(desk.events(here)), len(desk.events(elsewhere))) == (1, 0)


def test_resources_of_other_studies_are_not_seen(desk: Desk) -> None:
    made = desk.subscribe(wish(content="full-resource"))["id"]
    desk.turn()
    sae(desk, "AE1")
    [sent] = desk.turn()
    assert resources(bundle_of(sent)) == ["AdverseEvent"]
    confine(desk, made, '["other"]')
    bundle = desk.door.get(f"/fhir/Subscription/{made}/$events").json()
    assert resources(bundle) == []
    assert bundle["entry"][1]["response"] == {"status": "404"}
