"""The page of complaints names tests that there are: 52 rows, each with a test or the word that there is none.

docs/fhir-complaints.md
"""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "fhir-complaints.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
NONE = "not reached: "


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(found.name for found in functions if found.name.startswith("test_"))


def test_there_are_52_complaints_each_with_its_threads() -> None:
    assert [row[0] for row in rows()] == [str(number) for number in range(1, 53)]
    assert all(len(row) == 5 and row[1] and row[2] for row in rows())


def test_every_named_test_is_there() -> None:
    for number, _, _, rule, test in rows():
        named = TEST.findall(test)
        assert bool(named) != test.startswith(NONE), number
        assert rule or test.startswith(NONE), number
        for path, name in named:
            assert (ROOT / path).is_file() and name in names_in(path), (number, path, name)
