"""The DLT criteria and their exclusions (the default set), with and without clock times, and at a cut-off."""

from tests.endpoints.spec.harness import Raw, adverse_event, contact, death, gvhd, infusion, outcome, row, table

OBSERVED = [infusion(), contact(90)]
CRS, FEVER, NEUTROPENIA = "Cytokine release syndrome", "Fever", "Neutrophil count decreased"


def march(day: int, hour: int) -> str:
    """A clock time in Berlin before the change to summer time; day 0 is the 10th."""
    return f"2026-03-{day:02}T{hour:02}:00:00+01:00"


@table(
    {
        "grade III": ([gvhd("acute", 10, "III")], "DLT-1 on day 10"),
        "grade IV passes III": ([gvhd("acute", 10, "IV")], "DLT-1 on day 10"),
        "grade II": ([gvhd("acute", 10, "II")], "no DLT"),
        "II, then III": ([gvhd("acute", 10, grade_history=[(10, "II"), (15, "III")])], "DLT-1 on day 15"),
        "III at the infusion": ([gvhd("acute", -10, "III")], "no DLT"),
        "III at the infusion, IV in the window": (
            [gvhd("acute", -10, grade_history=[(-10, "III"), (15, "IV")])],
            "DLT-1 on day 15",
        ),
        "III before, I at the infusion, III in the window": (
            [gvhd("acute", -10, grade_history=[(-10, "III"), (-3, "I"), (15, "III")])],
            "DLT-1 on day 15",
        ),
        "chronic, severe": ([gvhd("chronic", 10, "severe")], "no DLT"),
        "after the window": ([gvhd("acute", 29, "III")], "no DLT"),
        "in the month of the infusion, over before it": ([gvhd("acute", "2026-03", "III", end=-1)], "no DLT"),
    }
)
def test_acute_gvhd_of_grade_iii_or_iv(records: list[Raw], expected: str) -> None:
    assert outcome("DLT", *OBSERVED, *records) == expected


@table(
    {
        "resolved after 3 days": ([adverse_event(FEVER, 5, 3, end=8)], "no DLT, X-constitutional"),
        "resolved after 4 days": ([adverse_event(FEVER, 5, 3, end=9)], "DLT-2 on day 5"),
        "end not recorded": ([adverse_event(FEVER, 5, 3)], "DLT-2 on day 5"),
        "72 hours by clock": ([adverse_event(FEVER, march(15, 10), 3, end=march(18, 10))], "no DLT, X-constitutional"),
        "73 hours by clock": ([adverse_event(FEVER, march(15, 10), 3, end=march(18, 11))], "DLT-2 on day 5"),
        "one of them without a clock": ([adverse_event(FEVER, march(15, 10), 3, end=8)], "no DLT, X-constitutional"),
        "end in a month: its last day": ([adverse_event(FEVER, 5, 3, end="2026-03")], "DLT-2 on day 5"),
        "a grade 0 is the end": (
            [adverse_event(FEVER, 5, 3, grade_history=[(5, 3), (7, 0)])],
            "no DLT, X-constitutional",
        ),
        "a lower grade is not": ([adverse_event(FEVER, 5, 3, grade_history=[(5, 3), (7, 1)])], "DLT-2 on day 5"),
        "from the day of grade 3, not of the onset": (
            [adverse_event(FEVER, 1, grade_history=[(1, 1), (5, 3)], end=8)],
            "no DLT, X-constitutional",
        ),
        "came back and stayed": (
            [adverse_event(FEVER, 5, grade_history=[(5, 3), (6, 0), (10, 3)], end=15)],
            "DLT-2 on day 10",
        ),
        "nausea": ([adverse_event("Nausea", 5, 3, end=7)], "no DLT, X-constitutional"),
        "sepsis has no such exclusion": ([adverse_event("Sepsis", 5, 3, end=6)], "DLT-2 on day 5"),
        "grade 5": ([adverse_event(FEVER, 5, grade_history=[(5, 3), (6, 5)], end=6)], "DLT-5 on day 6"),
        "onset in the month of the infusion, soon over": (
            [adverse_event(FEVER, "2026-03", 3, end=2)],
            "no DLT, X-constitutional",
        ),
    }
)
def test_fever_that_resolves_within_72_hours(records: list[Raw], expected: str) -> None:
    assert outcome("DLT", *OBSERVED, *records) == expected


@table(
    {
        "laboratory, 7 days": (
            [adverse_event("Alanine aminotransferase increased", 5, 3, end=12)],
            "no DLT, X-laboratory",
        ),
        "laboratory, 8 days": ([adverse_event("Alanine aminotransferase increased", 5, 3, end=13)], "DLT-2 on day 5"),
        "infusion reaction, grade 3, a day": (
            [adverse_event("Infusion related reaction", 0, 3, end=1)],
            "no DLT, X-infusion-reaction",
        ),
        "infusion reaction, grade 3, 2 days": (
            [adverse_event("Infusion related reaction", 0, 3, end=2)],
            "DLT-2 on day 0",
        ),
        "infusion reaction, grade 4, a day": (
            [adverse_event("Infusion related reaction", 0, 4, end=1)],
            "DLT-2 on day 0",
        ),
        "a term that nobody knows": ([adverse_event("something odd", 5, 3, end=6)], "DLT-2 on day 5"),
        "graft failure of any grade": ([adverse_event("Graft failure", 10, 2)], "DLT-4b on day 10"),
        "graft failure without a grade": ([adverse_event("Graft failure", 10)], "DLT-4b on day 10"),
        "graft failure before, resolved in the window": (
            [adverse_event("Graft failure", -5, grade_history=[(5, 0)])],
            "no DLT",
        ),
        "anaemia of grade 4": ([adverse_event("Anemia", 5, 4)], "no DLT"),
    }
)
def test_other_criteria_and_exclusions(records: list[Raw], expected: str) -> None:
    assert outcome("DLT", *OBSERVED, *records) == expected


@table(
    {
        "grade 4": ([adverse_event(CRS, 3, 4, end=4)], "DLT-3a on day 3"),
        "grade 3, better after 3 days": (
            [adverse_event(CRS, 3, grade_history=[(3, 3), (6, 2)], end=20)],
            "no DLT, X-crs",
        ),
        "grade 3, better after 4 days": (
            [adverse_event(CRS, 3, grade_history=[(3, 3), (7, 2)], end=20)],
            "DLT-3b on day 3",
        ),
        "the history in any order": (
            [adverse_event(CRS, 3, grade_history=[(6, 2), (3, 3)], end=20)],
            "no DLT, X-crs",
        ),
        "grade 3, over after 2 days": ([adverse_event(CRS, 3, 3, end=5)], "no DLT, X-crs"),
        "grade 3, end not recorded": ([adverse_event(CRS, 3, 3)], "DLT-3b on day 3"),
        "grade 2": ([adverse_event(CRS, 3, 2)], "no DLT"),
        "3, then 4, then better: the 4 counts": (
            [adverse_event(CRS, 3, grade_history=[(3, 3), (4, 4), (5, 2)])],
            "DLT-3a on day 4",
        ),
        "3 and 4 on one day: the worst of the day": (
            [adverse_event(CRS, 3, grade_history=[(3, 3), (3, 4), (9, 2)])],
            "DLT-3a on day 3",
        ),
        "ICANS 3": ([adverse_event("ICANS", 3, 3, end=4)], "DLT-3c on day 3"),
        "named by its special interest": ([adverse_event("Confusion", 3, 3, interest="ICANS")], "DLT-3c on day 3"),
    }
)
def test_cytokine_release_and_neurotoxicity(records: list[Raw], expected: str) -> None:
    assert outcome("DLT", *OBSERVED, *records) == expected


@table(
    {
        "29 days": ([adverse_event(NEUTROPENIA, 5, 4, end=34)], "DLT-4a on day 5"),
        "28 days": ([adverse_event(NEUTROPENIA, 5, 4, end=33)], "no DLT"),
        "below grade 4 in time": (
            [adverse_event(NEUTROPENIA, 5, grade_history=[(5, 4), (20, 3)], end=80)],
            "no DLT",
        ),
        "platelets": ([adverse_event("Platelet count decreased", 5, 4, end=60)], "DLT-4a on day 5"),
        "grade 3 for months": ([adverse_event(NEUTROPENIA, 5, 3, end=90)], "no DLT"),
        "still so when last seen": ([adverse_event(NEUTROPENIA, 5, 4, ongoing=True)], "DLT-4a on day 5"),
        "nobody recorded the end": ([adverse_event(NEUTROPENIA, 5, 4)], "unresolved"),
        "grade 4 at the infusion": ([adverse_event(NEUTROPENIA, -5, 4, end=60)], "no DLT"),
    }
)
def test_cytopenia_that_persists_for_more_than_28_days(records: list[Raw], expected: str) -> None:
    assert outcome("DLT", *OBSERVED, *records) == expected


def test_a_death_settles_that_a_cytopenia_did_not_persist() -> None:
    """Grade 4 from day 20, dead on day 30: 10 days at most. Dead on day 50: it may have lasted for 30."""
    low = adverse_event(NEUTROPENIA, 20, 4)
    assert outcome("DLT", infusion(), low, death(30)) == "no DLT"
    assert outcome("DLT", infusion(), low, death(50)) == "unresolved"


@table(
    {
        "the end of the fever lies after it": (
            [infusion(), adverse_event(FEVER, 5, 3, end=8), contact(40)],
            "DLT-2 on day 5",
        ),
        "the improvement lies after it": (
            [infusion(), adverse_event(CRS, 5, grade_history=[(5, 3), (8, 1)]), contact(40)],
            "DLT-3b on day 5",
        ),
        "an end by clock lies after it": (
            [infusion(), adverse_event(FEVER, march(15, 10), 3, end=march(18, 9)), contact(40)],
            "DLT-2 on day 5",
        ),
        "the end lies on it": ([infusion(), adverse_event(FEVER, 5, 3, end=7), contact(40)], "pending"),
        "29 days of neutropenia lie after it": (
            [infusion(), adverse_event(NEUTROPENIA, 5, 4, end=60), contact(90)],
            "pending and unresolved",
        ),
    }
)
def test_what_has_not_happened_by_the_cut_off_excludes_nothing(records: list[Raw], expected: str) -> None:
    """The cut-off is day 7."""
    assert outcome("DLT", *records, cutoff=7) == expected


def test_neutropenia_at_successive_cut_offs() -> None:
    """Grade 4 from day 5 to day 60: more than 28 days are reached on day 34."""
    records = [infusion(), adverse_event(NEUTROPENIA, 5, 4, end=60), contact(90)]
    assert outcome("DLT", *records, cutoff=33) == "unresolved"
    assert outcome("DLT", *records, cutoff=34) == "DLT-4a on day 5"


def test_an_exclusion_is_shown() -> None:
    assert row("DLT", *OBSERVED, adverse_event(FEVER, 5, 3, end=6))["excluded_by"] == ["X-constitutional"]
