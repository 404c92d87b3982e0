"""Results of a run as files: one Parquet file of subjects for each endpoint and analysis, one summary.

docs/engines.md
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.engines.parquet import pyarrow

SUMMARY, PRIMARY = "summary.json", "primary"


def subjects_file(endpoint: str, analysis: str) -> str:
    """The name of a file of subjects; the primary analysis is not named."""
    return f"{endpoint}_subjects.parquet" if analysis == PRIMARY else f"{endpoint}_{analysis}_subjects.parquet"


def write_subjects(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write one row a subject: the fields of the service's JSON, lists and objects as JSON text."""
    arrow = pyarrow()
    columns: dict[str, list[Any]] = {}
    given = [{name: _flat(value) for name, value in row.items()} for row in rows]
    for name in dict.fromkeys(name for row in given for name in row):
        columns[name] = [row.get(name) for row in given]
    arrays = {name: arrow.array(values) for name, values in columns.items()}
    # A field that nobody has would otherwise have a type that few readers know.
    known = {
        name: values.cast(arrow.string()) if arrow.types.is_null(values.type) else values
        for name, values in arrays.items()
    }
    pyarrow("pyarrow.parquet").write_table(arrow.table(known), path)


def _flat(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def write_summary(folder: Path, body: dict[str, Any]) -> None:
    """Write the summary; numbers at full double precision, as the service gives them."""
    text = json.dumps(body, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / SUMMARY).write_text(text + "\n", encoding="utf-8")
