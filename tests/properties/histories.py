"""Histories as hospitals could send them: few days, so that ties, windows and partial dates meet; corrections too."""

from datetime import timedelta
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

OFFSETS = (-40, -20, -9, -2, -1, 0, 0, 1, 2, 3, 4, 8, 14, 21, 22, 27, 28, 29, 30, 31, 45, 60, 61)
DAYS = [(DAY_0 + timedelta(days=offset)).isoformat() for offset in OFFSETS]
CLOCKS = [
    f"{(DAY_0 + timedelta(days=offset)).isoformat()}T{clock}"
    for offset in (-1, 0, 0, 1, 3)
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
remission = st.sampled_from([-20, -9, -2])


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
        st.sampled_from([None, 1, 2, 3, 3, 4, 5]),
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
# Days and ids are few, so that records tie, and a second of the same id is a correction of the first.
KINDS = [*RECORDS, "infusion", "assessment", "assessment", "death", "adverse_event", "adverse_event", "gvhd"]
envelope = st.fixed_dictionaries(
    {"id": st.sampled_from("1234"), "status": st.sampled_from(["final"] * 7 + ["entered-in-error"])}
)
any_record = st.builds(
    lambda fields, raw: {**fields, **raw, "status": "final" if raw["type"] == "subject" else fields["status"]},
    envelope,
    st.sampled_from(KINDS).flatmap(RECORDS.__getitem__),
)


@st.composite
def person(draw: st.DrawFn, number: str) -> list[Raw]:
    """One subject: most are infused and have a baseline, so that there is something to derive."""
    start = draw(st.sampled_from(["usual", "usual", "usual", "any"]))
    usual: list[Raw] = []
    if start == "usual":
        usual = [
            {**infusion(draw(st.sampled_from([0, "2026-03-10T09:00:00+01:00"]))), "id": "0"},
            {**assessment(draw(remission), draw(st.sampled_from(["CR", "CR", "PR", "relapse"]))), "id": "0"},
        ]
    records = usual + draw(st.lists(any_record, max_size=9))
    return [{**raw, "subject": number, "id": f"{number}-{raw['id']}"} for raw in records]


@st.composite
def study(draw: st.DrawFn, subjects: int = 3) -> list[Raw]:
    """Records of several subjects in an order of arrival, each with a subject record."""
    records = [raw for number in range(1, subjects + 1) for raw in draw(person(f"{number:03}"))]
    enrolled = [record("subject", id=f"{number:03}-S", subject=f"{number:03}") for number in range(1, subjects + 1)]
    return enrolled + draw(st.permutations(records))


cutoffs = st.none() | st.sampled_from([offset for offset in OFFSETS if offset >= 0] + [120])
