"""What is decided of a resource before any record is taken: its line of the receipt, and its row in quarantine.

docs/fhir-intake.md
"""

from __future__ import annotations

from app.domain.errors import Issue
from app.interop.fhir.arriving.arrived import Arrived
from app.interop.fhir.arriving.names import Names
from app.services.intake.prepare import Settled
from app.services.intake.receipt import Line

_HELD = "nothing says yet that its patient is a subject of the trial; it is kept and not shown until that is known"
_HELD_STUDY = "its ResearchStudy is not known to be this study; it is kept and not shown until that is known"


def refused(item: Arrived, names: Names, issues: tuple[Issue, ...]) -> Settled:
    """A resource that cannot be right; the others are taken."""
    return _settled(item, names, Line(item.position, "rejected", issues=issues))


def held(item: Arrived, names: Names) -> Settled:
    """A resource of a Patient who is nobody's in the trial."""
    element = "individual" if item.name[0] == "ResearchSubject" else "subject"
    message = _HELD_STUDY if item.name[0] == "ResearchSubject" else _HELD
    place = item.place if item.name[0] == "Patient" else f"{item.place}.{element}"
    expected = "a ResearchSubject of this study, or a link of the patient's number to a subject"
    issue = Issue(f"records[{item.position}].subject", "not-found", message, expected, place)
    return _settled(item, names, Line(item.position, "held", issues=(issue,)))


def unchanged(item: Arrived, names: Names, line: Line) -> Settled:
    """A record of which nothing new is said."""
    return _settled(item, names, line)


def key_of(item: Arrived, names: Names) -> str:
    """What a resource goes by in quarantine; it is cleared when a good one of the same key comes."""
    return f"{item.name[0]}/{names.site}/{names.source}/{item.name[1]}"


def _settled(item: Arrived, names: Names, line: Line) -> Settled:
    line.place, line.type, line.site = item.place, item.name[0], names.site
    return Settled(line, key_of(item, names), item.name[0], names.site, item.text, item.place)
