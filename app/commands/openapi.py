"""openapi/openapi.json and the schemas of the record types: written by a command, checked in CI.

https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from app.config import Settings
from app.domain.records import RECORD_TYPES
from app.interop.record_schema import record_schema
from app.main import close_services, create_app

FOLDER = Path("openapi")
RECORDS = "records"


def current() -> str:
    """The document as the application has it now."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data=Path(folder), database_url=None))
        try:
            return _text(app.openapi())
        finally:
            close_services(app.state.services)


def is_current(folder: Path = FOLDER) -> bool:
    """Whether the committed documents are the application's."""
    places = {folder / name: text for name, text in documents().items()}
    known = set((folder / RECORDS).glob("*")) <= set(places)
    return known and all(place.exists() and place.read_text(encoding="utf-8") == text for place, text in places.items())


def write(folder: Path = FOLDER) -> None:
    """Write the documents."""
    for name, text in documents().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def documents() -> dict[str, str]:
    """The application's own document, and the schema of each record type, by their names in the folder."""
    schemas = {f"{RECORDS}/{name}.schema.json": _text(record_schema(name)) for name in RECORD_TYPES}
    return {"openapi.json": current(), **schemas}


def _text(document: Any) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
