"""The example extract as HL7 v2 messages: results as a laboratory sends them, every other record as a form.

docs/hl7v2.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.example.chart import Record
from app.example.extract import Extract
from app.example.sites import SITES

_ENVELOPE = frozenset({"type", "site", "source", "id", "recorded", "status"})
_STATUS = {"final": "F", "amended": "C", "entered-in-error": "D"}
_SIGNS = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "&": "\\T\\", "\n": "\\.br\\"}
_SEX = {"male": "M", "female": "F", "other": "O", "unknown": "U"}
_DATES = re.compile(r"(?:^|[._])(?:date|onset|start|end|since)$")
_OURS = "99ENGRAFT"


def messages(extract: Extract) -> Iterator[list[str]]:
    """The messages of each POST, in the order of their times; each ends its segments by CR."""
    people = _people(extract)
    number, sent = 0, datetime(2023, 1, 1, tzinfo=UTC)
    for batch in extract.batches:
        found = []
        for record in batch:
            number += 1
            sent = max(sent, datetime.fromisoformat(record["recorded"])) if "recorded" in record else sent
            found.append(_message(record, people.get(record["subject"], {}), sent, number))
        yield found


def _people(extract: Extract) -> dict[str, Record]:
    """The last subject record of each subject, which has the patient's number."""
    return {one["subject"]: one for batch in extract.batches for one in batch if one["type"] == "subject"}


def _message(record: Record, person: Record, sent: datetime, number: int) -> str:
    sender = [_plain(record["source"]), _plain(record["site"]), "ENGRAFT", "TRIAL"]
    what = ["", "ORU^R01^ORU_R01", f"X{number:06d}", "P", "2.5.1", "", "", "", "", "", "UNICODE UTF-8"]
    zone = ZoneInfo(SITES[record["subject"][0]].time_zone)
    header = "|".join(["MSH", "^~\\&", *sender, _time(sent.astimezone(zone)), *what])
    lines = [header, _patient(person), _request(record), *_results(record)]
    return "".join(f"{line}\r" for line in lines)


def _patient(person: Record) -> str:
    number = f"{_plain(person.get('mrn', ''))}^^^{_plain(person.get('site', ''))}^MR"
    name = f"{_plain(person.get('family_name', ''))}^{_plain(person.get('given_name', ''))}"
    born = person.get("birth_date", "").replace("-", "")
    return f"PID|1||{number}||{name}||{born}|{_SEX.get(person.get('sex', ''), '')}"


def _request(record: Record) -> str:
    """OBR, its number that of the record; OBR-22 is the time of recording."""
    lab = record["type"] == "lab"
    what = "LAB^Laboratory^L" if lab else f"{record['type']}^^{_OURS}"
    recorded = _when(record["recorded"]) if "recorded" in record else ""
    fields = {1: "1", 3: _plain(record["id"]), 4: what, 22: recorded, 25: _STATUS[record["status"]]}
    return "|".join(["OBR", *(fields.get(number, "") for number in range(1, 26))])


def _results(record: Record) -> Iterator[str]:
    status = _STATUS[record["status"]]
    if record["type"] == "lab":
        yield from _laboratory(record, status)
        return
    left_out = _ENVELOPE if record["type"] == "subject" else _ENVELOPE | {"subject"}
    answers = [answer for name in record if name not in left_out for answer in _answers(name, record[name])]
    for number, (name, sub, kind, value, unit) in enumerate(answers, start=1):
        yield _result(number, kind, f"{_plain(name)}^^{_OURS}", sub, value, unit, "", status, "")


def _laboratory(record: Record, status: str) -> Iterator[str]:
    test, value = record["test"], record.get("value")
    code = f"{test['code']}^^LN" if isinstance(test, dict) else f"{_plain(test)}^^{_OURS}"
    sign = isinstance(value, str)
    told = f"{value[0]}^{value[1:]}" if isinstance(value, str) else "" if value is None else str(value)
    limits = f"{record['low']}-{record['high']}" if "low" in record and "high" in record else ""
    unit = _plain(record.get("unit", ""))
    when = _when(record["collected"])
    yield _result(1, "SN" if sign else "NM", code, "", told, unit, limits, status, when)
    if "transfused" in record:
        given = "Y" if record["transfused"] else "N"
        yield _result(2, "ID", f"transfused^^{_OURS}", "", given, "", "", status, when)


def _result(
    number: int, kind: str, code: str, sub: str, value: str, unit: str, limits: str, status: str, at: str
) -> str:
    return "|".join(["OBX", str(number), kind, code, sub, value, unit, limits, "", "", "", status, "", "", at])


Answer = tuple[str, str, str, str, str]


def _answers(name: str, value: Any, sub: str = "") -> Iterator[Answer]:
    """(field, sub-id, type, value, unit) of each OBX that says a field."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        for number, row in enumerate(value, start=1):
            for part, inner in row.items():
                yield from _answers(f"{name}.{part}", inner, str(number))
    elif isinstance(value, list):
        yield name, sub, "ST", "~".join(_plain(str(one)) for one in value), ""
    elif isinstance(value, dict) and set(value) == {"value", "unit"}:
        yield name, sub, "NM", str(value["value"]), _plain(value["unit"])
    elif isinstance(value, dict) and name in ("code", "diagnosis"):
        parts = (value.get("code", ""), value.get("text", ""), value.get("system", ""))
        yield name, sub, "CWE", "^".join(_plain(part) for part in parts), ""
    elif isinstance(value, dict):
        for part, inner in value.items():
            yield from _answers(f"{name}.{part}", inner, sub)
    elif value is not None:
        yield name, sub, *_single(name, value), ""


def _single(name: str, value: Any) -> tuple[str, str]:
    if isinstance(value, bool):
        return "ID", "Y" if value else "N"
    if isinstance(value, (int, float)):
        return "NM", str(value)
    if _DATES.search(name):
        return "DTM" if "T" in value else "DT", _when(value)
    return "ST", _plain(value)


def _plain(text: str) -> str:
    return "".join(_SIGNS.get(sign, sign) for sign in text)


def _time(moment: datetime) -> str:
    return moment.strftime("%Y%m%d%H%M%S%z")


def _when(text: str) -> str:
    """A date of the contract as HL7 writes it; a date alone stays one."""
    return _time(datetime.fromisoformat(text)) if "T" in text else text.replace("-", "")
