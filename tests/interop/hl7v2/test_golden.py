"""Golden messages: every folder of tests/data/hl7v2 holds a payload and what becomes of it, before identity and store.

docs/hl7v2.md

Patients are invented. `context.json` may say site, zone, source and a codec, `profile.yaml` a profile of the hospital's
own; without them they are site A in Berlin, UTF-8 and the shipped profile.
"""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain.errors import Fault, Issue
from app.interop.hl7v2.read import Sender, read
from app.interop.jsontext import dump
from app.interop.mapping.loading import load
from app.interop.mapping.scope import Where
from app.interop.reading import Item, Merge, PatientNumber
from app.services.intake.prepare import Refused, prepare

CASES = sorted(path for path in (Path(__file__).parents[2] / "data" / "hl7v2").iterdir() if path.is_dir())
SHIPPED = files("app.interop.mapping").joinpath("profiles", "hl7v2.yaml")
Json = dict[str, Any]


def sender(case: Path) -> Sender:
    said = case / "context.json"
    context: Json = json.loads(said.read_bytes()) if said.exists() else {}
    own = case / "profile.yaml"
    profile = load(own.read_bytes() if own.exists() else SHIPPED.read_bytes()).profile
    site, zone = context.get("site", "A"), context.get("zone", "Europe/Berlin")
    where = Where(site, context.get("source"), {site: ZoneInfo(zone) if zone else None})
    return Sender(profile, where, context.get("charset", profile.hl7v2.encoding), context.get("training", False))


def outcome(case: Path) -> Json:
    """What becomes of the payload, as plain JSON; only what there is to say."""
    try:
        reading = read((case / "input.hl7").read_bytes(), sender(case), 1000)
    except Fault as fault:
        return {"fault": [issue.as_json() for issue in fault.issues]}
    checked = [(item, prepare(item)) for item in reading.items]
    found = {
        "records": [_record(item) for item, one in checked if not isinstance(one, Refused)],
        "refused": [
            {"place": item.place, "issues": _told(one.issues)} for item, one in checked if isinstance(one, Refused)
        ],
        "merges": [_merge(merge) for merge in reading.merges],
        "unused": [{"place": one.place, "reason": one.reason} for one in reading.unused],
    }
    return {name: value for name, value in found.items() if value}


def _record(item: Item) -> Json:
    about = {"place": item.place, "patient": item.patient and _patient(item.patient), "warnings": _told(item.notes)}
    return {name: value for name, value in about.items() if value} | {"record": item.raw}


def _patient(number: PatientNumber) -> str:
    return " | ".join(filter(None, (number.number, number.authority, number.kind)))


def _merge(merge: Merge) -> Json:
    told = {"kept": _patient(merge.kept), "gone": _patient(merge.gone), "undone": merge.undone}
    return {"place": merge.place, "site": merge.site, "recorded": merge.recorded, **told}


def _told(issues: tuple[Issue, ...]) -> list[Json]:
    return [{name: text for name, text in issue.as_json().items() if name != "expected"} for issue in issues]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_each_payload_becomes_what_is_expected(case: Path) -> None:
    # Through text, so that numbers are compared digit by digit.
    assert json.loads(dump(outcome(case)), parse_float=str) == json.loads(
        (case / "expected.json").read_bytes(), parse_float=str
    )
