"""A40 and A37 as facts: one id for both, from which the numbers cannot be read."""

from dataclasses import replace

from app.domain.patient import PatientMerge, read_fact
from app.interop.reading import Merge, PatientNumber
from app.services.identity.merging import merge_item

KEPT, GONE = PatientNumber("4711", "HOSP", "MR"), PatientNumber("0815", "HOSP", "MR")
MERGE = Merge(KEPT, GONE, "A", "adt", "2024-03-01T10:00:00+01:00", "MRG", b"MRG|0815")


def test_a_merge() -> None:
    fact = read_fact(merge_item(MERGE, 3).raw)
    assert isinstance(fact, PatientMerge)
    assert (fact.number, fact.authority, fact.into, fact.into_kind, fact.status) == (
        "0815",
        "HOSP",
        "4711",
        "MR",
        "final",
    )
    assert "4711" not in fact.id and "0815" not in fact.id


def test_its_undoing_is_a_retraction_of_the_same_fact_whichever_number_comes_first() -> None:
    undone = merge_item(replace(MERGE, kept=GONE, gone=KEPT, undone=True), 0).raw
    assert (undone["id"], undone["status"]) == (merge_item(MERGE, 0).raw["id"], "entered-in-error")
    assert merge_item(replace(MERGE, site="B"), 0).raw["id"] != undone["id"]
    assert merge_item(replace(MERGE, gone=replace(GONE, authority="LAB")), 0).raw["id"] != undone["id"]
