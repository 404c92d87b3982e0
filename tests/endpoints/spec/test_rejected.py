"""What could have been the event and is not, with the reason; data queries on contradictions."""

from collections import namedtuple

from app.services.derivation.time_to_event import rejected
from app.services.queries import queries_of
from tests.endpoints.spec.harness import (
    Asked,
    Raw,
    adverse_event,
    assessment,
    contact,
    death,
    event_rows,
    fill,
    gvhd,
    infusion,
    memory,
    outcome,
    relapse,
    subject,
    table,
    therapy,
    withdrawal,
)

REMISSION = [subject(), infusion(), assessment(-7, "CR")]


def reasons(endpoint: str, records: list[Raw], **asked: str | int) -> list[tuple[str, str]]:
    """(record type, why) of each rejected candidate."""
    with memory() as connection:
        fill(connection, event_rows(records))
        found = rejected(connection, Asked(**asked).question(endpoint))  # type: ignore[arg-type]
    return [(item["record"].split("/")[0], item["why"]) for item in found.get(1, [])]


def test_every_rejected_candidate_has_its_reason() -> None:
    records = [*REMISSION, relapse(-20), relapse(50), relapse(70), death(90), death(90, id="later")]
    other = "an earlier event, or one listed before it on the same day, was taken"
    assert reasons("DFS", records) == [
        ("disease_assessment", "before the start"),
        ("disease_assessment", other),
        ("death", other),
    ]


def test_a_superseded_version_is_listed_from_its_correction_on() -> None:
    """Only of the endpoint's own events, of this study and subject, and not beyond the cut-off."""
    first = [*REMISSION, death(50, id="D"), contact(20, id="C"), {**death(30, id="E"), "subject": "002"}]
    records = [*first, death(60, id="D"), contact(25, id="C"), {**death(31, id="E"), "subject": "002"}]
    assert ("death", "superseded version") not in reasons("OS", records, as_of=len(first))
    assert reasons("OS", records, as_of=len(first) + 1) == [("death", "superseded version")]
    assert reasons("OS", records) == [("death", "superseded version")]
    assert reasons("OS", records, cutoff=50) == [("death", "after the cut-off"), ("death", "superseded version")]
    assert reasons("OS", records, cutoff=49) == [("death", "after the cut-off")]


def test_an_observation_end_is_named() -> None:
    records = [*REMISSION, withdrawal(30, id="S"), relapse(50)]
    assert reasons("DFS", records) == [("disease_assessment", "after the observation end: consent withdrawn")]
    records = [*REMISSION, therapy(30), relapse(50)]
    expected = [("disease_assessment", "after the observation end: new anti-leukaemic therapy")]
    assert reasons("DFS", records, analysis="hypothetical") == expected


def test_the_cut_off_is_named() -> None:
    assert reasons("DFS", [*REMISSION, relapse(50)], cutoff=49) == [("disease_assessment", "after the cut-off")]


def test_a_death_that_cannot_be_dated_is_listed_without_a_day() -> None:
    """Told dead before anything proves life, and infused afterwards: a contradiction, not an event."""
    records = [subject(), infusion(), contact(-30, alive=False)]
    assert reasons("OS", records) == [("follow_up", "before the start")]
    assert outcome("OS", *records) == "censored on day 0: last known alive"


def queries(records: list[Raw]) -> set[str]:
    rows = event_rows([subject(), infusion(), assessment(-7, "CR"), *records])
    event = namedtuple("event", sorted(rows[0]))  # type: ignore[misc]
    return {query.rule for query in queries_of(event(**row) for row in rows)}


@table(
    {
        "nothing wrong": ([contact(20), death(50)], ""),
        "contact after death": ([death(50), contact(60)], "contact-after-death"),
        "relapse after death": ([death(50), relapse(60)], "contact-after-death relapse-after-death"),
        "grade 5 without a death": (
            [adverse_event("Sepsis", 5, 5, serious=True, relatedness="related")],
            "grade-5-without-death",
        ),
        "death in a month": ([death("2026-05")], "death-date-partial"),
        "death on an unknown day": ([death(None)], "death-date-missing"),
        "told dead, no death record": ([contact(50, alive=False)], "death-date-missing"),
        "seriousness missing": ([adverse_event("Sepsis", 5, 2, relatedness="related")], "seriousness-missing"),
        "grade missing": ([gvhd("acute", 5)], "grade-missing"),
        "possible duplicate": (
            [adverse_event("Sepsis", 5, 2, serious=True, source=name, id="E") for name in ("ehr", "edc")],
            "possible-duplicate",
        ),
        "death before the infusion": ([death(-3)], "contact-after-death death-before-infusion"),
    }
)
def test_a_contradiction_raises_a_query(records: list[Raw], expected: str) -> None:
    assert queries(records) == set(expected.split())


@table(
    {
        "contact after death": ([death(50), contact(60)], "death on day 50"),
        "relapse after death": ([death(50), relapse(60)], "death on day 50"),
        "grade 5 without a death": (
            [contact(10), adverse_event("Sepsis", 5, 5)],
            "censored on day 10: last known alive",
        ),
    }
)
def test_and_the_result_stands_on_the_earlier_evidence(records: list[Raw], expected: str) -> None:
    assert outcome("OS", *REMISSION, *records) == expected
