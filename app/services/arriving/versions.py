"""Which of several versions of a resource counts: the newest by its own time, in whatever order they come.

https://hl7.org/fhir/R4/resource.html#Meta
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.interop.fhir.arriving.arrived import Arrived
from app.interop.fhir.arriving.stamp import Stamp
from app.storage.arrivals import Known, Name


@dataclass(slots=True)
class Sorted:
    """fresh: the newest version under each name, where it says something new; the others by what became of them.

    size: one more than the last position of the arrival.
    """

    size: int
    fresh: dict[Name, Arrived] = field(default_factory=dict)
    unchanged: list[Arrived] = field(default_factory=list)
    superseded: list[Arrived] = field(default_factory=list)


def sort(items: Iterable[Arrived], known: dict[Name, Known], size: int) -> Sorted:
    """The versions that arrive, beside those that came before."""
    found = Sorted(size)
    for item in items:
        before = found.fresh.get(item.name)
        standing = _of(before) if before is not None else known.get(item.name)
        if standing is None or not standing.digest:
            found.fresh[item.name] = item
        elif item.digest == standing.digest:
            found.unchanged.append(item)
        elif not replaces(item, standing):
            found.superseded.append(item)
        else:
            if before is not None:
                found.superseded.append(before)
            found.fresh[item.name] = item
    return found


def replaces(item: Arrived, standing: Known) -> bool:
    """Whether a version counts from now on. Of two with the same time one counts, whichever comes first."""
    order = item.stamp.order(Stamp(standing.updated, standing.version, standing.rank))
    if order or not item.stamp.dated:
        return order >= 0
    return item.digest > standing.digest


def latest(item: Arrived, standing: Known | None) -> Stamp:
    """The time that a name bears after a version that says nothing new."""
    if standing is None:
        return item.stamp
    before = Stamp(standing.updated, standing.version, standing.rank)
    return item.stamp if item.stamp.order(before) > 0 else before


def _of(item: Arrived) -> Known:
    stamp = item.stamp
    return Known(*item.name, "", item.name[1], stamp.updated, stamp.version, stamp.rank, item.digest)
