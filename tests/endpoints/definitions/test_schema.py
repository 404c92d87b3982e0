"""The published JSON Schema takes what the service takes, and refuses what it refuses.

https://json-schema.org/draft/2020-12/schema
"""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.commands.study import PLACE, current
from app.endpoints.definitions import documents
from app.endpoints.document import WrongDefinition
from app.endpoints.loading import load, load_value

ROOT = Path(__file__).parents[3]
OWN = load((Path(__file__).parent / "hsct-42.yaml").read_bytes()).value


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads((ROOT / PLACE).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    return Draft202012Validator(schema)


def test_the_committed_schema_is_current() -> None:
    assert (ROOT / PLACE).read_text(encoding="utf-8") == current()


@pytest.mark.parametrize("value", [OWN, *(loaded.value for _, loaded in documents().values())], ids=lambda value: "")
def test_definitions_that_run_follow_the_schema(validator: Draft202012Validator, value: dict[str, Any]) -> None:
    assert [error.message for error in validator.iter_errors(value)] == []


BROKEN: dict[str, tuple[tuple[Any, ...], Any]] = {
    "unknown word": (("windowdays",), 28),
    "id": (("id",), "a b"),
    "reserved id": (("id",), "schema"),
    "version": (("version",), 0),
    "interval type": (("estimate", "conf_type"), "plane"),
    "level": (("estimate", "level"), 1),
    "no landmarks": (("estimate", "landmarks"), []),
    "kind of event": (("sources", "death", "kind"), "deth"),
    "status of another vocabulary": (("sources", "status", "status_in"), ["complete"]),
    "grade where there is none": (("sources", "death", "grade_min"), 3),
    "value out of range": (("sources", "blasts", "value_min"), 101),
    "no source": (("sources",), {}),
    "id of an endpoint": (("endpoints", "efs"), OWN["endpoints"]["EFS"]),
    "kind of endpoint": (("endpoints", "EFS", "kind"), "survival"),
    "no events": (("endpoints", "EFS", "events"), []),
    "event without a source": (("endpoints", "EFS", "events", 0), {"component": "relapse"}),
    "when": (("endpoints", "EFS", "observation_end", 0, "when"), "before"),
    "nothing overridden": (("endpoints", "EFS", "analyses", "therapy-ignored"), {"text": "as before"}),
    "name of an analysis": (("endpoints", "EFS", "analyses", "primary"), {"text": "x", "censor": []}),
    "word of another kind": (("endpoints", "SAE", "events"), []),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_the_service_refuses_the_schema_refuses(validator: Draft202012Validator, name: str) -> None:
    path, value = BROKEN[name]
    broken = copy.deepcopy(OWN)
    part: Any = broken
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    assert not validator.is_valid(broken)
    with pytest.raises(WrongDefinition):
        load_value(broken)


def test_every_word_is_described(validator: Draft202012Validator) -> None:
    schema = validator.schema
    for part in (schema, *schema["$defs"].values()):
        for word, shape in part["properties"].items():
            assert shape["description"].endswith("."), (part["title"], word)
