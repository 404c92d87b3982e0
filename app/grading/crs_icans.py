"""Cytokine release syndrome and immune effector cell neurotoxicity by the ASTCT consensus.

https://doi.org/10.1016/j.bbmt.2018.12.758
"""

from __future__ import annotations

from typing import Literal

from app.domain.adverse_event import Consciousness, Oedema, Oxygen, Seizure
from app.grading.determined import Determined, settle
from app.grading.tables import rows

Hypotension = Literal["none", "no-vasopressor", "one-vasopressor", "several-vasopressors"]
Motor = Literal["none", "focal-weakness"]


def crs_grade(
    fever: bool | None,
    hypotension: Hypotension | None,
    hypoxia: Oxygen | None,
    fever_treated: bool | None = False,
) -> Determined[int]:
    """Grade 0 to 4 (grade 5, death, is reported, not derived): the worse of hypotension and hypoxia.

    fever: 38 °C or more without another cause; fever_treated: it was, and antipyretics or anticytokine therapy hide it.
    hypotension: by the vasopressors it needs; vasopressin beside one other does not make them several.
    hypoxia: by the oxygen it needs; low-flow is at most 6 L/min by nasal cannula, or blow-by.
    """
    findings = {"fever": fever, "fever_treated": fever_treated, "hypotension": hypotension, "hypoxia": hypoxia}
    domains = {
        "fever": (True, False),
        "fever_treated": (True, False),
        "hypotension": tuple(_grades("CRS", "hypotension")),
        "hypoxia": tuple(_grades("CRS", "hypoxia")),
    }
    return settle(_crs, findings, domains, range(5))


def _crs(fever: bool, fever_treated: bool, hypotension: str, hypoxia: str) -> int:
    worse = max(_grades("CRS", "hypotension")[hypotension], _grades("CRS", "hypoxia")[hypoxia])
    if fever:
        return worse
    return worse if fever_treated and worse > 1 else 0


def ice_score(
    orientation: int | None, naming: int | None, command: int | None, writing: int | None, attention: int | None
) -> int | None:
    """Immune effector cell encephalopathy score, 0 to 10: orientation 4, naming 3, the others 1 each.

    None when an item is missing. ValueError for points beyond an item's most.
    """
    most = {"orientation": 4, "naming": 3, "command": 1, "writing": 1, "attention": 1}
    points = dict(zip(most, (orientation, naming, command, writing, attention), strict=True))
    known = {item: score for item, score in points.items() if score is not None}
    if any(not 0 <= score <= most[item] for item, score in known.items()):
        raise ValueError("points beyond the item's most")
    return sum(known.values()) if len(known) == len(most) else None


def icans_grade(
    ice: int | None,
    consciousness: Consciousness | None,
    seizure: Seizure | None,
    motor: Motor | None,
    oedema: Oedema | None,
) -> Determined[int]:
    """Grade 0 to 4, the worst of its components; a missing one leaves it open unless another already gives 4.

    ice: 0 to 10 (0 in a patient who cannot be roused is grade 4 by consciousness). seizure: brief, or longer than
    5 minutes or repetitive. motor: focal, such as hemiparesis. oedema: on imaging, or diffuse by its signs.
    """
    findings = {
        "ice": None if ice is None else str(ice),
        "consciousness": consciousness,
        "seizure": seizure,
        "motor": motor,
        "oedema": oedema,
    }
    grades = {component: _grades("ICANS", component) for component in findings}

    def worst(**found: str) -> int:
        return max(grades[component][finding] for component, finding in found.items())

    return settle(worst, findings, {component: tuple(grades[component]) for component in findings}, range(5))


def _grades(scale: str, component: str) -> dict[str, int]:
    found = (row for row in rows("astct") if (row["scale"], row["component"]) == (scale, component))
    return {row["finding"]: int(row["grade"]) for row in found}
