"""The shipped study definitions and their reading.

https://yaml.org/spec/1.2.2/
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml

from app.endpoints.definition import Definition


@cache
def shipped() -> dict[str, Definition]:
    """Every definition that comes with the service, by id."""
    folder = resources.files(__package__)
    texts = [item.read_text(encoding="utf-8") for item in folder.iterdir() if item.name.endswith(".yaml")]
    return {found.id: found for found in sorted(map(parse, texts), key=lambda item: item.version)}


def parse(text: str) -> Definition:
    """A definition from its YAML text. pydantic.ValidationError names the place of what is wrong."""
    return Definition.model_validate(yaml.safe_load(text))
