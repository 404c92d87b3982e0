"""What the errands run on: database, writer, clock and ids. Built once in `create_app`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.config import Settings
from app.services.errand import Errand
from app.storage.database import Database
from app.storage.documents import Reader
from app.storage.writer import Writer


@dataclass(frozen=True)
class Services:
    """Clock and ids are arguments (law 9), so that a test can fix both."""

    settings: Settings
    database: Database
    writer: Writer
    reader: Reader
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    exports: Errand
    loads: Errand
