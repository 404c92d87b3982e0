"""What came from each site on each of its days, and what became of it, to the record."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import STORES
from tests.journeys.door import STUDY, Door, Raw, open_door, record, subject

REPORT = f"/studies/{STUDY}/deliveries"
OUTCOMES = ("accepted", "amended", "unchanged", "held", "rejected")


@pytest.fixture(params=STORES)
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Door]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else None
    with open_door(tmp_path, url) as found:
        yield found


def counts(row: Raw) -> tuple[int, ...]:
    return tuple(row[name] for name in ("received", *OUTCOMES))


def test_every_outcome_is_counted_where_it_belongs(door: Door) -> None:
    bad = record("adverse_event", "AE1", term="Fever", grade=7)
    door.send(subject(version=1), bad, record("death", "D1", "B-001", "B"))
    door.send(subject(version=1))
    door.send(subject(version=2, sex="female"))
    body = door.get(REPORT).json()
    assert [(row["site"], row["day"], row["deliveries"]) for row in body["rows"]] == [
        ("A", "2026-06-30", 3),
        ("B", "2026-06-30", 1),
    ]
    # received, accepted, amended, unchanged, held, rejected
    assert [counts(row) for row in body["rows"]] == [(4, 1, 1, 1, 0, 1), (1, 1, 0, 0, 0, 0)]
    assert counts(body["totals"]) == (5, 2, 1, 1, 0, 1)


def test_a_resend_is_a_delivery_too(door: Door) -> None:
    for _ in range(3):
        door.send(record("adverse_event", "AE1", term="Fever", grade=7))
    assert counts(door.get(REPORT).json()["totals"]) == (3, 0, 0, 0, 0, 3)
    assert len(door.quarantine()) == 1


def test_the_day_is_that_of_the_site(door: Door) -> None:
    """22:00 UTC on 30 June is midnight in Berlin, the evening before in New York, and noon at UTC+14."""
    zones = {"A": "Europe/Berlin", "B": "America/New_York", "C": "Pacific/Kiritimati"}
    sites = [{"id": site, "time_zone": zone} for site, zone in zones.items()]
    door.request("PUT", f"/studies/{STUDY}", json={"definition": STUDY, "sites": sites})
    door.clock.move(hours=10)
    door.send(*(subject(f"{site}-001", site=site) for site in zones))
    rows = door.get(REPORT).json()["rows"]
    assert {row["site"]: row["day"] for row in rows} == {"A": "2026-07-01", "B": "2026-06-30", "C": "2026-07-01"}


def test_narrowed_by_site_and_day(door: Door) -> None:
    door.send(subject())
    door.clock.move(days=1)
    door.send(subject("B-001", site="B"))
    assert [row["site"] for row in door.get(REPORT, site="B").json()["rows"]] == ["B"]
    assert [row["site"] for row in door.get(REPORT, **{"from": "2026-07-01"}).json()["rows"]] == ["B"]
    assert [row["site"] for row in door.get(REPORT, to="2026-06-30").json()["rows"]] == ["A"]
    assert door.get(REPORT, to="30.06.2026").status_code == 400
    assert door.get("/studies/nowhere/deliveries").status_code == 404


def test_a_site_that_the_study_does_not_declare_is_nobodys(door: Door) -> None:
    door.put_study(STUDY, "A")
    door.send(subject("Z-001", site="Jane Roe"))
    (row,) = door.get(REPORT).json()["rows"]
    assert (row["site"], counts(row)) == (None, (1, 0, 0, 0, 0, 1))


def test_what_cannot_be_read_is_one_record(door: Door) -> None:
    door.post(b"{")
    assert counts(door.get(REPORT).json()["totals"]) == (1, 0, 0, 0, 0, 1)


def test_a_dry_run_is_no_delivery(door: Door) -> None:
    door.send(subject(), dry_run="true")
    assert door.get(REPORT).json()["rows"] == []


def test_single_deliveries_page_by_page(door: Door) -> None:
    receipts = [door.receipt(subject(f"A-00{number}"))["receipt"] for number in range(3)]
    page = door.get(REPORT, by="delivery", count=2).json()
    assert [row["receipt"] for row in page["rows"]] == receipts[:2]
    last = door.get(REPORT, by="delivery", count=2, after=page["next"]).json()
    assert [row["receipt"] for row in last["rows"]] == receipts[2:]
    assert "next" not in last


def test_as_a_table(door: Door) -> None:
    door.send(subject())
    answer = door.request("GET", REPORT, headers={"accept": "text/csv"})
    assert answer.text.splitlines() == [
        "site,day,deliveries,received,accepted,amended,unchanged,held,rejected,unused",
        "A,2026-06-30,1,1,1,0,0,0,0,0",
    ]
