"""Every rule of the table raised by one contradiction or gap in an otherwise faultless history, and by nothing else.

Day 0 is 2026-03-10; a number where a date is due means that many days after it. What each rule means: docs/queries.md.
"""

from collections import namedtuple
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.domain.dates import day_number
from app.domain.record import Record
from app.domain.records import read_record
from app.services.derivation import window
from app.services.queries import Query, queries_of, rules
from app.services.queries.dossier import Dossier
from app.services.queries.history import History
from app.services.queries.subject import queries_of_subject
from app.terminology.systems import MEDDRA
from tests.endpoints.spec.harness import (
    BERLIN,
    Asked,
    Raw,
    assessment,
    contact,
    death,
    event_rows,
    fill,
    iso,
    memory,
    relapse,
    therapy,
    withdrawal,
)
from tests.services.query_cases import (
    BASELINE,
    CASES,
    CLEAN,
    CONSENT,
    GIVEN,
    INFUSION,
    SUBJECT,
    TOGETHER,
    anc,
    chimera,
    episode,
    event,
    infusion,
    lab,
    weighed,
)

TODAY = day_number(date(2027, 6, 1))
DOCUMENT = Path(__file__).parents[2] / "docs" / "queries.md"


class Invented:
    """A code table in which every term is one entry but glass fever, and every code is known but 0."""

    def named(self, system: str) -> str | None:
        return "events 1" if system == MEDDRA else None

    def knows(self, system: str, code: str) -> bool:
        return code != "0"

    def is_one(self, system: str, term: str) -> bool:
        return term != "Glass fever"


def asked(records: list[Raw], instead: dict[str, Raw | None] | None = None, today: int = TODAY) -> list[Query]:
    """The queries on the faultless history with these records more; instead: what stands for a part of it."""
    kept = [raw for raw in {**CLEAN, **(instead or {})}.values() if raw is not None]
    raws = [{"id": f"{number:03}", **raw} for number, raw in enumerate([*kept, *records], start=1)]
    rows = event_rows(raws)
    row = namedtuple("row", sorted(rows[0]))  # type: ignore[misc]
    with memory() as connection:
        fill(connection, rows)
        found = window.derive(connection, Asked().question("DLT"))[0]
    read = [read_record(raw) for raw in raws]
    history = History(row(**item) for item in rows)
    dossier = Dossier(
        [item for item in read if isinstance(item, Record)], history, BERLIN, today, 28, "5.0", Invented()
    )
    assert len(dossier.records) == len(raws)
    return queries_of_subject(dossier, found[0].findings if found else None)


def raised(records: list[Raw], instead: dict[str, Raw | None] | None = None) -> set[str]:
    return {query.rule for query in asked(records, instead)}


def test_a_faultless_history_raises_nothing() -> None:
    records = [
        assessment(28, "CR", marrow_blasts_pct=1, blood_blasts_pct=0, extramedullary=False),
        event(grade=4, serious=True, seriousness_criteria=["hospitalisation"], grade_history=[(40, 2), (42, 4)]),
        event(onset=5, grade=3, relatedness="related", investigator_dlt=True),
        event("Neutrophil count decreased", 5, 4, end=10),
        *(anc(day, value) for day, value in ((-1, "3"), (6, "0.3"), (30, "2"))),
        episode(grade="II", stages={"skin": 3, "liver": 0, "upper_gi": 0, "lower_gi": 0}, systemic_therapy_start=41),
        relapse(150, marrow_blasts_pct=40),
        therapy(155),
        assessment(190, "CR"),
        contact(200),
        death(210, "relapse"),
    ]
    assert asked(records) == []


@pytest.mark.parametrize(
    ("rule", "records", "instead"),
    [pytest.param(rule, *case, id=f"{rule} {n}") for rule, cases in CASES.items() for n, case in enumerate(cases)],
)
def test_each_rule_is_raised_by_its_own_fault(rule: str, records: list[Raw], instead: dict[str, Raw | None]) -> None:
    assert raised(records, instead) == {rule}


@pytest.mark.parametrize("rule", TOGETHER)
def test_rules_that_come_with_others(rule: str) -> None:
    records, instead, others = TOGETHER[rule]
    assert raised(records, instead) == {rule, *others}


def test_every_rule_of_the_table_has_its_case() -> None:
    assert {*CASES, *TOGETHER} == set(rules())


@pytest.mark.parametrize(
    ("records", "instead"),
    [
        ([], {"B": assessment(-28, "CR", id="B")}),
        ([relapse(180)], {}),
        ([assessment(20, "CR"), relapse(200)], {}),
        ([contact(60, recorded=iso(59))], {}),  # a day of tolerance: time zones
        ([event(grade=3, onset=5, relatedness="related", investigator_dlt=None)], {}),
        ([event(onset=5, grade=None, relatedness="related", investigator_dlt=True)], {}),  # unresolved
        ([contact(60)], {"S": withdrawal(50, "treatment", id="S", **CONSENT)}),
        ([contact(60)], {"S": withdrawal(50, "follow-up", True, id="S", **CONSENT)}),
        ([event("Sodium low", 5, 2), anc(6, "0.3"), anc(-1, "3")], {}),  # of another term
        ([event("Neutrophil count decreased", 5, 2, end=6), anc(-1, "3"), anc(8, "0.3")], {}),  # after its end
        ([], {"I": weighed({"value": 128, "unit": "10*6"})}),  # within a tenth of 140 million
        ([], {"I": weighed({"value": 100, "unit": "10*6"}, None, dose={"value": 110, "unit": "10*6"})}),  # just a tenth
        ([], {"I": weighed({"value": 155, "unit": "10*6"})}),
        ([], {"I": weighed({"value": 140, "unit": "10*6"}, None)}),  # no weight, nothing to compare
        ([], {"I": weighed({"value": Decimal("0.14"), "unit": "10*9"})}),  # the same in another power of ten
        ([], {"I": infusion(0, id="I", dosing_weight_kg=70, **GIVEN)}),  # no cells are recorded
        ([], {"I": infusion(0, id="I", viability_pct=70, purity_pct=95, **GIVEN)}),  # at the limit
        ([], {"I": infusion(0, id="I", dosing_weight_kg=300, **GIVEN)}),
        ([episode(onset=-100)], {}),  # the day of the transplant
        ([episode(onset="2025")], {}),  # somewhere in the year of the transplant
        ([assessment(30, "CR", chimerism=[chimera(99), chimera(45, method="STR")])], {}),  # two methods
        ([assessment(30, "CR", chimerism=[chimera(99), chimera(99)])], {}),  # twice the same
        ([lab("ANC", 0, "10*9/L")], {}),  # aplasia
        ([lab("PLT", 3, "10*9/L")], {}),
        ([lab("WBC", 600, "10*9/L")], {}),  # leukaemia
        ([lab("CREA", "<10", "umol/L")], {}),  # below what can be measured
        ([lab("CREA", "<1", "umol/L")], {}),
        ([lab("FERR", 180000, "ug/L")], {}),  # haemophagocytosis
        ([lab("IL6", 250000, "ng/L")], {}),  # cytokine release
        ([lab("ALT", 12000, "U/L")], {}),  # liver failure
        ([lab("BILI", 900, "umol/L")], {}),  # GVHD of the liver
        ([lab("URATE", 3, "umol/L")], {}),  # after rasburicase
        ([lab("HGB", Decimal("3.1"), "g/dL")], {}),  # bleeding
        ([lab("K", ">8", "mmol/L")], {}),
        ([event("Glass fever", code={"system": "urn:local", "code": "0"})], {}),  # no table of that system
        ([event("Glass fever", code={"system": "http://www.meddra.org", "code": "1"})], {}),
        ([event("Neutrophil count decreased", 5, 2, ctcae_version="6.0"), anc(-1, "3"), anc(6, "0.3")], {}),
    ],
)
def test_what_is_no_fault_or_cannot_be_told(records: list[Raw], instead: dict[str, Raw | None]) -> None:
    assert raised(records, instead) <= {"grade-missing"}


def test_a_query_names_its_records_and_says_a_sentence() -> None:
    (found,) = asked([assessment(20, "CR", id="A1"), relapse(201, id="A2")])
    assert found == Query(
        "follow-up-gap",
        "The relapse comes 181 days after the last disease assessment before it.",
        ("disease_assessment/A/ehr/A2", "disease_assessment/A/ehr/A1"),
    )
    fields: Any = {"grade": 3, "onset": 5, "relatedness": "related", "investigator_dlt": False, "id": "E"}
    (found,) = asked([event(**fields)])
    assert found.text == (
        "By the investigator this event is no dose-limiting toxicity; by the criteria of the study it is a "
        "dose-limiting toxicity."
    )


def test_the_future_moves_with_the_moment() -> None:
    assert {query.rule for query in asked([contact(60)], today=day_number(date(2026, 3, 11)))} == {"dated-in-future"}


def test_contradictions_inside_a_record_stand_beside_the_rows_of_an_endpoint() -> None:
    rows = event_rows([SUBJECT, INFUSION, BASELINE, assessment(30, "CR", marrow_blasts_pct=12, id="A1")])
    row = namedtuple("row", sorted(rows[0]))  # type: ignore[misc]
    assert [(query.rule, query.records, query.text) for query in queries_of(row(**item) for item in rows)] == [
        (
            "response-differs",
            ("disease_assessment/A/ehr/A1",),
            "The findings of this assessment rule out the reported response "
            "(derived PR or SD or PD or relapse; reported CR).",
        )
    ]


def test_the_document_lists_the_table() -> None:
    listed = [line.split("|") for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    expected = {}
    for rule in rules().values():
        threshold = "" if rule.threshold is None else f" (threshold: {rule.threshold} {rule.unit})"
        touched = "all" if rule.endpoints == ("*",) else ", ".join(rule.endpoints)
        expected[rule.id] = [rule.kind, rule.source, f"{rule.when}{threshold}", touched]
    assert {cells[1].strip(): [cell.strip() for cell in cells[2:-1]] for cells in listed[1:]} == expected


def test_sentences_name_no_field_and_end_like_one() -> None:
    for rule in rules().values():
        assert rule.text[0].isupper() or rule.text.startswith("{count}")
        assert rule.text.endswith(".")
        assert rule.kind in ("contradiction", "gap", "duplicate")
        assert rule.source in ("events", "records", "laboratory", "derivation")
