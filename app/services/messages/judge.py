"""What a message is told: its verdict, and each thing to know, out of its receipt.

docs/mllp.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from app.domain.errors import Issue
from app.interop.hl7v2.header import Verdict
from app.interop.hl7v2.kinds import OTHER, TRAINING
from app.interop.hl7v2.problem import Problem, Severity, problem
from app.services.intake.payload import Payload
from app.services.intake.sentences import Quarantined, sentence

# A message that is left alone as a whole; where that is for its kind, its sender has the wrong address.
_WHOLE = "MSH[1]"
_WRONG_KIND = {OTHER: "MSH[1]-9", TRAINING: "MSH[1]-11"}


def judge(payload: Payload, receipt: dict[str, Any]) -> tuple[Verdict, list[Problem]]:
    """Reject what cannot be read or is of the wrong kind, error where something was refused, else accept."""
    wrong = [one for one in receipt.get("unused", ()) if one["place"] == _WHOLE and one["reason"] in _WRONG_KIND]
    if wrong:
        return Verdict.REJECT, [_wrong_kind(one["reason"]) for one in wrong]
    told = list(_problems(receipt))
    if payload.fault is not None:
        return Verdict.REJECT, told
    return (Verdict.ERROR if receipt["rejected"] else Verdict.ACCEPT), told


def _wrong_kind(reason: str) -> Problem:
    return problem(Issue("", "not-supported", reason, place=_WRONG_KIND[reason]))


def _problems(receipt: dict[str, Any]) -> Iterator[Problem]:
    """What was refused, then what is held or doubtful, then that the message was left alone."""
    for outcome, severity in _SEVERITIES.items():
        for line in receipt["records"]:
            if line["outcome"] == outcome:
                yield from (_refusal(Issue(**one), line, severity) for one in line["issues"])
    for line in receipt["records"]:
        yield from (problem(_placed(Issue(**one), line), "W") for one in line.get("warnings", ()))
    for one in receipt.get("unused", ()):
        if one["place"] == _WHOLE:
            yield problem(Issue("", "informational", one["reason"], place=_WHOLE), "I")


_SEVERITIES: dict[str, Severity] = {"rejected": "E", "held": "W"}


def _refusal(issue: Issue, line: dict[str, Any], severity: Severity) -> Problem:
    """What was not taken, with the sentence that stands in the quarantine."""
    item = Quarantined(line["index"], line.get("place", ""), line.get("type"), (issue,), severity == "W")
    return problem(_placed(issue, line), severity, sentence(item))


def _placed(issue: Issue, line: dict[str, Any]) -> Issue:
    """The issue; where it has no place, at that of its record."""
    return issue if issue.place else replace(issue, place=line.get("place"))
