"""GVHD: the grade by its organ stages, or the severity by its organ scores, beside the reported one.

https://doi.org/10.1016/j.bbmt.2015.09.001 ; https://doi.org/10.1016/j.bbmt.2014.12.001
"""

from __future__ import annotations

from app.domain.gvhd import NUMBERS, Gvhd, OrganStages
from app.grading.determined import Determined
from app.grading.gvhd import NIH_ORGANS, acute_grade, chronic_severity
from app.grading.held.held import Held, Value, hold

GRADES, SEVERITIES = ("0", "I", "II", "III", "IV"), ("none", "mild", "moderate", "severe")
_ORGANS = {
    "mouth": ("oral", "mucosa"),
    "eyes": ("eye", "ocular"),
    "gi": ("gi tract", "git", "gastrointestinal"),
    "lungs": ("lung",),
    "joints_fascia": ("joints", "joint", "fascia", "joints fascia", "joints and fascia", "musculoskeletal"),
    "genital": ("genitals", "genital tract", "genitalia"),
}
_NAMES = {name: organ for organ, names in _ORGANS.items() for name in names} | {name: name for name in NIH_ORGANS}


def gvhd(record: Gvhd) -> Held:
    """The episode as its kind is graded."""
    return _acute(record) if record.kind == "acute" else _chronic(record)


def _acute(record: Gvhd) -> Held:
    found = record.stages or OrganStages()
    outcome = acute_grade(found.skin, found.liver, found.upper_gi, found.lower_gi)
    reported = record.grade or _worst(record, GRADES)
    return hold("acute-gvhd", found.model_dump(), _words(outcome, GRADES), reported, "MAGIC")


def _chronic(record: Gvhd) -> Held:
    scores = {_organ(name): score for name, score in (record.organ_scores or {}).items()}
    known = {organ: scores.get(organ) for organ in NIH_ORGANS}
    outcome = _words(chronic_severity(known), SEVERITIES)
    if None in scores:
        # It may be any of the eight, or none of them.
        outcome = Determined(None, "a score is given for an organ that is none of the eight", SEVERITIES)
    return hold("chronic-gvhd", dict(known), outcome, record.severity or _worst(record, SEVERITIES), "NIH 2014")


def _organ(name: str) -> str | None:
    folded = " ".join(name.lower().replace("_", " ").replace("-", " ").replace("/", " ").split())
    return _NAMES.get(folded.replace(" ", "_")) or _NAMES.get(folded)


def _worst(record: Gvhd, words: tuple[str, ...]) -> str | None:
    """The worst word of the scale in the dated history; what belongs to the other scale says nothing on this one."""
    said = [change.grade for change in record.grade_history or () if change.grade in words]
    return max(said, key=lambda word: NUMBERS[word], default=None)


def _words(outcome: Determined[int], words: tuple[str, ...]) -> Determined[Value]:
    value = None if outcome.value is None else words[outcome.value]
    possible = tuple(words[number] for number in outcome.possible)
    missing = "" if outcome.reason is None else outcome.reason.partition(": ")[2]
    reason = None if outcome.reason is None else f"{' or '.join(possible)} possible: {missing}"
    return Determined(value, reason, possible)
