"""Histories as hospitals could send them: few days, so that ties, windows and partial dates meet; corrections too."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.endpoints.spec.harness import (
    DAY_0,
    Raw,
    adverse_event,
    assessment,
    contact,
    death,
    gvhd,
    infusion,
    lab,
    record,
    therapy,
    transplant,
    withdrawal,
)

OFFSETS = (-20, -9, -1, 0, 0, 1, 3, 4, 8, 27, 28, 29, 32, 33, 60)
DAYS = [(DAY_0 + timedelta(days=offset)).isoformat() for offset in OFFSETS]
CLOCKS = [
    f"{(DAY_0 + timedelta(days=offset)).isoformat()}T{clock}"
    for offset in (-1, 0, 0, 3)
    for clock in ("00:30:00+01:00", "08:00:00+01:00", "12:00:00+00:00", "23:30:00+00:00")
]
PARTS = ["2025", "2026", "2026-02", "2026-03", "2026-04", "2026-05"]
TERMS = [
    "Sepsis",
    "Fever",
    "Cytokine release syndrome",
    "ICANS",
    "Neutrophil count decreased",
    "Alanine aminotransferase increased",
    "Infusion related reaction",
    "Graft failure",
    "Disease progression",
]
RESPONSES = ["CR", "CRi", "MLFS", "PR", "SD", "PD", "relapse", "NE", None]

full = st.sampled_from(DAYS + DAYS + CLOCKS)
some_day = st.sampled_from(DAYS * 3 + CLOCKS + PARTS)
maybe_day = st.none() | some_day
maybe = st.sampled_from([None, True, False])


def history(grades: list[Any]) -> st.SearchStrategy[list[tuple[str, Any]] | None]:
    return st.none() | st.lists(st.tuples(some_day, st.sampled_from(grades)), max_size=3)


RECORDS: dict[str, st.SearchStrategy[Raw]] = {
    "infusion": st.builds(infusion, full, st.sampled_from(["completed", "completed", "stopped", "not-done", None])),
    "assessment": st.builds(
        assessment,
        some_day,
        st.sampled_from(RESPONSES),
        st.sampled_from([None, ["marrow"], ["mrd"], ["extramedullary"]]),
    ),
    "death": st.builds(death, maybe_day, st.sampled_from([None, "relapse", "infection"])),
    "contact": st.builds(contact, some_day, maybe),
    "lab": st.builds(lab, some_day),
    "count": st.builds(
        lambda when, test, value, transfused: record(
            "lab", test=test, collected=when, value=value, unit="10*9/L", transfused=transfused
        ),
        some_day,
        st.sampled_from(["ANC", "ANC", "PLT", "PLT", "HB"]),
        st.sampled_from([Decimal("0.1"), Decimal("0.5"), Decimal(3), Decimal(20), Decimal(40), "<0.5", "<20", ">0.4"]),
        st.sampled_from([None, False, False, False, True]),
    ),
    "therapy": st.builds(
        therapy,
        some_day,
        st.sampled_from(["chemotherapy", "maintenance", None]),
        st.sampled_from(["relapse", "prophylaxis", None]),
    ),
    "transplant": st.builds(transplant, full),
    "withdrawal": st.builds(
        withdrawal, some_day, st.sampled_from(["treatment", "follow-up", "all-data", None]), maybe, id=st.just("S")
    ),
    "adverse_event": st.builds(
        adverse_event,
        st.sampled_from(TERMS),
        maybe_day,
        st.sampled_from([None, 1, 2, 3, 3, 4, 4, 5]),
        grade_history=history([0, 1, 2, 3, 4, 5]),
        end=maybe_day,
        ongoing=maybe,
        serious=maybe,
        serious_since=maybe_day,
        relatedness=st.sampled_from([None, None, "related", "unrelated"]),
        outcome=st.sampled_from([None, None, "fatal"]),
    ),
    "gvhd": st.one_of(
        st.builds(
            gvhd,
            st.just("acute"),
            maybe_day,
            st.sampled_from([None, "I", "II", "III", "IV"]),
            grade_history=history(["0", "I", "II", "III", "IV"]),
            end=maybe_day,
        ),
        st.builds(
            gvhd,
            st.just("chronic"),
            maybe_day,
            st.sampled_from([None, "none", "mild", "severe"]),
            grade_history=history(["none", "mild", "moderate", "severe"]),
            systemic_therapy_start=maybe_day,
            end=maybe_day,
        ),
    ),
}
# What one subject's records are mostly about, so that they meet each other.
THEMES = {
    "survival": ["death", "death", "contact", "contact", "lab", "withdrawal", "therapy", "adverse_event"],
    "relapse": ["assessment", "assessment", "assessment", "death", "therapy", "infusion", "transplant", "withdrawal"],
    "response": ["assessment", "assessment", "assessment", "therapy", "transplant", "death", "infusion"],
    "toxicity": ["adverse_event", "adverse_event", "adverse_event", "contact", "death", "withdrawal"],
    "gvhd": ["gvhd", "gvhd", "gvhd", "death", "assessment", "contact"],
    "counts": [*["count"] * 12, "death", "withdrawal", "transplant", "contact"],
    "anything": list(RECORDS),
}
BASELINE = {"relapse": "CR", "gvhd": "CR", "response": "PR"}
# Ids are few: a second record of the same id is a correction of the first.
ids = st.sampled_from("123456789abcd")
statuses = st.sampled_from(["final"] * 9 + ["entered-in-error"])


@st.composite
def any_record(draw: st.DrawFn, theme: str) -> Raw:
    raw = draw(RECORDS[draw(st.sampled_from(THEMES[theme]))])
    if raw["type"] == "subject":
        return raw
    return {**raw, "id": draw(ids), "status": draw(statuses)}


@st.composite
def person(draw: st.DrawFn, number: str, theme: str = "anything") -> list[Raw]:
    """One subject: most are infused and have a baseline, so that there is something to derive."""
    usual: list[Raw] = []
    if draw(st.sampled_from([True, True, True, True, False])):
        status = BASELINE.get(theme) or draw(st.sampled_from(["CR", "PR", "relapse"]))
        usual = [
            {**infusion(draw(st.sampled_from([0, 0, "2026-03-10T09:00:00+01:00"]))), "id": "0"},
            {**assessment(draw(st.sampled_from([-9, -1])), status), "id": "0"},
        ]
    if theme == "counts":
        usual.append({**transplant(-9), "id": "00"})
    most = 14 if theme == "counts" else 7
    records = usual + draw(st.lists(any_record(theme), min_size=1, max_size=most))
    return [{**raw, "subject": number, "id": f"{number}-{raw['id']}"} for raw in records]


@st.composite
def study(draw: st.DrawFn) -> list[Raw]:
    """Records of several subjects in an order of arrival, after a subject record for each."""
    records = [raw for number, theme in enumerate(THEMES, start=1) for raw in draw(person(f"{number:03}", theme))]
    enrolled = [record("subject", id=f"{number:03}-S", subject=f"{number:03}") for number in EVERYONE]
    return enrolled + draw(st.permutations(records))


EVERYONE = range(1, len(THEMES) + 1)
cutoffs = st.none() | st.sampled_from([0, 1, 3, 4, 27, 28, 29, 32, 33, 60])
