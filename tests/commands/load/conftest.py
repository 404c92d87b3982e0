"""A service in a process of its own, and the command in front of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from tests.journeys.test_crash import serving

Engraft = Callable[..., Result]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("service")) as (_, found):
        yield found


@pytest.fixture
def engraft(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engraft:
    """`engraft load` with these arguments, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **options: object) -> Result:
        usual = ["--to", address, "--patience", "0"]
        return CliRunner().invoke(app, ["load", *usual, *arguments], **options)  # type: ignore[arg-type]

    return run
