"""A message as rows of named cells, for the mapping profiles: itself, its orders, and their results.

docs/hl7v2.md
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from app.domain.errors import Issue
from app.interop.hl7v2.cells import cells
from app.interop.hl7v2.message import NULL, Message, Segment
from app.interop.hl7v2.orders import Order
from app.interop.hl7v2.patient import patient_number, person_cells
from app.interop.hl7v2.results import answer_cells, result_cells
from app.interop.hl7v2.status import OPEN, joined, status_issues
from app.interop.hl7v2.times import iso
from app.interop.hl7v2.values import TEXTS
from app.interop.mapping.row import Row

# Fields that hold a time: their cells are written as the records write it.
_TIMES = {
    "MSH": (7,),
    "EVN": (2, 6),
    "PID": (29,),
    "PV1": (44, 45),
    "ORC": (9,),
    "OBR": (7, 8, 14, 22),
    "OBX": (14, 19),
}
_ONCE = frozenset({"MSH", "EVN", "PID", "PD1", "PV1", "PV2", "MRG"})
_ORDER_NUMBERS = (("OBR", 3), ("ORC", 3), ("OBR", 2), ("ORC", 2))


class Places(Mapping[str, str]):
    """Place of each cell of some segments, and of the cells that were made of others."""

    def __init__(self, segments: Iterable[Segment], made: Mapping[str, str], message: int | None) -> None:
        self._before = "" if message is None else f"message[{message}]/"
        self._sequence = {segment.name: segment.sequence for segment in segments}
        self._made = made

    def __getitem__(self, name: str) -> str:
        meant = self._made.get(name, name)
        segment, part = meant[:3], meant[3:]
        if part.startswith("["):
            return self._before + meant
        return f"{self._before}{segment}[{self._sequence.get(segment, 1)}]{part}"

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose messages they are: site and source system, and the zone of times without an offset."""

    site: str
    source: str
    zone: tzinfo | None

    @property
    def cells(self) -> dict[str, str]:
        """As cells of every row."""
        return {"site": self.site, "source": self.source}


_ORIGIN = {"site": "MSH-4", "source": "MSH-3"}


def message_row(message: Message, origin: Origin) -> Row:
    """The message as one row: the first of each segment that stands once, and who the patient is."""
    first: dict[str, Segment] = {}
    for segment in message.segments:
        if segment.name in _ONCE:
            first.setdefault(segment.name, segment)
    found = _cells(first.values(), origin.zone) | origin.cells
    made = _patient(first.get("PID"), found) | {"recorded": "EVN-2" if "EVN-2" in found else "MSH-7"}
    made |= _PERSON | _ORIGIN
    found["recorded"] = found.get(made["recorded"], "")
    found |= person_cells(first["PID"]) if "PID" in first else {}
    places = Places(first.values(), made, message.number)
    text = "\r".join(str(segment.parsed) for segment in first.values())
    return Row(_at(message.number, "MSH[1]"), text.encode(), found, "message", places)


_PERSON = {"family": "PID-5", "given": "PID-5", "dead": "PID-30"}


@dataclass(frozen=True, slots=True)
class Shared:
    """What holds for all rows of an order: cells, and what those that were made are made of."""

    order: Order
    cells: dict[str, str]
    made: dict[str, str]
    zone: tzinfo | None
    message: int | None


def order_rows(message: Message, order: Order, origin: Origin) -> Iterator[Row]:
    """The order as one row, and each of its results that is settled as one."""
    zone = origin.zone
    found = _cells(order.segments, zone) | origin.cells
    made = _patient(next((one for one in order.around if one.name == "PID"), None), found) | _ORIGIN
    made |= {"recorded": "OBR-22" if "OBR-22" in found else "MSH-7", "order": "OBR-3"}
    found["recorded"] = found.get(made["recorded"], "")
    found["order"] = _order_number(order)
    shared = Shared(order, found, made, zone, message.number)
    answers, places = answer_cells(order, zone)
    yield _order_row(shared, answers, places)
    for result in order.results:
        if is_measured(result):
            yield _result_row(shared, result, answers, places)


def is_measured(result: Segment) -> bool:
    """Whether a result is a settled value, no text and nothing outstanding."""
    return result.value(11) not in OPEN and result.value(2) not in TEXTS


def _order_row(shared: Shared, answers: dict[str, str], places: dict[str, str]) -> Row:
    order = shared.order
    status = joined(one.value(11) for one in order.results)
    own = {"status": status or "", "codes": f"|{'|'.join(_named(answers))}|", "collected": _collected(shared)}
    place = _at(shared.message, f"OBR[{order.request.sequence}]")
    text = "\r".join(str(one.parsed) for one in (order.request, *order.results)).encode()
    made = {**shared.made, **places, "collected": "OBR-7", "status": "OBR-25", "codes": "OBR-4"}
    cells = ChainMap(own, answers, shared.cells)
    return Row(place, text, cells, "OBR", Places(order.segments, made, shared.message))


def _named(answers: Iterable[str]) -> Iterator[str]:
    """The codes of an order's results."""
    return (name[4:-1] for name in answers if name.endswith("]") and "][" not in name)


def _collected(shared: Shared) -> str:
    """The time that all results of an order were observed, else that of the order."""
    times = {one.value(14) for one in shared.order.results}
    alone = iso(next(iter(times)), shared.zone) if len(times) == 1 else None
    return alone or shared.cells.get("OBR-7", "")


def _result_row(shared: Shared, result: Segment, answers: dict[str, str], places: dict[str, str]) -> Row:
    own = _cells((result,), shared.zone)
    own |= result_cells(result, own, shared.zone)
    collected = "OBX-14" if own.get("OBX-14", NULL) != NULL else "OBR-7"
    own["collected"] = own.get(collected) or shared.cells.get(collected, "")
    own["key"] = _key(shared.cells["order"], own)
    made = {**shared.made, **places, **_RESULT, "collected": collected}
    place = str(result.place(message=shared.message))
    segments = (*shared.order.segments, result)
    issues = tuple(_issues(result, shared))
    cells = ChainMap(own, answers, shared.cells)
    return Row(place, str(result.parsed).encode(), cells, "OBX", Places(segments, made, shared.message), issues)


def _key(order: str, own: Mapping[str, str]) -> str:
    """The order's number, the test and the sub-id, which together name a result for ever."""
    return "/".join(part for part in (order, own.get("OBX-3.1", ""), own.get("OBX-4", "")) if part)


_RESULT = {
    "loinc": "OBX-3",
    "code": "OBX-3",
    "name": "OBX-3",
    "key": "OBX-3",
    "value": "OBX-5",
    "unit": "OBX-6",
    "low": "OBX-7",
    "high": "OBX-7",
    "status": "OBX-11",
}


def _issues(result: Segment, shared: Shared) -> Iterator[Issue]:
    """What must be said before a result can be a record, and is not for a profile to choose."""
    yield from status_issues(result, shared.message)
    if not shared.cells["order"]:
        at = str(shared.order.request.place(3, message=shared.message))
        yield Issue("id", "required", "the order has no number of its filler", "a number", place=at)


def _cells(segments: Iterable[Segment], zone: tzinfo | None) -> dict[str, str]:
    """The cells of the segments, times as the records write them where they are times."""
    found = {name: text for segment in segments for name, text in cells(segment)}
    for segment, fields in _TIMES.items():
        for name in (f"{segment}-{field}" for field in fields):
            if name in found:
                found[name] = iso(found.get(f"{name}.1", found[name]), zone) or found[name]
    if "PID-7" in found:  # a birth is a day, whatever the clock said
        found["PID-7"] = iso(found["PID-7"][:8], None) or found["PID-7"]
    return found


def _patient(segment: Segment | None, found: dict[str, str]) -> dict[str, str]:
    """Adds the number that names the patient; what the cells are made of."""
    number = None if segment is None else patient_number(segment, 3)
    if number is not None:
        parts = {"patient": number.number, "patient.authority": number.authority, "patient.kind": number.kind}
        found |= {name: text for name, text in parts.items() if text}
        found["patient.key"] = f"{number.authority or ''}|{number.number}"
    return dict.fromkeys(("patient", "patient.authority", "patient.kind", "patient.key"), "PID-3")


def _order_number(order: Order) -> str:
    """The filler's number of the order with its name space, else the placer's."""
    by_name = {segment.name: segment for segment in order.segments}
    for name, field in _ORDER_NUMBERS:
        segment = by_name.get(name)
        number = "" if segment is None else segment.value(field)
        if segment is not None and number not in ("", NULL):
            space = segment.value(field, 2) or segment.value(field, 3)
            return f"{number}^{space}" if space else number
    return ""


def _at(message: int | None, place: str) -> str:
    return place if message is None else f"message[{message}]/{place}"
