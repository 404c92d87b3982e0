"""`engraft study`: a definition checked and explained, its schema, and loading it into a running service.

docs/definitions.md
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console

from app.endpoints.document import Finding, WrongDefinition
from app.endpoints.loading import Loaded, load
from app.endpoints.schema import json_schema
from app.endpoints.words import study_words, words

PLACE = Path("openapi/definition.schema.json")
YAML = "application/yaml"
TIMEOUT_SECONDS = 60

app = typer.Typer(name="study", no_args_is_help=True, help="Study definitions: check and explain, schema, load.")
console, errors = Console(highlight=False, soft_wrap=True), Console(stderr=True, highlight=False, soft_wrap=True)
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="a definition as YAML")]


@app.command()
def check(file: File) -> None:
    """Say everything that is wrong in a definition, line by line; if nothing is, explain it in plain words."""
    for line in explained(_loaded(file)):
        console.print(line, markup=False)


@app.command()
def schema(compare: Annotated[bool, typer.Option("--check", help="compare only")] = False) -> None:
    """Write openapi/definition.schema.json, or say whether it is current."""
    if not compare:
        write()
        return
    if not is_current():
        errors.print(f"{PLACE} is not current: run `engraft study schema`")
        raise typer.Exit(1)
    console.print(f"{PLACE} is current")


@app.command("load")
def load_into(
    file: File, to: Annotated[str, typer.Option(help="address of the service")] = "http://127.0.0.1:8000"
) -> None:
    """Check a definition and store it in a running service."""
    definition = _loaded(file).definition
    try:
        with httpx.Client(base_url=to, timeout=TIMEOUT_SECONDS) as service:
            answer = send(service, definition.id, file.read_bytes())
    except httpx.TransportError as error:
        errors.print(f"no answer from {to}: {error}", markup=False)
        raise typer.Exit(1) from None
    (console if answer.is_success else errors).print(answer.text, markup=False)
    raise typer.Exit(0 if answer.is_success else 1)


def send(to: httpx.Client, name: str, payload: bytes) -> httpx.Response:
    """Put a definition's YAML text into a service."""
    return to.put(f"/definitions/{name}", content=payload, headers={"content-type": YAML})


def explained(loaded: Loaded) -> list[str]:
    """A definition in plain words, one paragraph an endpoint."""
    definition = loaded.definition
    lines = study_words(definition)
    for name in definition.endpoints:
        lines += ["", *words(definition, name)]
    return lines


def shown(file: Path, finding: Finding) -> str:
    """One finding as `file:line:column: place: what; allowed`."""
    where = ":".join(str(part) for part in (file, finding.line, finding.column) if part is not None)
    issue = finding.as_issue()
    allowed = "" if issue.expected is None else f" (allowed: {issue.expected})"
    return f"{where}: {issue.path or 'document'}: {finding.message}{allowed}"


def current() -> str:
    """The schema as the language has it now."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def is_current(place: Path = PLACE) -> bool:
    """Whether the committed schema is that of the language."""
    return place.exists() and place.read_text(encoding="utf-8") == current()


def write(place: Path = PLACE) -> None:
    """Write the schema."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(current(), encoding="utf-8")


def _loaded(file: Path) -> Loaded:
    try:
        return load(file.read_bytes())
    except WrongDefinition as error:
        for finding in error.findings:
            errors.print(shown(file, finding), markup=False)
        raise typer.Exit(1) from None
