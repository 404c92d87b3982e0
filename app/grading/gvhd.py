"""GVHD: acute organ stages and overall grade (MAGIC, modified Glucksberg), chronic global severity (NIH 2014).

https://doi.org/10.1016/j.bbmt.2015.09.001 ; https://doi.org/10.1016/j.bbmt.2014.12.001
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Literal

from app.grading.comparison import compare, product
from app.grading.determined import Determined, among, between, settle
from app.grading.tables import rows

Scale = Literal["MAGIC", "Glucksberg"]
NIH_ORGANS = ("skin", "mouth", "eyes", "gi", "liver", "lungs", "joints_fascia", "genital")
# Adult stool volumes hold for patients above this weight.
ADULT_KG = Decimal(50)
_STAGES = {"skin": range(5), "liver": range(5), "upper_gi": range(2), "lower_gi": range(5)}
_GRADES = range(5)
_NIH_MOST = 3


def skin_stage(bsa_pct: Decimal | None, bullae: bool | None) -> Determined[int]:
    """Stage 0 to 4. bsa_pct: active rash in % of body surface; bullae: bullae and desquamation of more than 5 %."""
    if bsa_pct is None:
        return between(0, 4, ["skin rash"])
    stage = _stage("skin", "bsa_pct", bsa_pct)
    # Stage 4 is generalised erythroderma, which is stage 3, with bullae.
    possible = (stage,) if stage < 3 or bullae is False else (4,) if bullae else (3, 4)
    return among(possible, ["bullae"])


def liver_stage(bilirubin_mg_dl: Decimal | None) -> Determined[int]:
    """Stage 0 to 4 from total bilirubin in mg/dL."""
    if bilirubin_mg_dl is None:
        return between(0, 4, ["bilirubin"])
    return among((_stage("liver", "bilirubin_mg_dl", bilirubin_mg_dl),), [])


def upper_gi_stage(persistent: bool | None) -> Determined[int]:
    """Stage 0 or 1: persistent nausea, vomiting or anorexia."""
    return between(int(persistent is True), int(persistent is not False), ["nausea, vomiting or anorexia"])


def lower_gi_stage(
    ml_day: Decimal | None, episodes_day: Decimal | None, severe: bool | None, weight_kg: Decimal | None
) -> Determined[int]:
    """Stage 0 to 4 from stool volume in mL/day, else from episodes a day (3-day averages).

    severe: severe abdominal pain with or without ileus, or grossly bloody stool, which is stage 4 at any volume.
    weight_kg decides between the limits for adults and for children.
    """
    if severe:
        return among((4,), [])
    stages, missing = _by_stool(ml_day, episodes_day, weight_kg)
    if severe is None:
        return among((*stages, 4), [*missing, "pain or blood"])
    return among(stages, missing)


def _by_stool(
    ml_day: Decimal | None, episodes_day: Decimal | None, weight_kg: Decimal | None
) -> tuple[tuple[int, ...], list[str]]:
    """The stages 0 to 3 that the amount leaves possible, and what is missing to tell."""
    if ml_day is None and episodes_day is None:
        return tuple(range(4)), ["stool volume or episodes"]
    if weight_kg is None:
        return tuple(range(4)), ["weight"]
    age = "adult" if weight_kg > ADULT_KG else "child"
    if ml_day is None:
        return (_stage("lower_gi", f"{age}_episodes_day", episodes_day or Decimal(0)),), []
    if age == "adult":
        return (_stage("lower_gi", "adult_ml_day", ml_day),), []
    # mL/kg against a limit is mL against limit times kg: no quotient, no rounding.
    return (_stage("lower_gi", "child_ml_kg_day", ml_day, lambda limit: product(limit, weight_kg)),), []


def _stage(organ: str, finding: str, value: Decimal, scaled: Callable[[Decimal], Decimal] = lambda cut: cut) -> int:
    found = [row for row in rows("gvhd_stages") if (row["organ"], row["finding"]) == (organ, finding)]
    met = (int(row["stage"]) for row in found if compare(value, None, row["op"], scaled(Decimal(row["cut"]))))
    return max(met, default=0)


def acute_grade(
    skin: int | None, liver: int | None, upper_gi: int | None, lower_gi: int | None, scale: Scale = "MAGIC"
) -> Determined[int]:
    """Overall grade 0 to 4 from organ stages: that of the organ which asks for the highest.

    A stage that is missing leaves it open, unless another organ already decides.
    """
    stages = {"skin": skin, "liver": liver, "upper_gi": upper_gi, "lower_gi": lower_gi}
    asked = tuple(
        (row["organ"], int(row["stage"]), int(row["grade"])) for row in rows("gvhd_grades") if row["scale"] == scale
    )

    def overall(**found: int) -> int:
        return max((grade for organ, stage, grade in asked if found[organ] >= stage), default=0)

    return settle(overall, stages, _STAGES, _GRADES)


def chronic_severity(scores: Mapping[str, int | None], not_gvhd: Collection[str] = ()) -> Determined[int]:
    """Global severity 0 none, 1 mild, 2 moderate, 3 severe from organ scores 0 to 3.

    scores: by organ of `NIH_ORGANS` (skin: the higher of its two scores; lungs: by FEV1); an absent one is unknown.
    not_gvhd: organs whose abnormality has wholly another cause. ValueError for an unknown organ.
    """
    unknown = {*scores, *not_gvhd} - set(NIH_ORGANS)
    if unknown:
        raise ValueError(f"unknown organ, not one of {', '.join(NIH_ORGANS)}")
    counted = {organ: 0 if organ in not_gvhd else scores.get(organ) for organ in NIH_ORGANS}
    missing = [organ for organ, score in counted.items() if score is None]
    low = _severity({organ: score or 0 for organ, score in counted.items()})
    high = _severity({organ: _NIH_MOST if score is None else score for organ, score in counted.items()})
    return between(low, high, missing)


def _severity(scores: Mapping[str, int]) -> int:
    worst, lungs = max(scores.values()), scores["lungs"]
    if lungs >= 2:
        return 3
    moderate = lungs == 1 or sum(score > 0 for score in scores.values()) >= 3
    return max(worst, 2) if moderate else worst
