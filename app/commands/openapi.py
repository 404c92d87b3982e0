"""openapi/openapi.json: written by a command, checked in CI.

https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from app.config import Settings
from app.main import close_services, create_app

PLACE = Path("openapi/openapi.json")


def current() -> str:
    """The document as the application has it now."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data=Path(folder), database_url=None))
        try:
            return json.dumps(app.openapi(), indent=1, ensure_ascii=False) + "\n"
        finally:
            close_services(app.state.services)


def is_current(place: Path = PLACE) -> bool:
    """Whether the committed document is the application's."""
    return place.exists() and place.read_text(encoding="utf-8") == current()


def write(place: Path = PLACE) -> None:
    """Write the document."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(current(), encoding="utf-8")
