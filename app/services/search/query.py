"""A search as it was asked, read parameter by parameter.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.errors import Issue
from app.interop.fhir.search.parameters import Parameter, parameters, types
from app.interop.fhir.search.subset import SUMMARIES, Subset
from app.services.search.criteria import Asker, criteria, known
from app.services.search.faults import Unknown, refused, too_costly
from app.storage.search.criteria import Criterion
from app.storage.search.pages import Key

MOST_PARAMETERS = 50
MOST_CHARACTERS = 8_000
MOST_COUNT = 1_000
USUAL_COUNT = 100
MOST_INCLUDES = 20
MOST_KEYS = 3
# Of how the answer looks, not of what it holds; the door reads them.
LOOKS = ("_format", "_pretty")
# Made on reading, so it is not among the types that are searched here.
PROVENANCE = "Provenance:target"
_TOTALS = ("none", "estimate", "accurate")
Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Include:
    """What belongs to a page: source:parameter[:target]. links: one parameter, or every reference of the source; again:
    of what is included too.
    """

    source: str
    links: tuple[Parameter, ...]
    target: str | None
    reverse: bool
    again: bool


@dataclass(slots=True)
class Query:
    """A search of one type. asked: the parameters that count, as written; ignored: those left out, and why."""

    type: str
    release: int = 4
    criteria: list[Criterion] = field(default_factory=list)
    sort: list[Key] = field(default_factory=list)
    count: int = USUAL_COUNT
    total: str | None = None
    includes: list[Include] = field(default_factory=list)
    provenance: bool = False
    summary: str | None = None
    elements: tuple[str, ...] = ()
    page: str | None = None
    asked: Pairs = field(default_factory=list)
    ignored: list[Issue] = field(default_factory=list)

    @property
    def only_count(self) -> bool:
        """Whether nothing but the number of matches is wanted."""
        return self.summary == "count" or self.count == 0

    @property
    def subset(self) -> Subset:
        """Which elements of each resource are wanted."""
        return Subset(self.summary, self.elements)


def read_query(asker: Asker, type_: str, pairs: Pairs, lenient: bool) -> Query:
    """The search behind parameters. Fault MALFORMED for what cannot be answered; lenient: unknown ones are left out."""
    if len(pairs) > MOST_PARAMETERS or sum(len(name) + len(text) for name, text in pairs) > MOST_CHARACTERS:
        limits = f"at most {MOST_PARAMETERS} parameters and {MOST_CHARACTERS} characters"
        raise too_costly("", "the search is too long", limits)
    if any("\0" in name + text for name, text in pairs):
        raise refused("", "a search holds no NUL")
    query = Query(type_, asker.release)
    for name, text in pairs:
        try:
            _take(asker, query, name, text)
        except Unknown as error:
            if not lenient:
                raise error.fault() from None
            query.ignored.append(error.issue)
        else:
            if name != "_page":
                query.asked.append((name, text))
    return query


def _take(asker: Asker, query: Query, name: str, text: str) -> None:
    control = _CONTROLS.get(name.partition(":")[0])
    if control is not None:
        control(query, name, text)
    elif name not in LOOKS:
        try:
            query.criteria += criteria(asker, query.type, name, text)
        except Unknown as error:
            # A chain's own names are those of another type.
            if "." in name or name.startswith("_has:"):
                raise
            raise Unknown(name, [*known(query.type, asker.release), *_CONTROLS, *LOOKS]) from error


def _sort(query: Query, name: str, text: str) -> None:
    for part in text.split(","):
        code, descending = part.removeprefix("-"), part.startswith("-")
        if len(query.sort) == MOST_KEYS:
            raise too_costly(name, "too many keys", f"at most {MOST_KEYS}")
        if code == "_id":
            query.sort.append(Key("resource_id", descending=descending))
        elif code == "_lastUpdated":
            query.sort.append(Key("updated", descending=descending))
        else:
            query.sort.append(_by_parameter(query, name, code, descending))


def _by_parameter(query: Query, name: str, code: str, descending: bool) -> Key:
    offered = parameters(query.type, query.release)
    parameter = offered.get(code)
    if parameter is None or parameter.parts:
        expected = ", ".join(code for code, item in offered.items() if not item.parts)
        raise refused(name, "cannot be sorted by", expected)
    column = "low" if parameter.kind in ("date", "quantity") else "text"
    return Key(column, parameter.numbers, descending)


def _count(query: Query, name: str, text: str) -> None:
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise refused(name, "must be a whole number", f"0 to {MOST_COUNT}; a greater one is read as {MOST_COUNT}")
    query.count = min(int(text), MOST_COUNT)


def _total(query: Query, name: str, text: str) -> None:
    query.total = _one_of(name, text, _TOTALS)


def _summary(query: Query, name: str, text: str) -> None:
    query.summary = _one_of(name, text, (*SUMMARIES, "count"))


def _elements(query: Query, name: str, text: str) -> None:
    query.elements = tuple(part.strip().removeprefix(f"{query.type}.").partition(".")[0] for part in text.split(","))


def _page(query: Query, name: str, text: str) -> None:
    query.page = text


def _one_of(name: str, text: str, allowed: tuple[str, ...]) -> str:
    if text not in allowed:
        raise refused(name, "no such choice", ", ".join(allowed))
    return text


def _include(query: Query, name: str, text: str) -> None:
    control, _, modifier = name.partition(":")
    if modifier not in ("", "iterate"):
        raise refused(name, "this modifier is not offered here", "iterate", "not-supported")
    if len(query.includes) == MOST_INCLUDES:
        raise too_costly(name, "too much to include", f"at most {MOST_INCLUDES}")
    if name == "_revinclude" and text in (PROVENANCE, f"{PROVENANCE}:{query.type}"):
        query.provenance = True
        return
    if (control, modifier, text) == ("_include", "iterate", "*"):
        query.includes += [Include(type_, _widest(_references(query, type_)), None, False, True) for type_ in types()]
        return
    found = _specified(query, name, text, control == "_revinclude", modifier == "iterate")
    if not (found.again or query.type in ((found.source,) if not found.reverse else _reached(found))):
        raise refused(name, f"does not begin at {query.type}", "a reference of the type searched, or :iterate")
    query.includes.append(found)


def _specified(query: Query, name: str, text: str, reverse: bool, again: bool) -> Include:
    if text == "*":
        if reverse:
            raise refused(name, "every reference to it is too much", "Type:parameter", "too-costly")
        return Include(query.type, _widest(_references(query, query.type)), None, reverse, again)
    parts = text.split(":")
    links = _references(query, parts[0]) if parts[0] in types() else ()
    chosen = _widest(links) if parts[1:2] == ["*"] else tuple(link for link in links if [link.code] == parts[1:2])
    if len(parts) not in (2, 3) or not chosen:
        expected = ", ".join(f"{parts[0]}:{link.code}" for link in links) or f"Type one of {', '.join(types())}"
        raise refused(name, "cannot be included", expected)
    target = parts[2] if len(parts) == 3 else None
    if target is not None and target not in {kind for link in links for kind in link.targets}:
        raise refused(name, "does not lead to this type")
    return Include(parts[0], chosen, target, reverse, again)


def _references(query: Query, type_: str) -> tuple[Parameter, ...]:
    return tuple(item for item in parameters(type_, query.release).values() if item.kind == "reference")


def _widest(links: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    """Of several that read the same values (subject and patient) the one that leads to most types."""
    return tuple({link.numbers: link for link in sorted(links, key=lambda link: len(link.targets))}.values())


def _reached(include: Include) -> tuple[str, ...]:
    """The types that a reverse include may begin at."""
    if include.target is not None:
        return (include.target,)
    return tuple(type_ for item in include.links for type_ in item.targets)


_CONTROLS: dict[str, Callable[[Query, str, str], None]] = {
    "_sort": _sort,
    "_count": _count,
    "_total": _total,
    "_summary": _summary,
    "_elements": _elements,
    "_include": _include,
    "_revinclude": _include,
    "_page": _page,
}
