"""The example on disk."""

from collections import Counter
from pathlib import Path

import pytest

from app.example import generate, write

from .reading import EXAMPLES, current, posts, records


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("example")
    write(directory)
    return directory


def test_the_committed_files_are_what_write_writes(written: Path) -> None:
    ours = {path.name: path.read_bytes() for path in EXAMPLES.iterdir()}
    assert sorted(ours) == sorted(path.name for path in written.iterdir())
    assert [name for name in ours if ours[name] != (written / name).read_bytes()] == []


def test_one_file_a_post(written: Path) -> None:
    extract = generate(2026, 60)
    names = sorted(path.name for path in written.glob("*.ndjson"))
    assert names == [f"{number:03d}.ndjson" for number in range(1, len(extract.batches) + 1)]


def test_write_says_what_it_wrote_and_takes_older_numbers_away(tmp_path: Path) -> None:
    (tmp_path / "999.ndjson").write_text("{}\n")
    (tmp_path / "notes.ndjson").write_text("{}\n")
    told = write(tmp_path, seed=3, subjects=48)
    assert not (tmp_path / "999.ndjson").exists()
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in told} | {"notes.ndjson"}


def _readme_table(title: str) -> dict[str, list[str]]:
    section = (EXAMPLES / "README.md").read_text(encoding="utf-8").partition(f"## {title}\n")[2].partition("\n## ")[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| ")]
    return {cells[0].strip(): [cell.strip() for cell in cells[1:]] for cells in lines[2:]}


def test_readme_counts_the_types_as_they_are() -> None:
    arrivals = Counter(record["type"] for record in records() if not record["id"].startswith("BAD"))
    told = _readme_table("Records by type")
    assert {kind: int(cells[0]) for kind, cells in told.items() if kind != "all"} == arrivals
    assert int(told["all"][0]) == arrivals.total()
    for kind in arrivals:
        assert int(told[kind][2]) == len(current(kind)), kind


def test_readme_counts_what_is_missing_as_it_is() -> None:
    told = _readme_table("What they say, and how")
    for field in ("grade", "relatedness", "serious"):
        missing = [one for one in current("adverse_event").values() if field not in one]
        assert told[f"adverse event without `{field}`"][:2] == [
            str(len(missing)),
            str(len({one["subject"] for one in missing})),
        ]
    text = [one for one in current("lab").values() if isinstance(one["value"], str)]
    assert told["lab value with a comparator"][0] == str(len(text))


def test_readme_places_the_refused_records_where_they_are() -> None:
    for name, cells in _readme_table("To be refused").items():
        file, _, line = cells[-1].replace("`", "").partition(" line ")
        assert f'"id":"{name}"' in posts()[int(file[:3]) - 1][int(line) - 1]


def test_readme_names_every_subject_once() -> None:
    assert sorted(_readme_table("Who was meant to show what")) == sorted(
        {one["subject"] for one in current("subject").values()}
    )


def test_as_hl7v2_each_file_holds_the_messages_of_one_post(tmp_path: Path) -> None:
    extract = generate(2026, 60)
    told = write(tmp_path, form="hl7v2")
    assert [path.name for path in told] == [
        *(f"{number:03d}.hl7" for number in range(1, len(extract.batches) + 1)),
        "study.json",
    ]
    for path, batch in zip(told, extract.batches, strict=False):
        assert path.read_bytes().count(b"MSH|") == len(batch)
