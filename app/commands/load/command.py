"""`engraft load`: files into a running service, from a shell or from cron.

docs/loading.md
"""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.commands.load.exits import Exit
from app.commands.load.outcome import Outcome
from app.commands.load.progress import Bar
from app.commands.load.report import Report, report
from app.commands.load.sending import Desk
from app.commands.load.service import NotTaken, Service, Unreachable, client
from app.commands.load.sources import FORMATS, NotASource, Source, sources
from app.commands.load.words import show

FORMAT_WORDS = " | ".join(FORMATS)
errors = Console(stderr=True, highlight=False)


def load(
    files: Annotated[list[str], typer.Argument(help="files or patterns; - is standard input")],
    study: Annotated[str, typer.Option(help="the study's name")],
    site: Annotated[str | None, typer.Option(help="whose records they are, where a record does not say")] = None,
    source: Annotated[str | None, typer.Option(help="the system they come from, where a record does not say")] = None,
    profile: Annotated[str | None, typer.Option(help="mapping profile of CSV, Excel and HL7 v2")] = None,
    to: Annotated[str, typer.Option(help="address of the service", envvar="ENGRAFT_URL")] = "http://127.0.0.1:8000",
    format_: Annotated[str | None, typer.Option("--format", help="unset: as the name says; " + FORMAT_WORDS)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show what would happen, store nothing")] = False,
    again: Annotated[bool, typer.Option("--again", help="take large files that were taken before once more")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="the summary as JSON")] = False,
    report_to: Annotated[Path | None, typer.Option("--report", help="write the refused lines to this CSV file")] = None,
    patience: Annotated[float, typer.Option(help="seconds to wait for a service that does not answer", min=0)] = 300,
) -> None:
    """Send files to a running service: .json .ndjson .csv .xlsx .hl7 .fhir.json."""
    params = {"site": site, "source": source, "profile": profile, "dry_run": "true" if dry_run else None}
    asked = {name: value for name, value in params.items() if value is not None}
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as scratch, client(to) as http, _report(report_to) as lines:
        found = _sources(files, format_, Path(scratch))
        with Bar(errors, sum(item.size for item in found)) as bar:
            desk = Desk(Service(http, patience, bar.tell), study, asked, again, bar, lines)
            code = _send(desk, found, outcome)
    if as_json:
        print(json.dumps(outcome.as_json()))
    else:
        show(outcome, dry_run, Console(highlight=False))
    raise typer.Exit(code)


def _sources(names: list[str], format_: str | None, scratch: Path) -> list[Source]:
    if format_ is not None and format_ not in FORMATS:
        raise _usage(f"--format {format_}: known are {', '.join(FORMATS)}")
    try:
        return sources(names, format_, sys.stdin.buffer, scratch)
    except NotASource as error:
        raise _usage(str(error)) from None


def _report(path: Path | None) -> AbstractContextManager[Report]:
    if path is not None and not path.absolute().parent.is_dir():
        raise _usage(f"--report {path}: no such folder")
    return report(path)


def _usage(text: str) -> typer.Exit:
    errors.print(text, markup=False, soft_wrap=True)
    return typer.Exit(Exit.USAGE)


def _send(desk: Desk, found: list[Source], outcome: Outcome) -> Exit:
    """Send one file after another: one that is not taken does not keep the others back, a silent service does."""
    for source in found:
        try:
            desk.send(source, outcome)
        except NotTaken as error:
            outcome.failed[source.name] = str(error)
        except Unreachable as error:
            outcome.failed[source.name] = f"no answer from the service: {error}; run the command again"
            return Exit.UNREACHABLE
        except KeyboardInterrupt:
            outcome.failed[source.name] = "interrupted; what was taken stays, run the command again"
            return Exit.INTERRUPTED
    if outcome.failed:
        return Exit.NOT_TAKEN
    return Exit.REFUSED if outcome.totals["rejected"] or outcome.faults else Exit.TAKEN
