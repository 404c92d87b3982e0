"""A definition in plain words, held against what a reader of the document would say."""

from pathlib import Path

import pytest

from app.endpoints.definitions import newest
from app.endpoints.loading import load
from app.endpoints.words import study_words, words

OWN = load((Path(__file__).parent / "definitions" / "hsct-42.yaml").read_bytes()).definition
SHIPPED = newest("gdt-relapse")
WITHDRAWN = (
    "– withdrawal of consent; unless it is recorded that vital status may still be followed: “consent withdrawn” "
    "(CNSR 3)."
)


def test_a_whole_endpoint() -> None:
    assert words(OWN, "EFS") == [
        "Event-free survival (EFS): primary endpoint, time to event.",
        "Population: every subject with day 0.",
        "Time starts on day 0.",
        "Event: the earliest of these (on one day the one listed first):",
        "1. relapse – disease assessment with marrow blasts in % 25 or more.",
        "2. new therapy – later therapy with kind chemotherapy, targeted, dli or car-t.",
        "3. death – death.",
        "Observation ends, and nothing dated later counts, at the first of:",
        WITHDRAWN,
        "– the data cut-off: “data cut-off” (CNSR 2).",
        "Without an event: censored at the latest of:",
        "– disease assessment with marrow blasts in % below 25: “last marrow with fewer blasts” (CNSR 1).",
        "Nothing after the start: censored at the start (CNSR 9).",
        "Alternative analysis “therapy-ignored”: new therapy is no event. It differs from the primary one in this:",
        "Event: the earliest of these (on one day the one listed first):",
        "1. relapse – disease assessment with marrow blasts in % 25 or more.",
        "2. death – death.",
        "Estimate: Kaplan–Meier with plain 90 % intervals, listed on days 42 and 100 after the start.",
    ]


def test_the_study() -> None:
    assert study_words(OWN) == [
        "Event-free survival after transplantation (hsct-42, version 1).",
        "Subjects of the study are those with: registration in the study.",
        "Day 0 is the day of the first: transplant. Later ones do not move it. Without one: excluded, “not "
        "transplanted”.",
        "The disease status at baseline is the last on or before day 0: disease assessment with response CR, CRi, PR, "
        "SD, PD or relapse.",
        "Proof of life: evidence that the patient is alive.",
        "The safety window is days 0 to 42, both included.",
        "Laboratory results are graded by CTCAE version 5.0.",
    ]


@pytest.mark.parametrize(
    ("endpoint", "sentence"),
    [
        ("SAE", "Counted in days 0 to 28: serious adverse event. Patients count once; events are counted too."),
        ("SAE", "Estimate: the proportion with its exact (Clopper–Pearson) 95 % interval."),
        (
            "DLT",
            "DLT-3c: ICANS of grade 3 or more (grade of an adverse event with category icans and grade 3 or more).",
        ),
        (
            "DLT",
            "– unless X-infusion-reaction: grade 3 infusion reaction resolved within 24 hours (it is resolved within "
            "24 hours; category infusion-reaction; grade 3 or less).",
        ),
        ("DLT", "Only where the relation to the product is related or possible, or was not recorded."),
        (
            "DFS",
            "Population: subjects with day 0 whose disease status at baseline is CR, CRi or CRh; others are excluded, "
            "“not in CR/CRi at the infusion”, and those without a status, “no disease status on or before the "
            "infusion”.",
        ),
        (
            "DFS",
            "– transplant, after the day of the start: “second transplant” (CNSR 5).",
        ),
        (
            "DOR",
            "Time starts at the first after day 0: disease assessment with response CR, CRi or CRh. It must not come "
            "after the first of: later therapy; intent not prophylaxis and kind not maintenance (what is not recorded "
            "passes) / transplant. Without one: excluded, “no CR/CRi after the infusion”.",
        ),
        (
            "OS",
            "– evidence that the patient is alive, evidence from after the end of observation counting at that end: "
            "“last known alive” (CNSR 1).",
        ),
        ("CIR_NRM", "Competing causes, the earliest decides (on one day the one listed first):"),
        ("CIR_NRM", "2. relapse – death with cause relapse."),
        (
            "PLT_ENGRAFTMENT",
            "1. engraftment – blood count with count PLT; the first of 3 consecutive values on different days of 20 or "
            "more after a fall below it, without a transfusion in the run or in the 7 days before.",
        ),
        (
            "ANC_ENGRAFTMENT",
            "Time starts at the last on or before day 0: transplant. Without one: excluded, “no transplant on or "
            "before the infusion”.",
        ),
        ("CR", "All others of the population: “no CR/CRi after the infusion”."),
    ],
)
def test_sentences_of_the_shipped_definition(endpoint: str, sentence: str) -> None:
    assert sentence in words(SHIPPED, endpoint)


def test_every_endpoint_can_be_explained() -> None:
    for name, rule in SHIPPED.endpoints.items():
        lines = words(SHIPPED, name)
        assert lines[0].startswith(f"{rule.label} ({name}): {rule.role} endpoint")
        assert all(line.endswith((".", ":")) for line in lines)
    with pytest.raises(KeyError):
        words(SHIPPED, "NOPE")
