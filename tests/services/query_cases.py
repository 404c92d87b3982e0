"""One fault of each rule in an otherwise faultless history: rule -> records more, and what stands for a part of it.

Day 0 is 2026-03-10; a number where a date is due means that many days after it.
"""

from decimal import Decimal
from typing import Any

from tests.endpoints.spec.harness import (
    Raw,
    adverse_event,
    assessment,
    contact,
    death,
    gvhd,
    infusion,
    iso,
    record,
    relapse,
    subject,
    therapy,
    transplant,
    withdrawal,
)

CONSENT: Any = {"consent_date": iso(-30)}
SUBJECT = subject(id="S", **CONSENT)
GIVEN: Any = {"dose": {"value": 2, "unit": "10*6/kg"}, "dose_level": "1"}
INFUSION = infusion(0, id="I", **GIVEN)
TRANSPLANT = transplant(-100, id="T")
BASELINE = assessment(-7, "CR", id="B")
CLEAN = {"S": SUBJECT, "I": INFUSION, "T": TRANSPLANT, "B": BASELINE}


def event(term: str = "Sepsis", onset: int | str | None = 40, grade: int | None = 2, **fields: Any) -> Raw:
    """An adverse event outside the window that says everything; what is None is left out."""
    said = {"serious": False, "relatedness": "unrelated", **fields}
    return adverse_event(term, onset, grade, **said)


def episode(kind: str = "acute", onset: int | str | None = 40, grade: str | None = "I", **fields: Any) -> Raw:
    return gvhd(kind, onset, grade, **fields)


def alt(when: int, value: float | int, **fields: Any) -> Raw:
    return record(
        "lab", test="ALT", collected=iso(when), value=value, **{"unit": "U/L", "low": 5, "high": 40, **fields}
    )


def anc(when: int, value: str, **fields: Any) -> Raw:
    said = {"unit": "10*9/L", "low": Decimal("1.8"), "high": Decimal("7.5"), **fields}
    return record("lab", test="ANC", collected=iso(when), value=Decimal(value), **said)


def weighed(cells: Raw, weight: int | None = 70, **fields: Any) -> Raw:
    return infusion(0, id="I", **{**GIVEN, "total_viable_cells": cells, "dosing_weight_kg": weight, **fields})


def chimera(share: int, **fields: Any) -> Raw:
    return {"lineage": "CD3", "donor_pct": share, **fields}


def lab(test: str, value: Any, unit: str) -> Raw:
    """A result from before the infusion, so that its grade needs no baseline."""
    return record("lab", test=test, collected=iso(-1), value=value, unit=unit or None)


CASES: dict[str, list[tuple[list[Raw], dict[str, Raw | None]]]] = {
    "death-date-missing": [([death(None, "infection")], {})],
    "death-date-partial": [([death("2026-05", "infection")], {})],
    "death-dates-differ": [([death(50, "infection"), death(51, "infection")], {})],
    "death-cause-missing": [([death(50)], {})],
    "relapse-not-documented": [([death(50, "relapse")], {})],
    "onset-missing": [([event(onset=None)], {}), ([episode(onset=None)], {})],
    "onset-partial": [([event(onset="2026-04")], {}), ([event(onset="2026-03")], {})],
    "ongoing-with-end": [([event(end=50, ongoing=True)], {})],
    "grade-below-history": [
        ([event(grade_history=[(40, 2), (42, 3)])], {}),
        ([episode(grade_history=[(40, "I"), (42, "III")])], {}),
    ],
    "history-outside-event": [
        ([event(grade_history=[(39, 1), (41, 2)])], {}),
        ([event(grade_history=[(40, 2), (60, 1)], end=50)], {}),
        ([episode(grade_history=[(39, "I")])], {}),
    ],
    "grade-missing": [([event(grade=None)], {}), ([episode(grade=None)], {})],
    "seriousness-missing": [([event(serious=None)], {})],
    "relatedness-missing": [([event(onset=40, grade=3, relatedness=None)], {})],
    "end-before-onset": [([event(end=39)], {})],
    "possible-duplicate": [([event(source="ehr"), event(source="edc")], {})],
    "serious-without-criterion": [([event(serious=True)], {})],
    "non-serious-with-criterion": [([event(serious=False, seriousness_criteria=["hospitalisation"])], {})],
    "serious-before-onset": [([event(serious=True, seriousness_criteria=["hospitalisation"], serious_since=39)], {})],
    "fatal-without-grade-5": [
        ([event(grade=4, outcome="fatal"), death(50, "infection")], {}),
        ([event(grade=4, serious=True, seriousness_criteria=["death"]), death(50, "infection")], {}),
    ],
    "grade-5-not-fatal": [([event(grade=5, outcome="recovered"), death(50, "infection")], {})],
    "grade-5-without-death": [([event(grade=5, outcome="fatal")], {})],
    "gvhd-grade-differs": [([episode(grade="I", stages={"skin": 1, "liver": 2, "upper_gi": 0, "lower_gi": 0})], {})],
    "gvhd-severity-differs": [([episode("chronic", 120, "mild", organ_scores={"lungs": 2})], {})],
    "crs-grade-differs": [
        (
            [
                event(
                    "Cytokine release syndrome",
                    grade=1,
                    crs={"temperature_c": 39, "vasopressors": 1, "oxygen": "none"},
                )
            ],
            {},
        )
    ],
    "icans-grade-differs": [([event("ICANS", grade=1, icans={"seizure": "prolonged"})], {})],
    "response-differs": [
        ([assessment(30, "CR", marrow_blasts_pct=12)], {}),
        # The counts of the day are known from the laboratory: no CR with 0.3 neutrophils.
        (
            [
                assessment(30, "CR", marrow_blasts_pct=1, blood_blasts_pct=0, extramedullary=False),
                anc(30, "2"),
                record("lab", test="PLT", collected=iso(30), value=20, unit="10*9/L", low=150, high=400),
            ],
            {},
        ),
    ],
    "gvhd-scale-mismatch": [([record("gvhd", kind="acute", onset=iso(40), severity="mild")], {})],
    "gvhd-systemic-before-onset": [([episode(systemic_therapy_start=39)], {})],
    "gvhd-end-before-onset": [([episode(end=39)], {})],
    "baseline-missing": [([], {"B": None}), ([], {"B": assessment(-7, "NE", id="B")})],
    "baseline-old": [([], {"B": assessment(-29, "CR", id="B")})],
    "follow-up-gap": [
        ([relapse(181)], {}),
        ([assessment(20, "CR"), relapse(201)], {}),
        ([assessment(20, "CR"), death(201, "infection")], {}),
    ],
    "relapse-site-missing": [([assessment(50, "relapse")], {})],
    "relapse-site-without-relapse": [([assessment(50, "PR", ["marrow"])], {})],
    "relapse-site-differs": [([relapse(50, "extramedullary", extramedullary=False)], {})],
    "response-missing": [([assessment(50, marrow_blasts_pct=Decimal(40), extramedullary=True)], {})],
    "remission-lost": [([assessment(50, response)], {}) for response in ("PR", "SD", "PD", "MLFS")],
    "responses-differ": [([assessment(50, "CR"), assessment(50, "PR")], {})],
    "remission-without-therapy": [([relapse(50), assessment(80, "CR")], {})],
    "relapse-therapy-without-relapse": [([therapy(50)], {})],
    "possible-duplicate-record": [
        ([infusion(0, source="edc", **GIVEN)], {}),
        ([transplant(-100, source="edc")], {}),
        ([death(50, "infection"), death(50, "infection", source="edc")], {}),
        ([therapy(50, "dli", "prophylaxis"), therapy(50, "dli", "prophylaxis", source="edc")], {}),
    ],
    "transplant-missing": [([], {"T": None})],
    "infusion-before-transplant": [([], {"T": transplant(3, id="T")})],
    "infusion-dose-missing": [([], {"I": infusion(0, id="I", dose_level="1")})],
    "infusion-dose-level-missing": [([], {"I": infusion(0, id="I", dose=GIVEN["dose"])})],
    "infusion-dose-differs": [
        # 2 x 10*6/kg for 70 kg are 140 million cells; a tenth of what was given is forgiven: 128 to 155 million
        ([], {"I": weighed({"value": 127, "unit": "10*6"})}),
        ([], {"I": weighed({"value": 156, "unit": "10*6"})}),
        ([], {"I": weighed({"value": 14, "unit": "10*6"})}),  # a zero too few
        ([], {"I": weighed({"value": 140, "unit": "10*9"})}),  # another power of ten
        # A dose of all cells needs no weight
        ([], {"I": weighed({"value": 160, "unit": "10*6"}, None, dose={"value": 140, "unit": "10*6"})}),
    ],
    "infusion-completed-without-cells": [
        ([infusion(20, dose={"value": 0, "unit": "10*6/kg"}, dose_level="1")], {}),
    ],
    "infusion-share-of-one": [
        ([], {"I": infusion(0, id="I", viability_pct=Decimal("0.92"), **GIVEN)}),
        ([], {"I": infusion(0, id="I", purity_pct=1, **GIVEN)}),
    ],
    "infusion-viability-low": [([], {"I": infusion(0, id="I", viability_pct=Decimal("69.9"), **GIVEN)})],
    "infusion-weight-implausible": [
        ([], {"I": infusion(0, id="I", dosing_weight_kg=Decimal("0.07"), **GIVEN)}),  # tonnes, or a slipped point
        ([], {"I": infusion(0, id="I", dosing_weight_kg=301, **GIVEN)}),
    ],
    "gvhd-before-transplant": [([episode(onset=-101)], {})],
    "chimerism-differs": [([assessment(30, "CR", chimerism=[chimera(99), chimera(45)])], {})],
    "term-not-coded": [([event("Glass fever")], {}), ([event("Glass fever", code={"text": "GLF"})], {})],
    "code-not-known": [([event(code={"system": "http://www.meddra.org", "code": "0"})], {})],
    "lab-value-implausible": [
        ([lab("ANC", 3200, "10*9/L")], {}),  # cells per microlitre
        ([lab("HGB", Decimal("9.8"), "g/L")], {}),  # g/dL
        ([lab("CREA", Decimal("1.1"), "umol/L")], {}),  # mg/dL
        ([lab("CREA", 80, "mg/dL")], {}),  # umol/L
        ([lab("GLU", 95, "mmol/L")], {}),  # mg/dL
        ([lab("PLT", 150000, "10*9/L")], {}),  # per microlitre
        ([lab("ALB", Decimal("3.1"), "g/L")], {}),  # g/dL
        ([lab("PH", Decimal("74.1"), "")], {}),  # a lost decimal point
        ([lab("NA", ">220.1", "mmol/L")], {}),
    ],
    "infusion-outcome-missing": [([], {"I": infusion(0, None, id="I", **GIVEN)})],
    "not-done-with-dose": [([infusion(20, "not-done", **GIVEN)], {})],
    "infusion-end-before-start": [([], {"I": infusion(0, id="I", end=iso(-1), **GIVEN)})],
    "infusion-before-consent": [([], {"S": subject(id="S", consent_date=iso(1))})],
    "consent-missing": [([], {"S": subject(id="S")})],
    "withdrawn-without-withdrawal": [([], {"S": subject(id="S", state="withdrawn", **CONSENT)})],
    "data-after-withdrawal": [([contact(60)], {"S": withdrawal(50, "follow-up", id="S", **CONSENT)})],
    "off-study-with-later-data": [
        ([contact(60), record("end_of_study", date=iso(50))], {}),
        ([contact(60)], {"S": subject(id="S", state="off-study", state_date=iso(50), **CONSENT)}),
    ],
    "dated-in-future": [([contact("2027-06-03")], {})],
    "dated-after-recorded": [([contact(60, recorded=iso(58))], {})],
    "lab-unit-missing": [([anc(-1, "3"), anc(5, "3", unit=None)], {})],
    "lab-value-negative": [([anc(-1, "3"), anc(5, "-3.0", low=-9)], {})],
    "lab-range-inverted": [([alt(-1, 30), alt(-2, 30, low=40, high=5)], {})],
    "lab-baseline-missing": [([alt(5, 30)], {})],
    "lab-grade-differs": [
        ([event("Neutrophil count decreased", 5, 2), anc(-1, "3"), anc(6, "0.3")], {}),
        ([event("Neutrophil count decreased", 5, 4), anc(-1, "3"), anc(6, "1.2")], {}),
    ],
    "investigator-dlt-differs": [
        ([event(onset=5, grade=2, relatedness="related", investigator_dlt=True)], {}),
        ([event(onset=5, grade=3, relatedness="related", investigator_dlt=False)], {}),
        ([event(onset=40, grade=3, relatedness="related", investigator_dlt=True)], {}),
    ],
}
# Contradictions that cannot be had one at a time.
TOGETHER: dict[str, tuple[list[Raw], dict[str, Raw | None], set[str]]] = {
    "death-before-infusion": ([death(-3, "infection")], {}, {"contact-after-death", "treatment-after-death"}),
    "contact-after-death": ([death(50, "infection"), therapy(60, "dli", "prophylaxis")], {}, {"treatment-after-death"}),
    "relapse-after-death": ([death(50, "infection"), relapse(60)], {}, {"contact-after-death"}),
    "treatment-after-death": ([death(50, "infection"), transplant(60)], {}, {"contact-after-death"}),
    "fatal-without-death": (
        [event(grade=4, outcome="fatal", serious=True, seriousness_criteria=["death"])],
        {},
        {"fatal-without-grade-5"},
    ),
    "death-record-missing": ([contact(50, alive=False)], {}, {"death-date-missing"}),
    "state-without-infusion": (
        [],
        {"I": None, "S": subject(id="S", state="on-study-intervention", **CONSENT)},
        set(),
    ),
}
