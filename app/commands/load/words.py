"""What happened, or in a dry run would happen, as a table for a person.

https://rich.readthedocs.io/en/stable/tables.html
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.box import HEAVY_HEAD, SIMPLE, Box
from rich.console import Console
from rich.table import Table

from app.commands.load.outcome import OUTCOMES, WORDS, Outcome

MOST_REASONS = 20


def show(outcome: Outcome, dry_run: bool, console: Console) -> None:
    """Counts by type and site, reasons of refusals, one line at the end."""
    if any(type_ for type_, _ in outcome.counts):
        console.print(_counts(outcome, dry_run, HEAVY_HEAD if console.is_terminal else SIMPLE))
    for line in _reasons(outcome):
        console.print(line, markup=False, soft_wrap=True)
    for name, why in outcome.failed.items():
        console.print(f"{name}: {why}", markup=False, soft_wrap=True)
    console.print(sentence(outcome, dry_run), soft_wrap=True)


def sentence(outcome: Outcome, dry_run: bool) -> str:
    """The summary as one line."""
    totals = outcome.totals
    parts = [f"{totals[name]} {WORDS[name]}" for name in OUTCOMES if totals[name] or name != "held"]
    parts += [f"{outcome.waiting} of them came before their subject"] if outcome.waiting else []
    parts += [f"{outcome.unused} parts left unused"] if outcome.unused else []
    parts += [f"{len(outcome.failed)} files not taken"] if outcome.failed else []
    return f"{sum(totals.values())} records: {', '.join(parts)}." + (" Nothing was stored." if dry_run else "")


def _counts(outcome: Outcome, dry_run: bool, box: Box) -> Table:
    table = Table(title="what would happen" if dry_run else None, box=box)
    for name in ("record", "site"):
        table.add_column(name)
    for name in OUTCOMES:
        table.add_column(WORDS[name], justify="right")
    for (type_, site), counted in sorted(outcome.counts.items()):
        table.add_row(type_ or "(not known)", site, *(str(counted[name] or "") for name in OUTCOMES))
    return table


def _reasons(outcome: Outcome) -> Iterator[str]:
    shown = outcome.most_frequent(MOST_REASONS)
    for reason in shown:
        name = ".".join(part for part in (reason.type, reason.path) if part) or "record"
        expected = f" (expected: {reason.expected})" if reason.expected else ""
        yield f"{reason.count} refused: {name}: {reason.message}{expected}; {', '.join(reason.places)}"
    if len(outcome.reasons) > len(shown):
        yield f"and for {len(outcome.reasons) - len(shown)} other reasons"
