"""The quick form of `python -m tests.resilience.mllp_kills`."""

from pathlib import Path

import pytest

from tests.resilience.mllp_kills import run


@pytest.mark.slow
def test_what_was_acknowledged_survives_kills_and_what_was_not_comes_again(tmp_path: Path) -> None:
    trial = run(tmp_path, points=4, seed=7)
    assert len(trial.acknowledged) == len(trial.sent) > 8
