"""What a search asks of a resource, free of FHIR's spellings.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit on one side of a stored interval. side: low or high; sign: one of < <= > >=."""

    side: str
    sign: str
    value: float


@dataclass(frozen=True, slots=True)
class Match:
    """One way in which a stored value fits: all that is given must hold.

    text: the value itself; system: that of the value, "" where it must have none; bounds: on its interval, in UTC if
    `utc`; words: (column, how, words), where how is begins, contains or equals.
    """

    text: str | None = None
    system: str | None = None
    bounds: tuple[Bound, ...] = ()
    utc: bool = False
    words: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Values:
    """Some value (none, if negated) of these parameters fits in one of these ways.

    rank: how many resources share one value, from 0 (few) to 2 (most of them): where a search begins.
    """

    numbers: tuple[int, ...]
    matches: tuple[Match, ...]
    negated: bool = False
    rank: int = 2


@dataclass(frozen=True, slots=True)
class Together:
    """In one of these ways two values of one component, or two of the resource itself, fit."""

    ways: tuple[tuple[Values, Values], ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """Whether there is no value at all."""

    numbers: tuple[int, ...]
    missing: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """A reference to a resource of one of these types that fits."""

    numbers: tuple[int, ...]
    types: tuple[str, ...]
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Has:
    """A resource of this type refers to this one through one of these parameters, and fits."""

    type: str
    numbers: tuple[int, ...]
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Ids:
    """The resource's own id is (or is not) among these."""

    ids: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """When the version was written. ranges: (first, end) as the store writes instants, None where open."""

    ranges: tuple[tuple[str | None, str | None], ...]


Criterion = Values | Together | Missing | Chain | Has | Ids | Written
