"""What an OBX says, in cells of its own: the test, the value, the limits of its range; and an order's results by code.

https://www.hl7.eu/HL7v2x/v251/std251/ch07.html (section 7.4.2, OBX)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import tzinfo

from app.interop.hl7v2.cells import cells
from app.interop.hl7v2.message import NULL, Segment
from app.interop.hl7v2.numbers import reference_range, structured_numeric
from app.interop.hl7v2.orders import Order
from app.interop.hl7v2.status import RECORDED, RETRACTED
from app.interop.hl7v2.times import iso
from app.interop.hl7v2.values import CODED, NUMERIC, TIMES
from app.interop.mapping.row import Typed
from app.terminology.spelling import tidy
from app.terminology.systems import LOINC, canonical

_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_REPETITION = re.compile(r"OBX-5(\[\d+\])?", re.ASCII)


def result_cells(result: Segment, own: Mapping[str, str], zone: tzinfo | None) -> dict[str, str]:
    """`loinc`, `code`, `name`, `value`, `unit`, `low`, `high` and `status`, each where the result says it."""
    limits = reference_range(own.get("OBX-7", ""))
    found = {
        "loinc": _loinc(own),
        "code": own.get("OBX-3.1", ""),
        "name": own.get("OBX-3.2", "") or own.get("OBX-3.5", ""),
        "value": _beyond(own.get("OBX-8.1", ""), text_of(result, own, zone)),
        "unit": own.get("OBX-6.1", "") or own.get("OBX-6.2", ""),
        "status": RECORDED.get(result.value(11), ""),
    }
    if limits is not None and _same_unit(limits.unit, own.get("OBX-6.1", "")):
        found |= {"low": limits.low, "high": limits.high}
    return {name: text for name, text in found.items() if text and text != NULL}


def _beyond(flag: str, text: str) -> str:
    """HL7 table 0078: `<` and `>` say that the number is a limit of the instrument."""
    return f"{flag}{text}" if flag in ("<", ">") and text[:1].isdigit() else text


def _loinc(own: Mapping[str, str]) -> str:
    """The LOINC code among the two that OBX-3 may hold."""
    for code, system in (("OBX-3.1", "OBX-3.3"), ("OBX-3.4", "OBX-3.6")):
        if own.get(code) and canonical(own.get(system, "")) == LOINC:
            return own[code]
    return ""


def _same_unit(written: str, unit: str) -> bool:
    """A range in another unit than the value says nothing of it."""
    return not written or tidy(written) == tidy(unit)


def text_of(result: Segment, own: Mapping[str, str], zone: tzinfo | None) -> str:
    """OBX-5 as text; a number is written with a point where the standard's own types hold one."""
    kind, whole = result.value(2), own.get("OBX-5", "")
    if "OBX-5[2]" in own:
        return "~".join(text for name, text in own.items() if _REPETITION.fullmatch(name))
    if kind in CODED:
        return own.get("OBX-5.1") or own.get("OBX-5.2", "")
    if kind in TIMES:
        return iso(whole, zone) or whole
    if kind == "SN":
        whole = structured_numeric([own.get(f"OBX-5.{part}", "") for part in range(1, 5)]) or whole
    return Typed(whole) if kind in NUMERIC and _PLAIN.fullmatch(whole) else whole


def answer_cells(order: Order, zone: tzinfo | None) -> tuple[dict[str, str], dict[str, str]]:
    """An order's results by code, and what each of these cells is made of.

    `OBX[<code>]`, `OBX[<code>].unit`, and `OBX[<code>][<sub-id>]` where OBX-4 tells several apart; the values of one
    code together are joined by `~`. What was taken back says nothing, unless all was.
    """
    settled = [one for one in order.results if one.value(11) in RECORDED]
    kept = [one for one in settled if RECORDED[one.value(11)] != RETRACTED]
    found: dict[str, str] = {}
    places: dict[str, str] = {}
    for result in kept or settled:
        own = dict(cells(result))
        text, unit = text_of(result, own, zone), own.get("OBX-6.1", "")
        name, sub = f"OBX[{own.get('OBX-3.1', '')}]", own.get("OBX-4", "")
        told = {name: f"{found[name]}~{text}" if name in found else text, f"{name}.unit": unit}
        told |= {f"{name}[{sub}]": text, f"{name}[{sub}].unit": unit} if sub else {}
        said = {key: value for key, value in told.items() if value and text != NULL}
        found |= said
        places |= {key: str(result.place(6 if key.endswith(".unit") else 5)) for key in said if key not in places}
    return found, places
