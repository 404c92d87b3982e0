"""Profiles and rows for tests of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from app.endpoints.document import write_document
from app.interop.mapping.apply import apply
from app.interop.mapping.loading import load
from app.interop.mapping.profile import Profile
from app.interop.mapping.row import Row
from app.interop.mapping.scope import Where
from app.interop.reading import Item, Unused

BERLIN: dict[str, tzinfo | None] = {"A": ZoneInfo("Europe/Berlin")}
AT_A = Where("A", "ehr", BERLIN)


def document(form: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The plain values of a profile with one form."""
    base = {"form": "one", "record": "adverse_event", "id": "id", "subject": "subject"}
    return {"profile": "test", "title": "Test", "format": "csv", **more, "forms": [base | form]}


def profile(form: dict[str, Any], **more: Any) -> Profile:
    """A profile with one form."""
    return load(write_document(document(form, **more)).encode()).profile


def rows(*cells: Mapping[str, str]) -> list[Row]:
    """Rows of a file whose header is its first line."""
    common = {"id": "1", "subject": "A-001"}
    return [Row(f"line {line}", b"row", {**common, **one}) for line, one in enumerate(cells, start=2)]


def read(found: Profile, *cells: Mapping[str, str], where: Where = AT_A) -> list[Item | Unused]:
    """What a profile makes of rows."""
    return list(apply(found, rows(*cells), where))


def record(found: Profile, *cells: Mapping[str, str], where: Where = AT_A) -> dict[str, Any]:
    """The one record that a profile makes, without issues; the fields alone."""
    [item] = read(found, *cells, where=where)
    assert isinstance(item, Item)
    assert item.issues == ()
    return {name: value for name, value in item.raw.items() if name not in ("type", "site", "source", "id", "subject")}


def issues(found: Profile, *cells: Mapping[str, str]) -> list[tuple[str, str, str | None]]:
    """(path, place, expected) of the issues of the one record."""
    [item] = read(found, *cells)
    assert isinstance(item, Item)
    return [(issue.path, issue.place or "", issue.expected) for issue in item.issues]
