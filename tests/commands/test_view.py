"""`engraft view run`: a view over a file, without a service."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.commands.view import app, run
from app.interop.viewdefinition.errors import ViewError

VIEW = {
    "resourceType": "ViewDefinition",
    "resource": "Patient",
    "select": [{"column": [{"name": "id", "path": "id"}, {"name": "sex", "path": "gender"}]}],
}
LINES = (
    b'{"resourceType":"Patient","id":"a","gender":"female"}\n\n'
    b'{"resourceType":"Basic","id":"b"}\n{"resourceType":"Patient","id":"c"}'
)


def written(tmp_path: Path, lines: bytes = LINES, view: Any = VIEW, **options: Any) -> bytes:
    (tmp_path / "view.json").write_text(json.dumps(view))
    (tmp_path / "in.ndjson").write_bytes(lines)
    out = io.BytesIO()
    run(str(tmp_path / "view.json"), tmp_path / "in.ndjson", options.pop("format_", "csv"), out, **options)
    return out.getvalue()


def test_a_file_becomes_a_table(tmp_path: Path) -> None:
    assert written(tmp_path) == b"id,sex\r\na,female\r\nc,\r\n"
    assert written(tmp_path, header=False, limit=1) == b"a,female\r\n"
    assert written(tmp_path, format_="ndjson") == b'{"id":"a","sex":"female"}\n{"id":"c","sex":null}\n'


def test_a_shipped_view_goes_by_its_id(tmp_path: Path) -> None:
    (tmp_path / "in.ndjson").write_bytes(LINES)
    out = io.BytesIO()
    run("patients", tmp_path / "in.ndjson", "json", out)
    assert [row["sex"] for row in json.loads(out.getvalue())] == ["female", None]


@pytest.mark.parametrize(
    ("lines", "place"),
    [(LINES + b"\n{", "line 5 "), (LINES + b"\n[]", "line 5"), (b'{"id":"a"}', "line 1"), (b"{]", "line 1 ")],
)
def test_a_line_that_is_no_resource_is_named(tmp_path: Path, lines: bytes, place: str) -> None:
    with pytest.raises(ViewError) as refusal:
        written(tmp_path, lines)
    assert refusal.value.place.startswith(place)


def test_a_view_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ViewError) as refusal:
        written(tmp_path, view={**VIEW, "select": [{"column": [{"name": "id", "path": "id("}]}]})
    assert refusal.value.place == "select[0].column[0].path"


def test_the_command_writes_to_standard_output_or_a_file(tmp_path: Path) -> None:
    expected = written(tmp_path)
    asked = ["run", str(tmp_path / "view.json"), "--input", str(tmp_path / "in.ndjson")]
    assert CliRunner().invoke(app, asked).stdout_bytes == expected
    assert CliRunner().invoke(app, [*asked, "--output", str(tmp_path / "out.csv")]).exit_code == 0
    assert (tmp_path / "out.csv").read_bytes() == expected


@pytest.mark.parametrize(("change", "status"), [(["--format", "xlsx"], 2), (["--limit", "-1"], 2)])
def test_options_that_cannot_be_used_are_refused(tmp_path: Path, change: list[str], status: int) -> None:
    written(tmp_path)
    asked = ["run", str(tmp_path / "view.json"), "--input", str(tmp_path / "in.ndjson"), *change]
    assert CliRunner().invoke(app, asked).exit_code == status


def test_what_cannot_be_run_is_said_on_standard_error(tmp_path: Path) -> None:
    written(tmp_path)
    found = CliRunner().invoke(app, ["run", "nothing", "--input", str(tmp_path / "in.ndjson")])
    assert (found.exit_code, found.stdout) == (1, "") and "nothing" in found.stderr
    (tmp_path / "in.ndjson").write_bytes(b"{}")
    found = CliRunner().invoke(app, ["run", "labs", "--input", str(tmp_path / "in.ndjson")])
    assert (found.exit_code, found.stderr) == (1, "line 1: not a FHIR resource\n")
