"""ResearchStudy of R4: its status is how the study stands.

https://hl7.org/fhir/R4/researchstudy.html
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from app.interop.fhir.elements import Json, data_absent_extension, present
from app.interop.fhir.r5.moves import TABLES
from app.interop.fhir.rules import codings, target_type


def research_study(body: Json, left: Json) -> None:
    """The present progress, else what the state of the publication lets one suppose; arms without their links."""
    status = _status(body)
    arms = [{name: value for name, value in arm.items() if name != "linkId"} for arm in body.pop("comparisonGroup", [])]
    cohort = body.pop("recruitment", {}).get("eligibility", {})
    body.pop("status", None)
    body.update(
        present(
            status=status,
            _status=None if status else data_absent_extension("unknown"),
            arm=[arm for arm in arms if "name" in arm],
            enrollment=[cohort] if target_type(cohort) in ("Group", None) and cohort else None,
        )
    )


def _status(body: Json) -> str | None:
    steps = body.pop("progressStatus", [])
    now = [step for step in steps if step.get("actual")] or steps
    codes = [coding.get("code") for step in now for coding in codings(step.get("state"))]
    known = [_codes()[code] for code in codes if code in _codes()]
    return known[-1] if known else _codes().get(f"publication {body.get('status')}")


@cache
def _codes() -> dict[str, str]:
    """Code of R5 (of a publication: after that word) -> status of R4."""
    text = files(TABLES).joinpath("study_status.csv").read_text(encoding="utf-8")
    return {row["r5"]: row["r4"] for row in csv.DictReader(text.splitlines())}
