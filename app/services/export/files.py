"""The folder of exported files: one for each job, gone with it.

docs/bulk-export.md
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from app.services.context import Services
from app.storage.counter import utc_text
from app.storage.exports import jobs

_JOB = re.compile(r"[0-9a-f]{32}")


def folder(tools: Services, job: str) -> Path:
    """Where the files of a job lie."""
    return tools.settings.export_folder / job


def discard(tools: Services, job: str) -> bool:
    """Forget a job, then remove its files; False where there was no such job."""
    found = tools.writer.run(lambda connection: jobs.remove(connection, job))
    shutil.rmtree(folder(tools, job), ignore_errors=True)
    return found


def sweep(tools: Services) -> None:
    """Discard what has expired, and old folders that no job stands behind: a worker was killed in its cancelled job."""
    folders = _old_folders(tools)
    with tools.database.read.connect() as connection:
        expired = jobs.expired(connection, utc_text(tools.clock()))
        known = jobs.known(connection) if folders else set[str]()
    for job in {*expired, *(name for name in folders if name not in known)}:
        discard(tools, job)


def _old_folders(tools: Services) -> list[str]:
    """Younger ones stay: they may be those of another database that shares the folder."""
    whole, expired = tools.settings.export_folder, tools.clock().timestamp() - 3600 * tools.settings.export_hours
    found = [path for path in whole.iterdir() if _JOB.fullmatch(path.name)] if whole.is_dir() else []
    return [path.name for path in found if path.stat().st_mtime < expired]
