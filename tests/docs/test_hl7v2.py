"""The table of the shipped profile in the documentation is made from the profile.

docs/hl7v2.md
"""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from app.interop.mapping.expansion import key_parts, single
from app.interop.mapping.loading import load
from app.interop.mapping.profile import Condition, Form, Key, Source

PAGE = Path(__file__).resolve().parents[2] / "docs" / "hl7v2.md"
PROFILE = load(files("app.interop.mapping").joinpath("profiles", "hl7v2.yaml").read_bytes()).profile


def source(found: str | Source) -> str:
    if isinstance(found, str):
        return f"`{found}`"
    told = f"`{found.column}`" if found.column else f"*{found.const}*"
    return f"{told} by map" if found.map else told


def condition(found: Condition) -> str:
    if found.is_ is not None:
        return f"`{found.column}` is {words(found.is_)}"
    if found.matches is not None:
        return f"`{found.column}` has `{found.matches.strip('*').strip('|')}`"
    told = [] if found.empty is None else ["is empty" if found.empty else "is there"]
    told += [f"is none of {words(found.is_not)}"] if found.is_not else []
    return f"`{found.column}` {' and '.join(told)}"


def words(found: list[str]) -> str:
    return ", ".join(f"`{word}`" for word in found)


def cells(form: Form) -> Iterator[str]:
    when = "; ".join(condition(one) for one in form.when or ())
    yield f"{form.form}: {when}"
    yield form.rows or ""
    yield f"`{form.record}`"
    key = " and ".join(source(part) for part in key_parts(form))
    yield f"{key}, made unreadable" if isinstance(form.id, Key) else key
    fields: dict[str, str] = {}
    for path, found in single(form.fields):
        names = "".join(f".{step}" if isinstance(step, str) else "[]" for step in path).lstrip(".")
        fields.setdefault(names, source(found))
    yield "; ".join(f"{name} {told}" for name, told in fields.items()) or "taken back"


def row(form: Form) -> str:
    return f"| {' | '.join(text.replace('|', chr(92) + '|') for text in cells(form))} |"


def test_the_table_is_that_of_the_profile() -> None:
    told = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert [line for line in (row(form) for form in PROFILE.forms) if line not in told] == []
