"""The shipped study definitions.

https://yaml.org/spec/1.2.2/
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from app.endpoints.definition import Definition
from app.endpoints.loading import Loaded, load


@cache
def documents() -> dict[tuple[str, int], tuple[str, Loaded]]:
    """Every definition that comes with the service, as its text and what was read from it, by id and version.

    ValueError where two documents bear one id and version.
    """
    folder = resources.files(__package__)
    texts = [item.read_text(encoding="utf-8") for item in folder.iterdir() if item.name.endswith(".yaml")]
    read = [(text, load(text.encode())) for text in texts]
    found = {(loaded.definition.id, loaded.definition.version): (text, loaded) for text, loaded in read}
    if len(found) != len(texts):
        raise ValueError("two shipped definitions have one id and version")
    return dict(sorted(found.items()))


@cache
def shipped() -> dict[tuple[str, int], Definition]:
    """Every definition that comes with the service, by id and version."""
    return {key: loaded.definition for key, (_, loaded) in documents().items()}


def newest(name: str) -> Definition:
    """The newest shipped version of a definition. KeyError where none is shipped."""
    versions = [key for key in shipped() if key[0] == name]
    if not versions:
        raise KeyError(name)
    return shipped()[max(versions)]
