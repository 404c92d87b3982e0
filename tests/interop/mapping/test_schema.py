from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.commands.profile import is_current
from app.interop.mapping.profiles import documents
from app.interop.mapping.schema import json_schema
from tests.interop.mapping.profiles import document

VALIDATOR = Draft202012Validator(json_schema())


def test_the_schema_is_one_and_is_the_published_one() -> None:
    Draft202012Validator.check_schema(json_schema())
    assert is_current()


def test_every_word_is_explained() -> None:
    parts = {"Profile": json_schema(), **json_schema()["$defs"]}
    silent = [
        f"{name}.{word}"
        for name, part in parts.items()
        for word, shape in part.get("properties", {}).items()
        if "description" not in shape and name != "CodeRef"
    ]
    assert silent == []


@pytest.mark.parametrize(
    "loaded", [loaded for _, loaded in documents().values()], ids=lambda loaded: loaded.profile.profile
)
def test_shipped_profiles_follow_the_schema(loaded: Any) -> None:
    assert [*VALIDATOR.iter_errors(loaded.value)] == []


@pytest.mark.parametrize(
    "form",
    [
        {"fields": {"term": {"column": "t", "mpa": "x"}}},
        {"record": "labs"},
        {"wen": []},
        {"fields": {"term": 3}},
        {"id": []},
        {"when": [{"column": "x", "is": "a"}]},
    ],
)
def test_what_is_no_profile_does_not_follow_it(form: dict[str, Any]) -> None:
    good = document({"fields": {"term": "t"}})
    assert VALIDATOR.is_valid(good)
    assert not VALIDATOR.is_valid({**good, "forms": [good["forms"][0] | form]})
