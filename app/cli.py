"""The command line: every errand of an operator.

https://typer.tiangolo.com/
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.commands import profile, study, terminology, view
from app.commands.load.command import load
from app.commands.mllp.command import mllp
from app.commands.template import template
from app.config import Settings
from app.engines.name import Name
from app.version import VERSION

app = typer.Typer(name="engraft", no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
app.add_typer(study.app)
app.add_typer(profile.app)
app.add_typer(view.app)
app.add_typer(terminology.app)
app.command()(load)
app.command()(template)
app.command()(mllp)
console = Console()
errors = Console(stderr=True)

Data = Annotated[Path, typer.Option(help="folder of the embedded database")]
DatabaseUrl = Annotated[str | None, typer.Option("--database", help="PostgreSQL URL instead of the embedded database")]


def settings(data: Path, database: str | None) -> Settings:
    """Settings from the environment, overridden by the command line."""
    given = Settings(data=data)
    return given.model_copy(update={"database_url": database}) if database else given


@app.command()
def serve(
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    data: Data = Path("data"),
    database: DatabaseUrl = None,
    exposed: Annotated[
        bool,
        typer.Option(
            "--i-know-there-is-no-authentication", help="allow other addresses than loopback, though nobody is asked"
        ),
    ] = False,
    no_auth: Annotated[
        bool, typer.Option("--no-auth", help="ask nobody who they are, which this version never does; loopback only")
    ] = False,
) -> None:
    """Migrate and serve."""
    from app.commands.serve import NotLoopback, check_host, server
    from app.services.definitions import DefinitionChanged

    try:
        check_host(host, exposed and not no_auth)
        run = server(settings(data, database), host, port)
    except (NotLoopback, DefinitionChanged) as error:
        errors.print(str(error))
        raise typer.Exit(2) from None
    console.print(f"Engraft {VERSION} serves on http://{host}:{port} (routes: /docs)", highlight=False)
    run.run()


@app.command()
def migrate(
    data: Data = Path("data"),
    database: DatabaseUrl = None,
    check: Annotated[bool, typer.Option("--check", help="compare models and migrations, change nothing")] = False,
) -> None:
    """Bring the database to the newest revision."""
    from app.migrate import differences, upgrade

    if not check:
        chosen = settings(data, database)
        data.mkdir(parents=True, exist_ok=True)
        upgrade(chosen.url)
        return
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/check.sqlite"
        upgrade(url)
        found = differences(url)
    for difference in found:
        errors.print(str(difference))
    if found:
        errors.print("models and migrations differ: write a revision")
        raise typer.Exit(1)
    console.print("models and migrations agree")


@app.command()
def demo(
    data: Data = Path("demo-data"),
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    once: Annotated[bool, typer.Option("--once", help="exit after the table")] = False,
) -> None:
    """Load the example extract through the HTTP intake and show the trial."""
    from app.commands.demo import demo as run

    run(data, port, once, console)


@app.command()
def example(
    folder: Annotated[Path, typer.Argument()] = Path("examples"),
    seed: Annotated[int, typer.Option()] = 2026,
    subjects: Annotated[int, typer.Option(min=60)] = 60,
    form: Annotated[str, typer.Option("--format", help="ndjson, hl7v2 or csv")] = "ndjson",
) -> None:
    """Write the example extract; the same seed gives the same bytes."""
    from app.example import FORMATS, write

    if form not in FORMATS:
        errors.print(f"unknown format; known are {', '.join(FORMATS)}")
        raise typer.Exit(2)
    write(folder, seed, subjects, form)


@app.command()
def cohort(
    folder: Annotated[Path, typer.Argument(help="folder with patients.csv and reference.json")],
    data: Annotated[Path | None, typer.Option(help="keep the loaded database in this folder")] = None,
) -> None:
    """Load a published cohort through the HTTP intake and hold OS and DFS against R's results."""
    from app.commands.cohort import compare, load
    from app.commands.load.service import client
    from app.commands.serve import running

    if not (folder / "patients.csv").exists():
        console.print(f"skipped: no patients.csv in {folder}")
        return
    with tempfile.TemporaryDirectory() as scratch:
        chosen = Settings(data=data or Path(scratch))
        with running(chosen, 8765) as address, client(address) as service:
            sent = load(folder, service)
            found = compare(folder, service)
    console.print(f"{sent} records")
    for item in found:
        counts = "counts equal" if item.same_counts else "COUNTS DIFFER"
        console.print(f"{item.endpoint}: {item.figures} figures, largest deviation {item.deviation:.2e}, {counts}")
    raise typer.Exit(0 if all(item.same_counts and item.deviation <= 1e-9 for item in found) else 1)


@app.command()
def openapi(check: Annotated[bool, typer.Option("--check", help="compare only")] = False) -> None:
    """Write openapi/openapi.json and the schemas of the record types, or say whether they are current."""
    from app.commands.openapi import FOLDER, is_current, write

    if not check:
        write()
        return
    if not is_current():
        errors.print(f"{FOLDER} is not current: run `engraft openapi`")
        raise typer.Exit(1)
    console.print(f"{FOLDER} is current")


@app.command()
def rebuild(
    data: Data = Path("data"),
    database: DatabaseUrl = None,
    check: Annotated[bool, typer.Option("--check/--write", help="compare only, or write what differs")] = True,
) -> None:
    """Build every FHIR resource and event again from the records and hold them against what is stored."""
    from app.commands.rebuild import run

    found = run(settings(data, database), check)
    console.print(f"{found.resources} resource versions, {found.events} events; {found.different} differ")
    raise typer.Exit(1 if check and found.different else 0)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="folder to write; made where it is missing")],
    study: Annotated[str, typer.Option()],
    as_of: Annotated[
        str | None, typer.Option(help="what had been received by then: date-time with offset, or seq")
    ] = None,
    data: Data = Path("data"),
    database: DatabaseUrl = None,
) -> None:
    """Write a study's coded data as Parquet, for `engraft derive`."""
    from app.commands.export import run
    from app.domain.errors import Fault
    from app.engines.extra import EngineUnavailable

    try:
        found = run(settings(data, database), study, as_of, folder)
    except (EngineUnavailable, Fault) as error:
        errors.print(str(error), soft_wrap=True)
        raise typer.Exit(2) from None
    console.print(f"{found.events} events of {found.subjects} subjects in {folder}, as of seq {found.as_of_seq}")


@app.command()
def derive(
    source: Annotated[Path, typer.Option("--input", help="folder written by `engraft export`")],
    target: Annotated[Path, typer.Option("--output", help="folder to write; made where it is missing")],
    engine: Annotated[Name, typer.Option(help="duckdb or spark")] = Name.duckdb,
    analysis: Annotated[str, typer.Option(help="`primary`, a named alternative, or all")] = "all",
    cutoff: Annotated[str | None, typer.Option(help="last day that counts, YYYY-MM-DD; inclusive")] = None,
    as_of: Annotated[str | None, typer.Option(help="an earlier moment than that of the export")] = None,
    master: Annotated[str, typer.Option(help="where Spark runs, as `spark-submit --master` has it")] = "local[*]",
) -> None:
    """Derive every endpoint over an exported folder, on DuckDB or Spark."""
    from app.commands.derive import Asked, run
    from app.domain.errors import Fault
    from app.engines.export import NotAnExport
    from app.engines.extra import EngineUnavailable

    try:
        count = run(engine, source, target, Asked(analysis, cutoff, as_of, master))
    except (EngineUnavailable, NotAnExport, Fault) as error:
        errors.print(str(error), soft_wrap=True)
        raise typer.Exit(2) from None
    console.print(f"{count} analyses of endpoints in {target}")


def main() -> None:
    """Entry point of the console script."""
    app()
