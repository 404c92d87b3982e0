"""Response of an acute leukaemia computed from marrow, blood, extramedullary sites and counts.

https://doi.org/10.1182/blood.2022016867 (ELN 2022: CR, CRh, CRi, MLFS); NCI 2010, PMC7272718 (PR, PD, relapse)
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from app.domain.terms import Response
from app.grading.comparison import product
from app.grading.determined import Determined, settle

RELAPSE_PCT = Decimal(5)
RELAPSE_PCT_NCI = Decimal(25)
UNCLASSIFIED = "unclassified"
_REMISSION_PCT, _PARTIAL_PCT = Decimal(5), Decimal(25)
_HALF, _RISE = Decimal("0.5"), Decimal("1.25")
_ORDER: tuple[Response, ...] = ("CR", "CRh", "CRi", "MLFS", "PR", "SD", "PD", "relapse")


@dataclass(frozen=True, slots=True)
class Findings:
    """What one assessment found. Blasts in %, counts in 10*9/L. None: not recorded.

    in_remission: CR, CRh or CRi was reached before; earlier_…: at the start of treatment, for PR and PD.
    """

    marrow_blasts_pct: Decimal | None = None
    blood_blasts_pct: Decimal | None = None
    extramedullary: bool | None = None
    anc: Decimal | None = None
    platelets: Decimal | None = None
    in_remission: bool | None = None
    earlier_marrow_blasts_pct: Decimal | None = None
    earlier_extramedullary: bool | None = None


def response(findings: Findings, relapse_pct: Decimal = RELAPSE_PCT) -> Determined[str]:
    """CR, CRh, CRi, MLFS, PR, SD, PD or relapse; None where what is missing could change it.

    relapse_pct: marrow blasts at or above this after a remission are a relapse (5 %; 25 % by NCI 2010). With 25 %,
    blasts from 5 % to below it are neither remission nor relapse: None, and the reason says so.
    """

    def rule(**found: Any) -> str:
        return _response(Findings(**found), relapse_pct)

    settled = settle(rule, asdict(findings), _domains(findings, relapse_pct), (*_ORDER, UNCLASSIFIED))
    if settled.value == UNCLASSIFIED:
        return Determined(None, f"marrow blasts from 5 % to below {relapse_pct} % after a remission", settled.possible)
    return settled


def _response(found: Findings, relapse_pct: Decimal) -> str:
    marrow = found.marrow_blasts_pct or Decimal(0)
    disease = bool(found.blood_blasts_pct) or bool(found.extramedullary)
    if found.in_remission and (disease or marrow >= relapse_pct):
        return "relapse"
    if marrow < _REMISSION_PCT and not disease:
        return _remission(found.anc or Decimal(0), found.platelets or Decimal(0))
    return UNCLASSIFIED if found.in_remission else _no_remission(found, marrow)


def _remission(anc: Decimal, platelets: Decimal) -> str:
    """By the recovery of the counts; CRh goes before CRi (ELN 2022). CRi lacks one of the two, MLFS may lack both."""
    neutrophils_back, platelets_back = anc >= 1, platelets >= 100
    if neutrophils_back and platelets_back:
        return "CR"
    if anc >= Decimal("0.5") and platelets >= 50:
        return "CRh"
    return "CRi" if neutrophils_back or platelets_back else "MLFS"


def _no_remission(found: Findings, marrow: Decimal) -> str:
    earlier = found.earlier_marrow_blasts_pct or Decimal(0)
    new_site = found.extramedullary and not found.earlier_extramedullary
    if new_site or (marrow >= _REMISSION_PCT and marrow >= product(earlier, _RISE)):
        return "PD"
    fallen = marrow <= product(earlier, _HALF)
    return "PR" if _REMISSION_PCT <= marrow <= _PARTIAL_PCT and fallen else "SD"


def _domains(found: Findings, relapse_pct: Decimal) -> dict[str, tuple[Any, ...]]:
    """For each finding one value from every stretch between the cuts, so that no outcome is missed."""
    marrow, earlier = found.marrow_blasts_pct, found.earlier_marrow_blasts_pct
    cuts = [_REMISSION_PCT, _PARTIAL_PCT, relapse_pct]
    cuts += [] if earlier is None else [product(earlier, _HALF), product(earlier, _RISE)]
    earlier_cuts = [] if marrow is None else [product(marrow, Decimal(2)), product(marrow, Decimal("0.8"))]
    return {
        "marrow_blasts_pct": _stretches(cuts),
        "blood_blasts_pct": (Decimal(0), Decimal(1)),
        "extramedullary": (False, True),
        "anc": (Decimal(0), Decimal("0.5"), Decimal(1)),
        "platelets": (Decimal(0), Decimal(50), Decimal(100)),
        "in_remission": (False, True),
        "earlier_marrow_blasts_pct": _stretches(earlier_cuts or [Decimal(10), Decimal(50)]),
        "earlier_extramedullary": (False, True),
    }


def _stretches(cuts: list[Decimal]) -> tuple[Decimal, ...]:
    """0, every cut up to 100 %, what lies between neighbours, and 100."""
    points = sorted({Decimal(0), Decimal(100), *(cut for cut in cuts if 0 <= cut <= 100)})
    middles = [(low + high) / 2 for low, high in zip(points, points[1:], strict=False)]
    return tuple(sorted({*points, *middles}))
