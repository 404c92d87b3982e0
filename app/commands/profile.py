"""`engraft profile`: a mapping profile proposed, checked, tried on a file, its schema, and loading it into a service.

docs/profiles.md
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import httpx
import typer
from rich.console import Console

from app.commands.study import shown
from app.domain.errors import Fault, Issue
from app.interop.infer.proposal import propose
from app.interop.mapping.columns import wanted
from app.interop.mapping.loading import LoadedProfile, WrongProfile, load
from app.interop.mapping.profiles import documents
from app.interop.mapping.schema import json_schema

if TYPE_CHECKING:
    from app.commands.trial_run import TrialRun

PLACE = Path("openapi/profile.schema.json")
YAML = "application/yaml"
TIMEOUT_SECONDS = 60

app = typer.Typer(
    name="profile", no_args_is_help=True, help="Mapping profiles: infer, check, test on a file, schema, load."
)
console, errors = Console(highlight=False, soft_wrap=True), Console(stderr=True, highlight=False, soft_wrap=True)
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="a mapping profile as YAML")]


@app.command()
def check(file: File) -> None:
    """Say everything that is wrong in a profile, line by line; if nothing is, what it reads."""
    profile = _loaded(file).profile
    console.print(f"{profile.profile}: {profile.title}", markup=False)
    for form in profile.forms:
        columns = ", ".join(wanted(profile, form.sheet or form.rows or "").needed)
        console.print(f"  {form.form} → {form.record}; needs {columns}", markup=False)


@app.command()
def test(
    profile: Annotated[str, typer.Argument(help="a profile as YAML, or the id of one that comes with the service")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="what the hospital would send")],
    site: Annotated[str, typer.Option(help="the site that sends it")] = "A",
    zone: Annotated[str | None, typer.Option(help="its time zone, such as Europe/Berlin")] = None,
    source: Annotated[str | None, typer.Option(help="the source system")] = None,
    rows: Annotated[int, typer.Option(min=0, help="so many records are shown")] = 20,
) -> None:
    """Say what would become of each row of a file, without a service: nothing is stored and nothing is sent."""
    from app.commands.trial_run import table, try_out

    chosen = _shipped(profile) or _loaded(Path(profile))
    try:
        found = try_out(chosen.profile, file, site, zone, source)
    except Fault as fault:
        for issue in fault.issues:
            errors.print(_said(issue), markup=False)
        raise typer.Exit(1) from None
    Console(highlight=False).print(table(found, rows))  # as wide as the terminal is now
    _say(found)
    raise typer.Exit(1 if found.refused else 0)


@app.command()
def infer(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="a CSV file or workbook of the hospital")],
    name: Annotated[str, typer.Option(help="id of the profile")] = "proposed",
) -> None:
    """Propose a profile from a file's headers and values; what is unsure stands in comments."""
    try:
        text = propose(file.read_bytes(), name)
        load(text.encode())
    except Fault as fault:
        for issue in fault.issues:
            errors.print(_said(issue), markup=False)
        raise typer.Exit(1) from None
    except WrongProfile as error:
        for finding in error.findings:
            errors.print(shown(file, finding), markup=False)
        raise typer.Exit(1) from None
    typer.echo(text, nl=False)


@app.command()
def schema(compare: Annotated[bool, typer.Option("--check", help="compare only")] = False) -> None:
    """Write openapi/profile.schema.json, or say whether it is current."""
    if not compare:
        PLACE.parent.mkdir(parents=True, exist_ok=True)
        PLACE.write_text(current(), encoding="utf-8")
        return
    if not is_current():
        errors.print(f"{PLACE} is not current: run `engraft profile schema`")
        raise typer.Exit(1)
    console.print(f"{PLACE} is current")


@app.command("load")
def load_into(
    file: File,
    study: Annotated[str, typer.Option(help="the study that is to use it")],
    to: Annotated[str, typer.Option(help="address of the service")] = "http://127.0.0.1:8000",
) -> None:
    """Check a profile and store it in a running service."""
    name = _loaded(file).profile.profile
    try:
        with httpx.Client(base_url=to, timeout=TIMEOUT_SECONDS) as service:
            address = f"/studies/{study}/profiles/{name}"
            answer = service.put(address, content=file.read_bytes(), headers={"content-type": YAML})
    except httpx.TransportError as error:
        errors.print(f"no answer from {to}: {error}", markup=False)
        raise typer.Exit(1) from None
    (console if answer.is_success else errors).print(answer.text, markup=False)
    raise typer.Exit(0 if answer.is_success else 1)


def current() -> str:
    """The schema as the language has it now."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def is_current(place: Path = PLACE) -> bool:
    """Whether the committed schema is that of the language."""
    return place.exists() and place.read_text(encoding="utf-8") == current()


def _say(found: TrialRun) -> None:
    """Every issue and everything unused, one a line; then the counts."""
    for issue in found.issues:
        console.print(_said(issue), markup=False)
    for unused in found.unused:
        console.print(f"{unused.place}: {unused.reason}".removeprefix(": "), markup=False)
    good = f"{found.good} records would be checked further by the service, {found.refused} refused"
    console.print(f"{good}, {len(found.unused)} things left alone", markup=False)


def _said(issue: Issue) -> str:
    expected = f" (expected: {issue.expected})" if issue.expected else ""
    meant = f"; did you mean {issue.suggestion}?" if issue.suggestion else ""
    return f"{issue.place or 'file'}: {issue.path}: {issue.message}{meant}{expected}".replace(": : ", ": ")


def _shipped(name: str) -> LoadedProfile | None:
    versions = [loaded for (found, _), (_, loaded) in documents().items() if found == name]
    return versions[-1] if versions else None


def _loaded(file: Path) -> LoadedProfile:
    try:
        return load(file.read_bytes())
    except FileNotFoundError:
        errors.print(f"there is no file {file}, and no profile of that name comes with the service", markup=False)
        raise typer.Exit(1) from None
    except WrongProfile as error:
        for finding in error.findings:
            errors.print(shown(file, finding), markup=False)
        raise typer.Exit(1) from None
