"""Packages that only some operators need: imported when they are used, missed with the name of the extra."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class EngineUnavailable(RuntimeError):
    """Something that an engine needs is not installed; the message says what to do."""


def package(name: str, *extras: str) -> Any:
    """The module of that name. EngineUnavailable naming the extras that bring it, where it is not installed."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        root = name.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != root:
            raise
        wanted = " or ".join(f"'engraft[{extra}]'" for extra in extras)
        raise EngineUnavailable(f"the package {root} is not installed: pip install {wanted}") from error
