"""Install what judges the service in `make conformance` and is not of Python: npm packages and Maven libraries.

Each comes by the client of its own registry, at the versions that its folder in tests/conformance pins. What the
machine has no tools for is named and left out: the tests that need it are skipped then, and fail in CI. Standard
library only.
"""

import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "conformance"


@dataclass(frozen=True)
class Judge:
    """folder: in tests/conformance; pins: what it is installed from; made: where that goes; tools: what it needs."""

    folder: str
    pins: tuple[str, ...]
    made: str
    tools: tuple[str, ...]
    command: tuple[str, ...]


JUDGES = (
    Judge("npm", ("package.json", "package-lock.json"), "node_modules", ("node", "npm"), ("npm", "ci", "--no-audit")),
    Judge(
        "hapi",
        ("pom.xml",),
        "target",
        ("javac", "mvn"),
        ("mvn", "-q", "-B", "--strict-checksums", "dependency:copy-dependencies"),
    ),
)


def install(judge: Judge) -> None:
    """Install one, unless it is there already; the stamp is written last, so that an interruption is seen."""
    folder = FOLDER / judge.folder
    stamp = folder / judge.made / ".stamp"
    digest = hashlib.sha256(b"\0".join((folder / pin).read_bytes() for pin in judge.pins)).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == digest:
        return
    if missing := [tool for tool in judge.tools if shutil.which(tool) is None]:
        print(f"engraft: without {' and '.join(missing)} nothing of tests/conformance/{judge.folder} is installed")
        return
    print(f"engraft: installing into tests/conformance/{judge.folder} ({', '.join(judge.pins)})", flush=True)
    shutil.rmtree(folder / judge.made, ignore_errors=True)
    if code := subprocess.run(judge.command, cwd=folder, stdout=subprocess.DEVNULL, check=False).returncode:
        sys.exit(f"engraft: `{' '.join(judge.command)}` failed ({code})")
    stamp.write_text(digest, encoding="utf-8")


if __name__ == "__main__":
    for one in JUDGES:
        install(one)
