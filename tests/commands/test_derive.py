"""Export, then derive: the files say what the service says, for every endpoint and analysis."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.exported import (
    command,
    derive,
    export,
    filled,
    load_example,
    of_service,
    subjects_of_file,
    subjects_of_service,
)
from tests.journeys.door import Door, open_door

ENGINES = ["duckdb", pytest.param("spark", marks=pytest.mark.spark)]


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Door, Path, Path]]:
    """(service with the example trial, its data folder, an export of it)."""
    data, folder = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("export")
    with open_door(data) as door:
        load_example(door)
        export(data, folder)
        yield door, data, folder


@pytest.mark.parametrize("engine", ENGINES)
def test_the_files_say_what_the_service_says(trial: tuple[Door, Path, Path], engine: str, tmp_path: Path) -> None:
    door, _, folder = trial
    summary = derive(engine, folder, tmp_path)
    expected = of_service(door)
    assert summary["endpoints"] == expected
    for endpoint, analyses in expected.items():
        for analysis in analyses:
            name = f"{endpoint}_subjects" if analysis == "primary" else f"{endpoint}_{analysis}_subjects"
            found = subjects_of_file(tmp_path / f"{name}.parquet")
            assert len(found) == 60
            assert found == filled(subjects_of_service(door, endpoint, analysis), found), (endpoint, analysis)


def test_a_cutoff_and_an_earlier_moment_are_the_services_too(trial: tuple[Door, Path, Path], tmp_path: Path) -> None:
    door, _, folder = trial
    asked = {"cutoff": "2025-12-31", "as_of": "4000"}
    summary = derive("duckdb", folder, tmp_path, "--cutoff", asked["cutoff"], "--as-of", asked["as_of"])
    expected = of_service(door, **asked)
    assert summary["endpoints"] == expected
    assert summary["as_of"] == expected["OS"]["primary"]["as_of"]
    assert summary["endpoints"] != of_service(door)


def test_an_export_of_an_earlier_moment_knows_no_more(trial: tuple[Door, Path, Path], tmp_path: Path) -> None:
    door, data, _ = trial
    export(data, tmp_path / "in", "--as-of", "4000")
    summary = derive("duckdb", tmp_path / "in", tmp_path / "out", "--analysis", "primary")
    expected = of_service(door, as_of="4000")
    assert summary["endpoints"] == {name: {"primary": found["primary"]} for name, found in expected.items()}
    late = command("derive", "--input", tmp_path / "in", "--output", tmp_path / "out", "--as-of", "4001")
    assert late.exit_code == 2


def test_a_folder_that_is_no_export_is_named(tmp_path: Path) -> None:
    result = command("derive", "--input", tmp_path, "--output", tmp_path / "out")
    assert result.exit_code == 2
    assert "is not an exported folder" in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [(("--analysis", "nonsense"), "analysis"), (("--cutoff", "2025-13-01"), "cutoff"), (("--as-of", "x"), "as_of")],
)
def test_what_cannot_be_used_is_named(
    trial: tuple[Door, Path, Path], tmp_path: Path, arguments: tuple[str, str], word: str
) -> None:
    result = command("derive", "--input", trial[2], "--output", tmp_path, *arguments)
    assert result.exit_code == 2
    assert word in result.output
