"""The example trial in a store of its own, its answers over HTTP, and the same out of an exported folder."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet
from typer.testing import CliRunner, Result

from app.cli import app
from tests.journeys.door import STUDY, Door

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def load_example(door: Door) -> None:
    """The extract of the example trial, as the demo loads it."""
    door.request("PUT", f"/studies/{STUDY}", json=json.loads((EXAMPLES / "study.json").read_bytes()))
    for path in sorted(EXAMPLES.glob("*.ndjson")):
        assert door.post(path.read_bytes(), "application/x-ndjson").status_code in (200, 201)


def command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def export(data: Path, folder: Path, *more: str) -> None:
    result = command("export", folder, "--study", STUDY, "--data", data, *more)
    assert result.exit_code == 0, result.output


def derive(engine: str, source: Path, target: Path, *more: str) -> dict[str, Any]:
    """The summary that the command writes."""
    result = command("derive", "--engine", engine, "--input", source, "--output", target, *more)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads((target / "summary.json").read_text(encoding="utf-8"))
    return found


def of_service(door: Door, **asked: Any) -> dict[str, dict[str, Any]]:
    """Every endpoint under every analysis, over HTTP."""
    listed = door.get(f"/studies/{STUDY}/endpoints").json()["endpoints"]
    return {
        item["id"]: {
            name: door.get(f"/studies/{STUDY}/endpoints/{item['id']}", analysis=name, **asked).json()
            for name in item["analyses"]
        }
        for item in listed
    }


def subjects_of_service(door: Door, endpoint: str, analysis: str) -> list[dict[str, Any]]:
    """One entry a subject as the file has it: without queries, nested values as JSON text, the exclusion beside."""
    body = door.get(f"/studies/{STUDY}/endpoints/{endpoint}/subjects", analysis=analysis).json()
    rows = [{**row, "excluded": None} for row in body["rows"]]
    rows += [{"subject": item["subject"], "excluded": item["reason"]} for item in body["excluded"]]
    return [
        {name: _flat(value) for name, value in row.items() if name != "queries"}
        for row in sorted(rows, key=lambda row: row["subject"])
    ]


def _flat(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def subjects_of_file(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pyarrow.parquet.read_table(path).to_pylist()
    return found


def filled(rows: list[dict[str, Any]], like: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with every column of `like`: a table has a null where a JSON object has nothing."""
    names = list(like[0]) if like else []
    return [{name: row.get(name) for name in names} for row in rows]
