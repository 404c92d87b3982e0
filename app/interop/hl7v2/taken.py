"""Rows and forms as records, and what no profile takes.

docs/hl7v2.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from app.domain.errors import Issue
from app.interop.hl7v2.forms import read_form
from app.interop.hl7v2.message import NULL
from app.interop.hl7v2.orders import Order
from app.interop.hl7v2.status import status_issues
from app.interop.hl7v2.values import Habits
from app.interop.jsontext import dump
from app.interop.mapping.apply import apply
from app.interop.mapping.plan import plan
from app.interop.mapping.profile import Profile
from app.interop.mapping.row import Row
from app.interop.mapping.scope import Where
from app.interop.reading import Item, Merge, PatientNumber, Unused
from app.terminology.laboratory import find_test
from app.terminology.systems import LOINC, canonical

Taken = Item | Unused | Merge
Key = tuple[Any, ...]
NOT_OF_THE_TRIAL = "a LOINC code of no test that the trial knows"
NO_FORM = "no form of the profile takes this result"


def taken(rows: list[Row], profile: Profile, where: Where) -> Iterator[Item | Unused]:
    """What a profile makes of the rows. A row is named as unused where none of its forms read a cell of it."""
    read = {column for form in plan(profile).forms for leaf in form.leaves() for column in leaf.columns}
    elsewhere = {row.place for row in rows if row.kind == "OBR" or f"OBX[{row.cells.get('code', '')}]" in read}
    unread = {row.place: row.at("low") for row in rows if row.kind == "OBX" and _is_range_unread(row)}
    for found in apply(profile, rows, where):
        if isinstance(found, Item):
            note = (_note(unread[found.place]),) if found.place in unread else ()
            yield _of_the_trial(replace(found, notes=(*found.notes, *note)))
        elif found.place not in elsewhere:
            yield Unused(found.place, NO_FORM if found.place.rpartition("/")[2].startswith("OBX") else found.reason)


def _is_range_unread(row: Row) -> bool:
    return row.cells.get("OBX-7", NULL) != NULL and not ("low" in row.cells or "high" in row.cells)


def _note(place: str) -> Issue:
    return Issue("low", "informational", "the reference range is not read", "3.5-7.2, <5 or >=1 in that unit", place)


def _of_the_trial(item: Item) -> Item | Unused:
    """A laboratory result under a good LOINC code that the trial does not know is none of its business."""
    test = item.raw.get("test") if isinstance(item.raw, dict) and item.raw.get("type") == "lab" else None
    if not isinstance(test, dict):
        return item
    code = str(test.get("code", ""))
    foreign = is_loinc(code) and find_test(LOINC, code, None) is None
    if foreign and canonical(str(test.get("system", ""))) == LOINC and not item.issues:
        return Unused(item.place, NOT_OF_THE_TRIAL)
    return replace(item, places={**item.places, "test": item.places.get("test.code", item.place)})


def is_loinc(code: str) -> bool:
    """Whether a code has the form of LOINC and the check digit that belongs to it (LOINC Users' Guide, appendix C)."""
    number, dash, check = code.partition("-")
    if dash != "-" or not number.isascii() or not number.isdigit() or len(number) > 7 or len(check) != 1:
        return False
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(number))]
    return check == str(-sum(digit // 10 + digit % 10 for digit in doubled) % 10)


def form_item(order: Order, record_type: str, row: Row, habits: Habits, message: int | None) -> Item:
    """A form of the trial as a record. row: that of its order."""
    form = read_form(order, record_type, habits, message)
    cells = row.cells
    raw: dict[str, Any] = {"type": record_type, "id": cells["order"]}
    raw |= {name: cells.get(name, "") for name in ("site", "source", "recorded", "status")} | form.fields
    patient = _patient(row)
    if record_type == "subject" and patient is not None:
        raw.setdefault("mrn", patient.number)
    issues = (*form.issues, *(one for result in order.results for one in status_issues(result, message)))
    said = {name: text for name, text in raw.items() if text != ""}
    made = {"id": "order", "subject": "patient", "mrn": "patient", "recorded": "recorded", "site": "site"}
    places = {**{name: row.at(cell) for name, cell in made.items()}, **form.places}
    return Item(0, said, row.text, issues, row.place, places, (), None if "subject" in raw else patient)


def _patient(row: Row) -> PatientNumber | None:
    number = row.cells.get("patient")
    if number is None:
        return None
    return PatientNumber(number, row.cells.get("patient.authority"), row.cells.get("patient.kind"))


def told_once(found: Iterable[Taken]) -> Iterator[Taken]:
    """A message that says one record in two ways says nothing of it that could be kept."""
    every = list(found)
    contents: dict[Key, set[bytes]] = {}
    for key, item in ((_key(one), one) for one in every):
        if key is not None and isinstance(item, Item):
            contents.setdefault(key, set()).add(dump(item.raw))
    for one in every:
        key = _key(one)
        if isinstance(one, Item) and key is not None and len(contents[key]) > 1:
            place = one.places.get("id", one.place)
            told = Issue("id", "duplicate", "the message says this result twice", "another OBX-4 for each", place)
            yield replace(one, issues=(*one.issues, told))
        else:
            yield one


def _key(found: Taken) -> Key | None:
    if not isinstance(found, Item) or not isinstance(found.raw, dict):
        return None
    return tuple(found.raw.get(name) for name in ("type", "site", "source", "id"))
