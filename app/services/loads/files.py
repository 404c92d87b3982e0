"""Where large files wait for their worker: each under its load's id, gone when the load has ended.

docs/loading.md
"""

from __future__ import annotations

import errno
import hashlib
import os
from contextlib import suppress
from pathlib import Path

from app.domain.errors import Category, Fault
from app.services.context import Services
from app.storage import loads

# A body that comes so slowly, or whose process ended, is given up.
STALLED_SECONDS = 3600
_FULL = (errno.ENOSPC, errno.EDQUOT)


def path(tools: Services, load: str) -> Path:
    """Where the file of a load lies."""
    return tools.settings.load_folder / load


class Upload:
    """A body on its way to the disk, under a name of its own until it is whole. For its owner's eyes only."""

    def __init__(self, tools: Services, declared: int) -> None:
        folder = tools.settings.load_folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        statistics = os.statvfs(folder)
        if declared > statistics.f_bavail * statistics.f_frsize:
            raise _no_room()
        self.path = folder / f"{tools.new_id()}.part"
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        """Add bytes. Fault NO_ROOM where the disk is full."""
        self._hash.update(data)
        self.size += len(data)
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            raise _no_room() if error.errno in _FULL else error from None

    def whole(self) -> str:
        """Bring the body to the disk; its SHA-256."""
        try:
            os.fsync(self._file)
        except OSError as error:
            raise _no_room() if error.errno in _FULL else error from None
        return self._hash.hexdigest()

    def keep(self, place: Path) -> None:
        """Give the file its name, which survives a crash once this has returned."""
        os.replace(self.path, place)
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def close(self) -> None:
        """Let go; what was not kept is removed."""
        os.close(self._file)
        self.path.unlink(missing_ok=True)


def _no_room() -> Fault:
    return Fault(Category.NO_ROOM, "the disk of the service has no room for the file; nothing of it was stored")


def discard(tools: Services, load: str) -> None:
    """Remove a load's file: what it held is in the inbox, or is not wanted."""
    path(tools, load).unlink(missing_ok=True)


def sweep(tools: Services) -> None:
    """Remove what no load under way stands behind and nobody writes to: a process ended in the middle of its work."""
    folder, old = tools.settings.load_folder, tools.clock().timestamp() - STALLED_SECONDS
    found = [item for item in folder.iterdir() if _written(item) < old] if folder.is_dir() else []
    if not found:
        return
    with tools.database.read.connect() as connection:
        wanted = loads.under_way(connection)
    for item in found:
        if item.name not in wanted:
            item.unlink(missing_ok=True)


def _written(item: Path) -> float:
    with suppress(FileNotFoundError):
        return item.stat().st_mtime
    return float("inf")
