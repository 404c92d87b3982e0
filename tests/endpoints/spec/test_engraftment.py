"""Neutrophil and platelet engraftment, counted from the transplant; death competes.

First of 3 consecutive values on different days: ANC of at least 0.5, platelets of at least 20 x 10^9/L without a
transfusion in the 7 days before (ASTCT consensus, PMC11161398). Day 0 of these tests is the infusion; the transplant is
on day -40, so that day 14 after the transplant is day -26 here.
"""

from decimal import Decimal
from typing import Any

import pytest

from tests.endpoints.spec.harness import (
    Raw,
    answers,
    death,
    infusion,
    outcome,
    record,
    row,
    table,
    transplant,
    withdrawal,
)
from tests.endpoints.spec.harness import iso as date_of

HSCT = -40
BEGIN = [transplant(HSCT), infusion()]


def counts(test: str, *values: tuple[int, str], unit: str = "10*9/L", **fields: Any) -> list[Raw]:
    """(day after the transplant, value); a value with a sign in front is a bound."""
    return [
        record(
            "lab",
            test=test,
            collected=date_of(HSCT + day),
            value=value if value[0] in "<>" else Decimal(value),
            unit=unit,
            **fields,
        )
        for day, value in values
    ]


def anc(*values: tuple[int, str], **fields: Any) -> list[Raw]:
    return counts("ANC", *values, **fields)


def plt(*values: tuple[int, str], transfused: bool | None = False, **fields: Any) -> list[Raw]:
    return counts("PLT", *values, transfused=transfused, **fields)


def counts_of(collected: str, value: str = "0.1") -> list[Raw]:
    """A count of a day, a month or a moment."""
    return [record("lab", test="ANC", collected=collected, value=Decimal(value), unit="10*9/L")]


LOW = (5, "0.1")
THREE = anc((14, "0.6"), (15, "0.7"), (16, "0.9"))


@table(
    {
        "the first of three": ([*BEGIN, *anc(LOW, (14, "0.5"), (15, "0.6"), (17, "0.9"))], "engraftment on day 14"),
        "exactly at the threshold counts": (
            [*BEGIN, *anc(LOW, (14, "0.5"), (15, "0.5"), (16, "0.5"))],
            "engraftment on day 14",
        ),
        "a value below it starts again": (
            [*BEGIN, *anc(LOW, (14, "0.6"), (15, "0.49"), (16, "0.5"), (17, "0.5"), (18, "1"))],
            "engraftment on day 16",
        ),
        "two values are not enough": (
            [*BEGIN, *anc(LOW, (14, "0.6"), (15, "0.6"))],
            "censored on day 15: last neutrophil count",
        ),
        "two values of one day are one": (
            [*BEGIN, *anc(LOW, (14, "0.6"), (14, "0.7"), (15, "0.6"))],
            "censored on day 15: last neutrophil count",
        ),
        "the lowest of a day counts": (
            [*BEGIN, *anc(LOW, (14, "0.6"), (15, "2"), (15, "0.3"), (16, "1"), (17, "1"), (18, "1"))],
            "engraftment on day 16",
        ),
        "values before the fall are the old marrow": (
            [*BEGIN, *anc((1, "3"), (2, "2"), (3, "1"), LOW, (20, "1"), (21, "1"), (22, "1"))],
            "engraftment on day 20",
        ),
        "no fall was recorded": (
            [*BEGIN, *anc((14, "0.6"), (15, "0.7"), (16, "0.9"))],
            "undetermined: no count below the threshold is recorded before it",
        ),
        "other units": (
            [*BEGIN, *anc((5, "100"), (14, "500"), (15, "600"), (16, "700"), unit="/uL")],
            "engraftment on day 14",
        ),
        "a value without a unit says nothing": (
            [*BEGIN, *anc(LOW, (14, "0.6"), (15, "0.6")), *counts("ANC", (16, "0.6"), unit=None)],
            "censored on day 15: last neutrophil count",
        ),
        "a bound below the threshold is below it": (
            [*BEGIN, *anc((5, "<0.1"), (14, "0.6"), (15, "0.7"), (16, "0.9"))],
            "engraftment on day 14",
        ),
        "a bound that reaches over the threshold settles nothing": (
            [*BEGIN, *anc(LOW, (14, "0.6"), (15, "<1"), (16, "0.9"))],
            "undetermined: a count is known only as a bound",
        ),
        "a count of an unknown day says nothing": (
            [*BEGIN, *anc(LOW, (14, "0.6"), (15, "0.6")), *counts_of("2026-02")],
            "censored on day 15: last neutrophil count",
        ),
        "a count of before the transplant, by the clock": (
            [transplant("2026-01-29T12:00:00+01:00"), infusion(), *counts_of("2026-01-29T08:00:00+01:00"), *THREE],
            "undetermined: no count below the threshold is recorded before it",
        ),
        "a transplant on the day of the infusion": (
            [transplant(0), infusion(), *anc((45, "0.1"), (54, "0.6"), (55, "0.6"), (56, "0.6"))],
            "engraftment on day 14",
        ),
        "a transplant after the infusion": (
            [infusion(), transplant(1)],
            "excluded: no transplant on or before the infusion",
        ),
        "death competes": ([*BEGIN, *anc(LOW, (14, "0.6")), death(HSCT + 20)], "death on day 20"),
        "engraftment before death": (
            [*BEGIN, *anc(LOW, (14, "0.6"), (15, "0.6"), (16, "0.6")), death(HSCT + 20)],
            "engraftment on day 14",
        ),
        "withdrawal ends observation": (
            [*BEGIN, withdrawal(HSCT + 15), *anc(LOW, (14, "0.6"), (15, "0.6"), (16, "0.6"))],
            "censored on day 15: last neutrophil count",
        ),
        "no counts at all": (BEGIN, "censored on day 0: no evidence after the start"),
        "no transplant": ([infusion()], "excluded: no transplant on or before the infusion"),
        "not infused": ([transplant(HSCT)], "excluded: not infused"),
        "the last transplant before the infusion is day 0": (
            [transplant(-400), *BEGIN, *anc(LOW, (14, "0.6"), (15, "0.6"), (16, "0.6"))],
            "engraftment on day 14",
        ),
    }
)
def test_neutrophils(records: list[Raw], expected: str) -> None:
    assert outcome("ANC_ENGRAFTMENT", *records) == expected


@table(
    {
        "the first of three": ([*BEGIN, *plt((5, "8"), (14, "20"), (15, "25"), (16, "30"))], "engraftment on day 14"),
        "transfused less than 7 days before": (
            [*BEGIN, *plt((5, "8")), *plt((8, "15"), transfused=True), *plt((14, "20"), (15, "25"), (16, "30"))],
            "censored on day 16: last platelet count",
        ),
        "transfused 7 days before": (
            [*BEGIN, *plt((5, "8")), *plt((7, "15"), transfused=True), *plt((14, "20"), (15, "25"), (16, "30"))],
            "engraftment on day 14",
        ),
        "transfused between the three": (
            [*BEGIN, *plt((5, "8"), (14, "20"), (16, "30")), *plt((15, "25"), transfused=True)],
            "censored on day 16: last platelet count",
        ),
        "counts held up by a transfusion have not fallen by themselves": (
            [*BEGIN, *plt((3, "25"), transfused=True), *plt((14, "20"), (15, "25"), (16, "30"))],
            "engraftment on day 14",
        ),
        "whether platelets were given is not recorded": (
            [*BEGIN, *plt((5, "8")), *plt((14, "20"), (15, "25"), (16, "30"), transfused=None)],
            "undetermined: whether platelets were transfused is not recorded",
        ),
        "transfused the day after the three": (
            [*BEGIN, *plt((5, "8"), (14, "20"), (15, "25"), (16, "30")), *plt((17, "30"), transfused=True)],
            "engraftment on day 14",
        ),
        "not recorded the day after the three": (
            [*BEGIN, *plt((5, "8"), (14, "20"), (15, "25"), (16, "30")), *plt((17, "30"), transfused=None)],
            "engraftment on day 14",
        ),
        "not recorded long before does no harm": (
            [*BEGIN, *plt((3, "8"), transfused=None), *plt((14, "20"), (15, "25"), (16, "30"))],
            "engraftment on day 14",
        ),
    }
)
def test_platelets(records: list[Raw], expected: str) -> None:
    assert outcome("PLT_ENGRAFTMENT", *records) == expected


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        ("<0.5", "engraftment on day 18"),
        ("<=0.4", "engraftment on day 18"),
        ("<=0.5", "undetermined: a count is known only as a bound"),
        ("<0.6", "undetermined: a count is known only as a bound"),
        (">0.4", "undetermined: a count is known only as a bound"),
        (">=0.4", "undetermined: a count is known only as a bound"),
        (">=0.5", "engraftment on day 14"),
        (">0.5", "engraftment on day 14"),
    ],
)
def test_a_bound_settles_what_it_can(bound: str, expected: str) -> None:
    """The second of the three values is a bound; from day 18 on there are three plain ones."""
    values = anc(LOW, (14, "0.6"), (15, bound), (16, "0.4" if bound in ("<0.5", "<=0.4") else "0.6"))
    assert outcome("ANC_ENGRAFTMENT", *BEGIN, *values, *anc((18, "1"), (19, "1"), (20, "1"))) == expected


def test_subjects_do_not_meet() -> None:
    """One has fallen and not risen, one has risen and not fallen, one engrafts: each by their own counts."""
    of = {
        1: anc(LOW, (6, "0.2"), (7, "0.2")),
        2: anc((14, "0.6"), (15, "0.7"), (16, "0.9")),
        3: anc(LOW, (20, "0.6"), (21, "0.7"), (22, "0.9")),
    }
    records = [{**raw, "subject": f"00{number}"} for number, own in of.items() for raw in [*BEGIN, *own]]
    found = answers("ANC_ENGRAFTMENT", records)
    assert [found[number]["status"] for number in of] == ["censored", "undetermined", "event"]  # type: ignore[index]
    assert found[3]["days"] == 20  # type: ignore[index]


def test_the_evidence_is_the_lowest_count_of_the_first_day() -> None:
    values = [{**raw, "id": name} for raw, name in zip(anc((14, "0.9"), (14, "0.6"), (14, "0.6")), "abc", strict=True)]
    found = row("ANC_ENGRAFTMENT", *BEGIN, *anc(LOW, (15, "1"), (16, "1")), *values)
    assert found["evidence"][0]["record"] == "lab/A/ehr/b"


def test_the_run_counts_when_its_last_day_is_known() -> None:
    values = [*BEGIN, *anc(LOW, (14, "0.6"), (15, "0.6"), (16, "0.6"))]
    assert outcome("ANC_ENGRAFTMENT", *values, cutoff=HSCT + 15) == "excluded: not infused"
    later = [transplant(0), infusion(1), *anc((45, "0.1"), (54, "0.6"), (55, "0.6"), (56, "0.6"))]
    assert outcome("ANC_ENGRAFTMENT", *later, cutoff=15) == "censored on day 15: last neutrophil count"
    assert outcome("ANC_ENGRAFTMENT", *later, cutoff=16) == "engraftment on day 14"


def test_an_undetermined_row_has_no_date() -> None:
    found = row("ANC_ENGRAFTMENT", *BEGIN, *anc((14, "0.6"), (15, "0.7"), (16, "0.9")))
    assert (found["status"], found["date"], found["days"], found["aval"], found["cnsr"]) == (
        "undetermined",
        *[None] * 4,
    )
