"""Validators that others wrote, as processes: a resource a line goes in, the issues that they find come out.

https://hl7.org/fhir/R4/validation.html

What they say although nothing is wrong stands in excuses.csv, each with its reason; docs/conformance.md explains it.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pytest

HERE = Path(__file__).parent
NPM = HERE / "npm"
LIBRARIES = HERE / "hapi" / "target" / "lib"
COUNTED = {"fatal", "error", "warning"}
_INDEX = re.compile(r"\[\d+\]")
_INSIDE = re.compile(r".*/\*(\w+)/[^*]*\*/")  # HAPI's way to say which resource an entry of a Bundle holds


@dataclass(frozen=True)
class Issue:
    """What a validator finds. place: an element of a resource, also in a Bundle, without the numbers of array items."""

    judge: str
    severity: str
    place: str
    message: str


@dataclass(frozen=True)
class Excuse:
    """A row of excuses.csv. place, message: regular expressions that the whole of an issue's must match."""

    judge: str
    severity: str
    place: str
    message: str
    reason: str

    def covers(self, issue: Issue) -> bool:
        return (
            (issue.judge, issue.severity) == (self.judge, self.severity)
            and re.fullmatch(self.place, issue.place) is not None
            and re.fullmatch(self.message, issue.message) is not None
        )


@cache
def excuses() -> tuple[Excuse, ...]:
    rows = csv.DictReader((HERE / "excuses.csv").read_text(encoding="utf-8").splitlines())
    return tuple(Excuse(**row) for row in rows)


class Judge:
    """One process for the whole run: the validators take seconds to start."""

    def __init__(self, command: list[str]) -> None:
        self.excused: set[Excuse] = set()
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the process)
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._complaints, encoding="utf-8"
        )

    def faults(self, resource: str | dict[str, Any]) -> list[Issue]:
        """What counts of what it finds in a resource: JSON, or its text where the digits matter."""
        return [issue for issue in self._issues(resource) if not self._is_excused(issue)]

    def all_faults(self, resources: Iterable[str]) -> dict[Issue, str]:
        """Each fault once, with the first resource that has it."""
        found: dict[Issue, str] = {}
        for resource in resources:
            for issue in self.faults(resource):
                found.setdefault(issue, resource)
        return found

    def close(self) -> None:
        self._process.communicate()
        self._complaints.close()

    def _issues(self, resource: str | dict[str, Any]) -> list[Issue]:
        text = resource if isinstance(resource, str) else json.dumps(resource)
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(" ".join(text.splitlines()) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, self._last_words()
        found = [Issue(**{**issue, "place": _place(issue["place"])}) for issue in json.loads(answer)]
        return [issue for issue in found if issue.severity in COUNTED]

    def _last_words(self) -> str:
        self._complaints.seek(0)
        return self._complaints.read().decode()

    def _is_excused(self, issue: Issue) -> bool:
        by = next((row for row in excuses() if row.covers(issue)), None)
        if by is not None:
            self.excused.add(by)
        return by is not None


def _place(text: str) -> str:
    return _INDEX.sub("[]", _INSIDE.sub(r"\1", text))


def told(judge: Judge, resources: list[str]) -> list[str]:
    """Each fault once, in words, with the resource that has it."""
    return [f"{issue} in {resource[:200]}" for issue, resource in judge.all_faults(resources).items()]


def npm() -> Judge:
    """The validators of @medplum/core and of npm `fhir`; they know R4 alone."""
    if shutil.which("node") is None or not (NPM / "node_modules").is_dir():
        unavailable("node or the npm packages (`make conformance` installs them)")
    return Judge(["node", str(NPM / "judge.mjs")])


def hapi(release: str, *definitions: Path) -> Judge:
    """HAPI's instance validator. release: R4 or R5; definitions: files of them, a resource a line."""
    if shutil.which("javac") is None or not LIBRARIES.is_dir():
        unavailable("a JDK or HAPI's libraries (`make conformance` installs them with mvn)")
    source = str(HERE / "hapi" / "Hapi.java")
    return Judge(["java", "-Xmx2g", "-cp", f"{LIBRARIES}/*", source, release, *map(str, definitions)])


def unavailable(what: str) -> NoReturn:
    """Skip on a desk, but fail in continuous integration: there the judges are promised."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"not here: {what}", pytrace=False)
    pytest.skip(f"not here: {what}")
