"""A profile tried on a file: what would become of each row, with nothing stored.

docs/profiles.md
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.table import Table

from app.domain.errors import Issue
from app.interop.jsontext import dump
from app.interop.mapping.profile import Profile
from app.interop.mapping.scope import Where
from app.interop.reading import Item, Unused
from app.interop.tabular.csv import read_csv
from app.interop.tabular.xlsx import read_xlsx
from app.services.intake.prepare import Refused, prepare

_ENVELOPE = ("type", "site", "source", "id", "subject")


@dataclass(slots=True)
class TrialRun:
    """records: (place, type, id, subject, fields) of each; issues: with their places."""

    records: list[tuple[str, ...]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    unused: list[Unused] = field(default_factory=list)
    good: int = 0
    refused: int = 0


def try_out(profile: Profile, file: Path, site: str, zone: str | None, source: str | None) -> TrialRun:
    """What a profile makes of a file. Fault where the file cannot be read as a whole."""
    where = Where(site, source, {site: None if zone is None else ZoneInfo(zone)})
    run = TrialRun()
    with file.open("rb") as stream:
        read = (
            read_xlsx(stream.read(), profile, where) if profile.format == "xlsx" else read_csv(stream, profile, where)
        )
        for found in read:
            if isinstance(found, Unused):
                run.unused.append(found)
            else:
                _take(run, found)
    return run


def _take(run: TrialRun, item: Item) -> None:
    raw = item.raw or {}
    fields = {name: value for name, value in raw.items() if name not in _ENVELOPE}
    whose = raw.get("subject") or (f"patient {item.patient.number}" if item.patient else "")
    said = dump(fields).decode() if raw else ""
    run.records.append((item.place, *(str(part) for part in (raw.get("type", ""), raw.get("id", ""), whose, said))))
    checked = prepare(item)
    if isinstance(checked, Refused):
        run.refused += 1
        run.issues += checked.issues
    else:
        run.good += 1
    run.issues += item.notes


def table(run: TrialRun, most: int) -> Table:
    """The first records as they would be sent on."""
    found = Table("place", "record", "id", "subject", "fields")
    for row in _shown(run, most):
        found.add_row(*row)
    return found


def _shown(run: TrialRun, most: int) -> Iterator[tuple[str, ...]]:
    yield from run.records[:most]
    if len(run.records) > most:
        yield (f"{len(run.records) - most} more", "", "", "", "")
