"""Whose a hospital's number of a patient is: what links and merges say together.

docs/identity.md
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.domain.study import Site


@dataclass(frozen=True, slots=True, order=True)
class Number:
    """A number where it counts: at a site, of an authority; "" is the site's own numbering."""

    site: str
    authority: str
    number: str


OWN = ""
# HL7 table 0203: medical record number.
_OF_THE_SITE = "MR"


def normal(site: Site | None, site_id: str, number: str, authority: str | None, kind: str | None) -> Number:
    """The number as it counts. The site's own numbering is that of its declared authorities.

    Where it declares none, it is what bears no authority, or is a medical record number (HL7 table 0203).
    """
    declared = site.authorities if site is not None else []
    own = authority is None or authority in declared or (not declared and kind == _OF_THE_SITE)
    return Number(site_id, OWN if own or authority is None else authority, number)


@dataclass(slots=True)
class Facts:
    """Links and merges that count now, as far as they are about the numbers in question."""

    links: dict[Number, set[str]] = field(default_factory=dict)
    merges: set[tuple[Number, Number]] = field(default_factory=set)

    @property
    def numbers(self) -> set[str]:
        """Every number that is linked or merged, without who assigned it."""
        return {number.number for pair in [self.links, *self.merges] for number in pair}

    def cluster(self, start: Number) -> set[Number]:
        """The number and all that are of the same patient, whichever was merged into which."""
        found, new = set(), {start}
        while new:
            found |= new
            new = {other for pair in self.merges for other in pair if set(pair) & new} - found
        return found


@dataclass(frozen=True, slots=True)
class Whose:
    """subject: None while the number is nobody's, or where it might be one of several, which are `rivals`."""

    subject: str | None
    rivals: tuple[str, ...] = ()


def whose(facts: Facts, number: Number) -> Whose:
    """The subject of a number: that of its own link, else that of the numbers merged with it.

    Two subjects are never chosen between: a number with two links is nobody's until a person decides, and so is one
    without a link of its own that was merged with numbers of two subjects.
    """
    own = facts.links.get(number, set())
    return _one(own) if own else _one(linked(facts.links, facts.cluster(number)))


def linked(links: Mapping[Number, set[str]], numbers: Iterable[Number]) -> set[str]:
    """The subjects that these numbers are linked to."""
    return {subject for number in numbers for subject in links.get(number, ())}


def _one(subjects: set[str]) -> Whose:
    if len(subjects) == 1:
        return Whose(next(iter(subjects)))
    return Whose(None, tuple(sorted(subjects)))
