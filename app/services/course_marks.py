"""Marks of a lane: which events of a subject's course are worth one, and what each says.

docs/plots.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.domain.dates import iso_day

RESPONSES = frozenset({"CR", "CRi", "CRh"})
_OF_STATUS = {
    **dict.fromkeys(RESPONSES, "response"),
    "PR": "partial-response",
    "relapse": "relapse",
    "PD": "progression",
    "mrd-relapse": "mrd-relapse",
}
_ACUTE = {1: "I", 2: "II", 3: "III", 4: "IV"}
_CHRONIC = {1: "mild", 2: "moderate", 3: "severe"}
Raw = dict[str, Any]


def marks_of(events: Iterable[Any], start: int, baseline: str | None) -> list[Raw]:
    """Marks of assessments that changed the status, of GVHD and of treatments; start: the day number of day 0."""
    listed = list(events)
    return [*_responses(listed, start, baseline), *_gvhd(listed, start), *_treatments(listed, start)]


def serious_marks(findings: Iterable[Any], events: Iterable[Any], start: int) -> list[Raw]:
    """One mark for each serious adverse event that is certain; events say what of their dates was imputed."""
    imputed = {event["record"]: event["dtf"] for event in events if event["kind"] == "seriousness"}
    certain = [item for item in findings if item["verdict"] == "yes"]
    return [_mark("sae", {**item, "dtf": imputed[item["record"]]}, start, item["category"]) for item in certain]


def death_mark(death: Any, day: int, start: int) -> Raw:
    """The mark of a death; day: the day number to which it was dated."""
    return _mark("death", {**death, "day": day}, start, "death")


def _mark(kind: str, event: Any, start: int, label: str, **more: Any) -> Raw:
    shown = {name: event[name] for name in ("record", "version", "resource")}
    day = event["day"]
    base = {"kind": kind, "day": day - start, "date": iso_day(day), "label": label, "imputed": event["dtf"]}
    return {**base, **more, "evidence": shown}


def _responses(events: list[Any], start: int, baseline: str | None) -> Iterator[Raw]:
    """The first assessment of every new status; one that repeats the last says nothing new."""
    before = _OF_STATUS.get(baseline or "")
    for event in events:
        if event["kind"] != "assessment" or event["status"] == "NE":
            continue
        kind = _OF_STATUS.get(event["status"])
        if kind is not None and kind != before:
            yield _mark(kind, event, start, event["status"])
        before = kind


def _gvhd(events: list[Any], start: int) -> Iterator[Raw]:
    """The highest grade that an episode reached on a day; the letter stands beside the worst of the episode."""
    highest: dict[tuple[str, int], Any] = {}
    for event in events:
        if event["kind"] == "gvhd_grade":
            key = (event["record"], event["day"])
            if key not in highest or _number(event) > _number(highest[key]):
                highest[key] = event
    worst = {record: max(_number(event) for event in found) for record, found in _episodes(highest.values()).items()}
    for event in highest.values():
        acute = event["category"] == "acute"
        grade = (_ACUTE if acute else _CHRONIC).get(event["grade"], "not graded")
        lettered = acute and _number(event) == worst[event["record"]]
        letter = {"letter": _ACUTE.get(event["grade"], "?")} if lettered else {}
        yield _mark(f"gvhd-{event['category']}", event, start, f"{event['category']} GVHD {grade}", **letter)


def _episodes(events: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for event in events:
        found.setdefault(event["record"], []).append(event)
    return found


def _number(event: Any) -> int:
    return event["grade"] or 0


def _treatments(events: list[Any], start: int) -> Iterator[Raw]:
    """New anti-leukaemic therapy, a further transplant, a further infusion."""
    for event in events:
        kind, later = event["kind"], event["day"] > start
        if kind == "therapy" and event["category"] != "maintenance" and event["status"] != "prophylaxis":
            yield _mark("therapy", event, start, event["category"] or "therapy")
        if kind == "transplant" and later:
            yield _mark("transplant", event, start, "further transplant")
        if kind == "infusion" and event["flag"] and later:
            yield _mark("infusion", event, start, "further infusion")
