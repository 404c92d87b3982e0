"""The census on extracts of a few records, counted by hand."""

from typing import Any

from app.example.census import Finding, take
from app.example.census_arrival import arrival_findings
from app.example.census_content import content_findings
from app.example.census_course import course_findings
from app.example.extract import Extract

STUDY = {"sites": [{"id": "A", "time_zone": "Europe/Berlin"}, {"id": "B", "time_zone": "America/New_York"}]}


def _record(record_type: str, number: str, **fields: Any) -> dict[str, Any]:
    envelope = {
        "type": record_type,
        "site": "A",
        "source": "ehr",
        "id": number,
        "version": 1,
        "status": "final",
        "subject": "A-1",
    }
    return envelope | {"recorded": "2024-03-01T10:00:00+01:00"} | fields


def _extract(*posts: list[dict[str, Any]]) -> Extract:
    return Extract(STUDY, tuple(tuple(post) for post in posts))


def _counts(found: list[Finding]) -> dict[str, int]:
    return {one.case: len(one.shown_by) for one in found}


SUBJECT = _record("subject", "SU-1")
DONE = _record(
    "infusion", "IN-1", start="2024-03-01T23:30:00+01:00", outcome="completed", planned_dose={"unit": "10*6/kg"}
)


def test_repeats_versions_and_order() -> None:
    first = _record("lab", "LB-1", test="ANC", value=1.0, unit="10*9/L")
    second = first | {"version": 2, "status": "amended", "value": 2.0}
    counts = _counts(arrival_findings(take(_extract([second], [first, first, SUBJECT], [SUBJECT]))))
    assert counts["exact repeats of an earlier record"] == 2
    assert counts["… of these in a POST that is sent twice as a whole"] == 0
    assert counts["corrections (`amended`)"] == 1
    assert counts["older version after the newer one"] == 1
    assert counts["before the subject record"] == 2


def test_a_post_that_comes_twice() -> None:
    post = [SUBJECT, DONE]
    counts = _counts(arrival_findings(take(_extract(post, post))))
    assert counts["exact repeats of an earlier record"] == 2
    assert counts["… of these in a POST that is sent twice as a whole"] == 2


def test_late_records_and_records_without_numbers() -> None:
    old = _record("follow_up", "FU-1", recorded="2023-12-31T10:00:00+01:00")
    near = _record("follow_up", "FU-2", recorded="2024-01-01T10:00:00+01:00")
    log = {name: value for name, value in _record("follow_up", "FU-3").items() if name not in ("version", "recorded")}
    counts = _counts(arrival_findings(take(_extract([SUBJECT, old, near, log]))))
    assert counts["arrives after one that its site recorded more than 60 days later"] == 1
    assert counts["without a version number"] == 1
    assert counts["… of these without a time of recording too"] == 1


def test_one_event_from_two_sources() -> None:
    event = _record("adverse_event", "AE-1", term="Fever", onset="2024-03-02")
    other = event | {"source": "edc", "id": "X-9"}
    again = event | {"id": "AE-2"}
    found = "told twice: same term, onset and subject from two sources"
    assert _counts(arrival_findings(take(_extract([event, other]))))[found] == 1
    assert _counts(arrival_findings(take(_extract([event, again]))))[found] == 0


def test_days_that_differ_by_the_clock() -> None:
    """In winter 00:30 in Berlin is the day before in UTC, and 03:00Z is the evening before in New York."""
    labs = [
        _record("lab", "1", test="ANC", value=1, unit="10*9/L", high=1, collected="2024-01-10T22:30:00+01:00"),
        _record("lab", "2", test="ANC", value=1, unit="10*9/L", high=1, collected="2024-01-10T00:30:00+01:00"),
        _record("lab", "3", test="ANC", value="<0.1", unit="10*9/L", site="B", collected="2024-01-10T03:00:00Z"),
        _record("lab", "4", test={"code": "751-8"}, value=1, unit="10*9/L", high=1, collected="2024-01-10"),
    ]
    counts = _counts(content_findings(take(_extract(labs))))
    assert counts["date-time whose day at the site is not its day in UTC"] == 2
    assert counts["… of these written so that the day in the text is not the site's"] == 1
    assert (counts["lab named by LOINC"], counts["lab with a name of ours"]) == (1, 3)
    assert (counts["lab value with a comparator"], counts["lab without reference range"]) == (1, 1)
    assert counts["lab in `10*9/L`"] == 4


def test_only_the_version_that_counts_is_counted() -> None:
    event = _record("adverse_event", "AE-1", term="Fever", onset="2024-03")
    told = event | {"version": 2, "status": "amended", "grade": 2, "serious": False}
    wrong = _record("adverse_event", "AE-2", term="Rash") | {"version": 2, "status": "entered-in-error"}
    counts = _counts(content_findings(take(_extract([told, event, wrong]))))
    assert counts["adverse event without `grade`"] == 0
    assert counts["adverse event without `serious`"] == 0
    assert counts["adverse event without `relatedness`"] == 1
    assert counts["`adverse_event.onset` known to the month"] == 1


def test_refused_records_are_not_counted() -> None:
    assert take(_extract([_record("lab", "BAD-2", test="ANC"), SUBJECT])).current[0].record == SUBJECT


def _assessment(number: str, day: str, response: str, **fields: Any) -> dict[str, Any]:
    return _record("disease_assessment", number, date=day, response=response, **fields)


def test_a_course_of_relapse_after_therapy_and_death_on_one_day() -> None:
    """The infusion began at 23:30 in Berlin, so day 0 is 1 March by the site's calendar."""
    course = [
        DONE,
        _assessment("1", "2024-03-01", "CR"),
        _record("therapy", "2", date="2024-05-01", kind="dli", intent="pre-emptive"),
        _assessment("3", "2024-06-01", "relapse", relapse_sites=["extramedullary"]),
        _record("death", "4", date="2024-06-01", cause="relapse"),
        _record("follow_up", "5", date="2024-06-02", alive=True),
    ]
    counts = _counts(course_findings(take(_extract(course))))
    for case in (
        "infused",
        "in CR or CRi at baseline",
        "baseline assessment on day 0",
        "relapse after the infusion (not MRD alone)",
        "… outside marrow and blood alone",
        "… after new therapy",
        "death after the infusion",
        "… on the day of the relapse",
        "contact dated after the death",
        "DLI",
    ):
        assert counts[case] == 1, case
    for case in ("not infused", "… from relapse, none documented", "not in CR or CRi at baseline", "… without a date"):
        assert counts[case] == 0, case


def test_a_course_without_remission_at_baseline() -> None:
    course = [
        DONE,
        _assessment("1", "2024-02-20", "SD"),
        _assessment("2", "2024-04-01", "CRi"),
        _assessment("3", "2024-06-01", "relapse", relapse_sites=["mrd"]),
        _record("death", "4", date=None, cause="relapse"),
    ]
    counts = _counts(course_findings(take(_extract(course))))
    assert counts["not in CR or CRi at baseline"] == counts["… with CR or CRi later"] == 1
    assert counts["… only after new therapy"] == 0
    assert counts["MRD relapse without another relapse"] == 1
    assert counts["relapse after the infusion (not MRD alone)"] == 0
    assert counts["… from relapse, none documented"] == counts["… without a date"] == 1


def test_the_window_is_days_0_to_28() -> None:
    told: list[dict[str, Any]] = [
        {"onset": "2024-03-01", "serious": True, "grade": 2},
        {"onset": "2024-03-29", "serious": True},
        {"onset": "2024-03-30", "serious": True, "grade": 3},
        {"onset": "2024-02-29", "serious": True, "grade": 3, "serious_since": "2024-03-05"},
        {"onset": "2024-03-20", "serious": True, "grade": 3, "serious_since": "2024-04-20"},
        {"onset": "2024-03-10", "grade": 1},
    ]
    events = [_record("adverse_event", str(number), term="Fever", **fields) for number, fields in enumerate(told)]
    counts = _counts(course_findings(take(_extract([DONE, *events]))))
    assert counts["serious on days 0 to 28"] == 3
    assert counts["grade missing, onset on days 0 to 28"] == 1
    assert counts["seriousness missing, onset on days 0 to 28"] == 1


def test_infusions_that_gave_no_cells() -> None:
    wrong = DONE | {"id": "IN-2", "subject": "A-2", "version": 2, "status": "entered-in-error"}
    never = DONE | {"id": "IN-3", "subject": "A-3", "outcome": "not-done"}
    people = [SUBJECT | {"id": f"SU-{number}", "subject": f"A-{number}"} for number in (1, 2, 3)]
    counts = _counts(course_findings(take(_extract([*people, DONE, wrong, never]))))
    assert (counts["infused"], counts["not infused"]) == (1, 2)
    assert (counts["… infusion not done"], counts["… infusion entered in error"]) == (1, 1)
