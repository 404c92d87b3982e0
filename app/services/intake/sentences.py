"""What happened to a refused record, in one plain sentence for somebody who knows the patient and not the format.

docs/intake.md
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.domain.errors import Issue

_RECORD = re.compile(r"records\[\d+\]\.?")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_MOST_FINDINGS = 3
_UNREAD = "Nothing of it was stored as a record; it is kept as it came. Mend it at the source and send it again."
_REFUSED = "Nothing of this {part} was stored; correct it at the source and send it again."
# Refused for another record of its payload alone.
TOGETHER = "no-store"
_OTHERS = "Nothing of this payload was stored; send it again when what was refused is corrected."
_HELD = "It is kept, and is taken by itself once that number is linked to a subject."
# Types and fields whose names are no words.
_WORDS = {
    "gvhd": "GVHD",
    "lab": "laboratory result",
    "mrn": "patient number",
    "id": "identifier",
    "hla_match": "HLA match",
    "cd34_dose": "CD34 dose",
    "cd3_dose": "CD3 dose",
    "ecog": "ECOG",
    "mrd": "MRD",
    "low": "lower limit",
    "high": "upper limit",
    "onset": "onset date",
    "end": "end date",
    "start": "start date",
    "collected": "time of collection",
    "test": "laboratory test",
    "recorded": "time of recording",
}


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A refused record: where it stands, what kind it is, and what is wrong with it. held: kept until a link comes."""

    index: int
    place: str
    type: str | None
    issues: tuple[Issue, ...]
    held: bool = False

    @property
    def whole(self) -> bool:
        """Whether this is a payload of which nothing could be read."""
        return not self.place and not any(_RECORD.match(issue.path) for issue in self.issues)


def sentence(item: Quarantined) -> str:
    """What is wrong, and what to do. Never holds a value of the sender's."""
    findings = [_finding(issue, item.type) for issue in item.issues[:_MOST_FINDINGS]]
    if len(item.issues) > _MOST_FINDINGS:
        findings.append(f"and {len(item.issues) - _MOST_FINDINGS} more")
    return f"{_beginning(item)}: {'; '.join(findings)}. {_ending(item)}"


def _beginning(item: Quarantined) -> str:
    if item.place:
        return item.place[0].upper() + item.place[1:]
    return "The payload" if item.whole else f"Record {item.index + 1}"


def _ending(item: Quarantined) -> str:
    if item.held:
        return _HELD
    if all(issue.code == TOGETHER for issue in item.issues):
        return _OTHERS
    if item.whole:
        return _UNREAD
    return _REFUSED.format(part="line" if item.place.startswith("line ") else "record")


def _finding(issue: Issue, type_: str | None) -> str:
    write = _BY_CODE.get(issue.code, _as_told)
    meant = f" (perhaps {issue.suggestion} was meant)" if issue.suggestion else ""
    return write(issue, _what(issue.path, type_)) + meant


def _what(path: str, type_: str | None) -> str:
    """`the grade of this adverse event`; empty for the record itself."""
    steps = [_step(*found) for found in _STEP.findall(_RECORD.sub("", path, count=1)) if _RECORD.match(path)]
    if not steps:
        return ""
    return f"the {' of the '.join(reversed(steps))} of this {_word(type_) if type_ else 'record'}"


def _step(name: str, position: str) -> str:
    return _word(name) if name else f"entry {int(position) + 1}"


def _word(name: str) -> str:
    return _WORDS.get(name, name.replace("_", " "))


def _missing(issue: Issue, what: str) -> str:
    return f"{what} is missing" if what else issue.message


def _not_legal(issue: Issue, what: str) -> str:
    return f"{what} is not {issue.expected}" if what and issue.expected else _as_told(issue, what)


def _not_known(issue: Issue, what: str) -> str:
    return f"{what} is not one that is known here" if what else issue.message


def _as_told(issue: Issue, what: str) -> str:
    return f"{what}: {issue.message}" if what else issue.message


_BY_CODE: dict[str, Callable[[Issue, str], str]] = {
    "required": _missing,
    "value": _not_legal,
    "code-invalid": _not_known,
}


def reasons(issues: Iterable[Issue]) -> str:
    """All issues in one cell of a table: what, where, and what was expected."""
    return "; ".join(_reason(issue) for issue in issues)


def _reason(issue: Issue) -> str:
    expected = f" (expected {issue.expected})" if issue.expected else ""
    return f"{issue.place or issue.path}: {issue.message}{expected}"
