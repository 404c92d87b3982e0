"""The tables in docs/profiles/: each column of a shipped mapping profile, written from the profile itself.

docs/profiles.md. Without an argument the pages are written; with --check they are compared.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from app.interop.mapping.expansion import single, variants
from app.interop.mapping.lookup import words_of
from app.interop.mapping.profile import Form, Map, Profile, Source
from app.interop.mapping.profiles import documents
from app.interop.mapping.target import written
from app.interop.template.columns import sheets

FOLDER = Path(__file__).parents[1] / "docs" / "profiles"
PAGES = {"engraft-template": "engraft-template-xlsx", "redcap-transplant": "redcap-transplant", "cibmtr": "cibmtr"}
START, END = "<!-- from the profile: scripts/profile_pages.py -->\n", "<!-- end -->\n"
_ENVELOPE = ("status", "recorded", "version")


def page(name: str) -> str:
    """A page with its tables as the profile has them now."""
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    return before + START + "\n".join(_tables(PAGES[name])) + "\n" + END + rest.partition(END)[2]


def _tables(profile_name: str) -> Iterator[str]:
    profile = [loaded.profile for (name, _), (_, loaded) in documents().items() if name == profile_name][-1]
    meanings = _meanings(profile_name)
    for form in profile.forms:
        yield from (f"\n### {form.form}: `{form.record}`\n", *_conditions(form))
        yield (
            "| column | field | meaning | read |\n|---|---|---|---|"
            if meanings
            else "| column | field | read |\n|---|---|---|"
        )
        yield from dict.fromkeys(_rows(form, meanings))
    if profile.maps:
        yield from ("\n### Words\n", *_words(profile))


def _conditions(form: Form) -> Iterator[str]:
    """Which rows these are."""
    asked = [f"`{one.column}` {_asked(one.is_, one.is_not, one.empty)}" for one in form.when or ()]
    if asked:
        yield f"Rows in which {' and '.join(asked)}.\n"


def _asked(among: list[str] | None, outside: list[str] | None, empty: bool | None) -> str:
    said = [f"is {' or '.join(among)}"] if among else []
    said += ["is empty" if empty else "is not empty"] if empty is not None else []
    return " and ".join([*said, *([f"is not {' or '.join(outside)}"] if outside else [])])


def _rows(form: Form, meanings: dict[tuple[str, str], str]) -> Iterator[str]:
    envelope = [(name, getattr(form, name)) for name in _ENVELOPE]
    fields = [(written(path), source) for path, source in single(form.fields)]
    fields += [(f"{written(path)} of {end}", one) for end, spread in variants(form) for path, one in single(spread)]
    for name, source in (*((name, one) for name, one in envelope if one is not None), *fields):
        columns, read = _source(source)
        for column in columns:
            meaning = meanings.get((form.record, column)) or meanings.get(("*", column), "")
            said = f"{_escaped(meaning)} | " if meanings else ""
            yield f"| {_cell(column)} | {name} | {said}{_escaped(read)} |"


def _source(source: str | Source) -> tuple[list[str], str]:
    """(columns, how they are read)."""
    if isinstance(source, str):
        return [source], ""
    if source.checkboxes is not None:
        return [*source.checkboxes], "check boxes: " + ", ".join(source.checkboxes.values())
    said = [f"words: {source.map}"] if isinstance(source.map, str) else ["words of its own"] if source.map else []
    said += [f"values between `{source.split}`"] if source.split else []
    said += [f"less than a day is known where `{source.precision.column}` says so"] if source.precision else []
    if source.column is None:
        return [""], f"always {source.const}"
    return [source.column], "; ".join(said)


def _words(profile: Profile) -> Iterator[str]:
    yield from ("| map | words |", "|---|---|")
    for name, found in profile.maps.items():
        said = [f"{word} → {'not recorded' if meant is None else meant}" for word, meant in words_of(found)[0].items()]
        more = ["other words stay"] if isinstance(found, Map) and found.else_ == "keep" else []
        yield f"| {name} | {_escaped(', '.join([*said, *more]))} |"


def _meanings(profile_name: str) -> dict[tuple[str, str], str]:
    """What is said of a column elsewhere: in the template, in the data dictionary."""
    if profile_name == PAGES["engraft-template"]:
        return {(sheet.name, column.name): column.meaning for sheet in sheets([]) for column in sheet.columns}
    if profile_name != "redcap-transplant":
        return {}
    rows = csv.DictReader((FOLDER / "redcap-transplant-dictionary.csv").read_text(encoding="utf-8").splitlines())
    return {("*", name): text for row in rows for name, text in _described(row)}


def _described(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    name, label, note = row["Variable / Field Name"], row["Field Label"], row["Field Note"]
    yield name, f"{label} ({note})" if note else label
    for choice in row["Choices, Calculations, OR Slider Labels"].split(" | "):
        code, _, said = choice.partition(", ")
        yield f"{name}___{code}", f"{label}: {said}"


def _cell(column: str) -> str:
    return f"`{column}`" if column else ""


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def main(compare: bool) -> int:
    """Write the pages, or say which are not current."""
    stale = [name for name in PAGES if page(name) != (FOLDER / f"{name}.md").read_text(encoding="utf-8")]
    if compare:
        print("\n".join(f"docs/profiles/{name}.md is not current: run scripts/profile_pages.py" for name in stale))
        return 1 if stale else 0
    for name in stale:
        (FOLDER / f"{name}.md").write_text(page(name), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
