"""The clinical content of the committed example, read plainly from its records."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from .reading import Record, current, day0, records, site_day

WINDOW = timedelta(days=28)


def _day(record: Record, field: str) -> date | None:
    text = record.get(field) or ""
    return site_day(record, text) if len(text) >= 10 else None


def _in_window(record: Record, field: str = "onset") -> bool:
    day, start = _day(record, field), day0().get(record["subject"])
    return bool(day and start and start <= day <= start + WINDOW)


def test_57_of_60_are_infused_and_the_others_say_why() -> None:
    subjects = {record["subject"] for record in current("subject").values()}
    assert len(subjects) == 60
    others = subjects - set(day0())
    assert len(others) == 3
    told = {
        record["subject"]: (record["status"], record["outcome"]) for record in records() if record["type"] == "infusion"
    }
    assert sorted(told.get(subject, ("", ""))[0] for subject in others) == ["", "entered-in-error", "final"]
    assert sorted(told.get(subject, ("", ""))[1] for subject in others) == ["", "completed", "not-done"]


def test_infusions_follow_the_transplant_by_30_to_120_days() -> None:
    grafted = {record["subject"]: site_day(record, record["date"]) for record in current("transplant").values()}
    assert all(30 <= (start - grafted[subject]).days <= 120 for subject, start in day0().items())


def test_serious_events_in_the_window() -> None:
    """By the plan: five with a DLT, CRS 3, two in one patient, lung, CMV, diarrhoea (day 9), vomiting (day 28)."""
    serious = [one for one in current("adverse_event").values() if one.get("serious")]
    inside = [one for one in serious if _in_window(one, "serious_since" if "serious_since" in one else "onset")]
    assert len(inside) == 12
    assert len({one["subject"] for one in inside}) == 11
    assert all(one["seriousness_criteria"] for one in serious)


def test_dlts_in_the_window() -> None:
    called = [one for one in current("adverse_event").values() if one.get("investigator_dlt")]
    assert len({one["subject"] for one in called}) == len(called) == 4
    assert all(_in_window(one) and one["grade"] >= 3 for one in called)


def test_nothing_else_severe_in_the_window_could_be_blamed_on_the_cells() -> None:
    """Severe, inside, related or not said, and no call by the investigator: only hypoxia without relatedness."""
    blamed = [
        one
        for one in current("adverse_event").values()
        if _in_window(one) and one.get("grade", 0) >= 3 and one.get("relatedness") in (None, "related", "possible")
    ]
    assert [one["term"] for one in blamed if one.get("investigator_dlt") is None] == ["Hypoxia"]


def test_severe_acute_gvhd_in_the_window_is_that_of_the_dlt() -> None:
    found = [one for one in current("gvhd").values() if one.get("grade") in ("III", "IV") and _in_window(one)]
    dlt = [
        one
        for one in current("adverse_event").values()
        if one.get("investigator_dlt") and one.get("interest") == "aGVHD"
    ]
    assert [one["subject"] for one in found] == [one["subject"] for one in dlt]


def test_the_event_on_day_28_is_on_day_29_in_utc() -> None:
    edge = [
        one
        for one in current("adverse_event").values()
        if one["site"] == "B" and one["term"] == "Vomiting" and one.get("serious")
    ]
    start = day0()[edge[0]["subject"]]
    assert len(edge) == 1
    assert (site_day(edge[0], edge[0]["onset"]) - start).days == 28
    assert (datetime.fromisoformat(edge[0]["onset"]).astimezone(UTC).date() - start).days == 29


def test_relapses_and_deaths_are_as_many_as_after_salvage_transplants() -> None:
    """35 to 40 % of the infused relapse or progress, some 30 % die, most relapses fall in the first year."""
    starts = day0()
    found: dict[str, date] = {}
    for one in current("disease_assessment").values():
        day, start = _day(one, "date"), starts.get(one["subject"])
        bad = set(one.get("relapse_sites", ())) - {"mrd"} or one["response"] == "PD"
        if bad and day and start and day > start:
            found[one["subject"]] = min(day, found.get(one["subject"], day))
    assert 0.35 <= len(found) / len(starts) <= 0.42
    first_year = [day for subject, day in found.items() if (day - starts[subject]).days <= 365]
    assert len(first_year) / len(found) > 0.8
    dead = {one["subject"] for one in current("death").values()} & set(starts)
    assert len(dead) == 17


def test_nobody_is_seen_after_death_but_the_one_who_shows_it() -> None:
    died = {one["subject"]: _day(one, "date") for one in current("death").values()}
    seen = set()
    for kind, field in (
        ("follow_up", "date"),
        ("disease_assessment", "date"),
        ("lab", "collected"),
        ("therapy", "date"),
    ):
        for one in current(kind).values():
            day, death = _day(one, field), died.get(one["subject"])
            seen |= {(kind, one["subject"])} if day and death and day > death else set()
    assert len(seen) == 1
    assert {kind for kind, _ in seen} == {"follow_up"}


def test_deaths_without_a_full_date() -> None:
    assert Counter(len(one["date"] or "") for one in current("death").values()) == {10: 16, 7: 1, 0: 1}


def test_a_death_is_first_known_to_the_month_and_then_to_the_day() -> None:
    told: dict[str, list[str]] = {}
    for record in records():
        if record["type"] == "death" and record["date"] and record["date"] not in told.setdefault(record["id"], []):
            told[record["id"]].append(record["date"])
    changed = [dates for dates in told.values() if len(dates) > 1]
    assert len(changed) == 1
    assert changed[0][1].startswith(changed[0][0])


def test_withdrawals() -> None:
    said = [one["withdrawal"] for one in current("subject").values() if "withdrawal" in one]
    assert sorted((one["scope"], one["vital_status_allowed"]) for one in said) == [
        ("follow-up", False),
        ("follow-up", True),
        ("treatment", True),
    ]


def test_the_dead_of_the_withdrawn_are_those_whose_vital_status_is_allowed() -> None:
    said = {one["subject"]: one["withdrawal"] for one in current("subject").values() if "withdrawal" in one}
    dead = {one["subject"] for one in current("death").values()}
    assert [said[subject]["vital_status_allowed"] for subject in said if subject in dead] == [True]


def test_neutrophils_recover_in_everyone_but_the_one_who_died_before() -> None:
    """Three results of 0.5 or more on days in a row, from daily counts after the transplant."""
    grafted = {one["subject"]: site_day(one, one["date"]) for one in current("transplant").values()}
    by_subject: dict[str, list[tuple[date, float]]] = {subject: [] for subject in grafted}
    for one in current("lab").values():
        if one["test"] in ("ANC", {"system": "http://loinc.org", "code": "751-8"}):
            value = 0.05 if isinstance(one["value"], str) else one["value"]
            by_subject[one["subject"]].append((site_day(one, one["collected"]), value))
    never = [subject for subject, counts in by_subject.items() if not _recovered(sorted(counts))]
    assert len(never) == 1
    died = [site_day(one, one["date"]) for one in current("death").values() if one["subject"] == never[0]]
    assert [(day - grafted[never[0]]).days for day in died] == [24]


def _recovered(counts: list[tuple[date, float]]) -> bool:
    return any(all(value >= 0.5 for _, value in counts[start : start + 3]) for start in range(len(counts) - 2))
