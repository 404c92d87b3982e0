"""Whose a number is, case by case: links, merges, the number asked for, its subject or those it might mean."""

import pytest

from app.domain.study import Site
from app.services.identity.resolve import Facts, Number, Whose, normal, whose


def n(text: str) -> Number:
    """`7` of the site's own numbering, `LAB:7` of an authority."""
    authority, _, number = text.rpartition(":")
    return Number("A", authority, number)


CASES = [
    ("nobody's", {}, [], "1", Whose(None)),
    ("its own link", {"1": "X"}, [], "1", Whose("X")),
    ("another number", {"1": "X"}, [], "2", Whose(None)),
    ("the same digits of another authority", {"1": "X"}, [], "LAB:1", Whose(None)),
    ("merged into a linked one", {"2": "X"}, [("1", "2")], "1", Whose("X")),
    ("a linked one was merged into it", {"1": "X"}, [("1", "2")], "2", Whose("X")),
    ("over several merges", {"3": "X"}, [("1", "2"), ("2", "3")], "1", Whose("X")),
    ("merged in a circle", {"3": "X"}, [("1", "2"), ("2", "1"), ("2", "3")], "1", Whose("X")),
    ("into a number of another authority", {"LAB:2": "X"}, [("1", "LAB:2")], "1", Whose("X")),
    ("two subjects: each keeps its own", {"1": "X", "2": "Y"}, [("1", "2")], "1", Whose("X")),
    ("two subjects: a third is nobody's", {"1": "X", "2": "Y"}, [("1", "2"), ("3", "2")], "3", Whose(None, ("X", "Y"))),
    ("one number linked to two", {"1": "X Y"}, [], "1", Whose(None, ("X", "Y"))),
]  # fmt: skip


@pytest.mark.parametrize(("links", "merges", "asked", "found"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_whose(links: dict[str, str], merges: list[tuple[str, str]], asked: str, found: Whose) -> None:
    facts = Facts({n(number): set(subjects.split()) for number, subjects in links.items()})
    facts.merges = {(n(prior), n(into)) for prior, into in merges}
    assert whose(facts, n(asked)) == found


NORMAL = [
    ("no authority", [], None, None, ""),
    ("a medical record number, none declared", [], "HOSP", "MR", ""),
    ("another kind, none declared", [], "HOSP", "PI", "HOSP"),
    ("no kind, none declared", [], "HOSP", None, "HOSP"),
    ("declared", ["HOSP"], "HOSP", None, ""),
    ("not declared", ["HOSP"], "LAB", "MR", "LAB"),
]


@pytest.mark.parametrize(
    ("declared", "authority", "kind", "counts"), [c[1:] for c in NORMAL], ids=[c[0] for c in NORMAL]
)
def test_whose_numbering(declared: list[str], authority: str | None, kind: str | None, counts: str) -> None:
    site = Site(id="A", time_zone=None, authorities=declared)
    assert normal(site, "A", "7", authority, kind) == Number("A", counts, "7")
    assert normal(None, "B", "7", authority, kind).site == "B"
