"""docs/spec-coverage.md names tests that exist, and leaves no hard case out."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "spec-coverage.md"
NAME = re.compile(r"`([\w/]+\.py::[^`]+)`")
HERE = "endpoints/spec/"


def rows() -> dict[str, list[str]]:
    """First cell of each row of the document's tables -> the tests it names, from `tests/` on."""
    found = {}
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("| ") and (names := NAME.findall(line)):
            found[line.split("|")[1].strip()] = [name if "/" in name.split("::")[0] else HERE + name for name in names]
    return found


def collected(files: set[str]) -> set[str]:
    """What pytest finds in these files: every case, and every test without its cases."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "--no-header", "-p", "no:cacheprovider"]
    answer = subprocess.run([*command, *sorted(files)], cwd=ROOT / "tests", capture_output=True, text=True, check=True)
    cases = {line.removeprefix("tests/") for line in answer.stdout.splitlines() if "::" in line}
    return cases | {case.split("[")[0] for case in cases}


def test_every_name_is_that_of_a_test() -> None:
    named = {name for names in rows().values() for name in names}
    assert len(named) > 100
    assert named - collected({name.split("::")[0] for name in named}) == set()


def test_no_hard_case_is_left_out() -> None:
    assert [name for name in rows() if re.fullmatch(r"H\d+", name)] == [f"H{number}" for number in range(1, 25)]


def test_every_case_of_the_awkward_histories_belongs_to_a_rule() -> None:
    """A test of this folder that nothing names shows nobody which rule it is for."""
    named = {name.split("[")[0] for names in rows().values() for name in names}
    awkward = {f"{HERE}{path.name}" for path in Path(__file__).parent.glob("test_awkward_*.py")}
    assert {name for name in collected(awkward) if "[" not in name} - named == set()
