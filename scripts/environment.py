"""Make, check or mend the virtual environment .venv, from the hash-pinned requirements alone.

Run by the Makefile before each target: ``python3 scripts/environment.py base|dev|spark|conformance``. A stamp in
.venv/.stamps holds the digest of what was installed from; where a stamp does not fit (other pins, other Python, moved
checkout, interrupted set-up) the environment is built anew, so that nothing stays in it that the pins no longer name.
Standard library only.
"""

import contextlib
import fcntl
import hashlib
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / ".stamps"
PYTHON = VENV / "bin" / "python"
PIP_INSTALL = (str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input")
# Each step: what its stamp is keyed on, and the arguments of pip for it.
PINNED = ("--require-hashes", "--only-binary", ":all:")  # a source distribution would build with unpinned downloads
STEPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "base": (
        ("requirements/build.txt", "requirements/base.txt"),
        (*PINNED, "-r", "requirements/build.txt", "-r", "requirements/base.txt"),
    ),
    "dev": (("requirements/dev.txt",), (*PINNED, "-r", "requirements/dev.txt")),
    # pyspark comes as source only; it is built with the pinned build tools.
    "spark": (
        ("requirements/spark.txt",),
        (*PINNED, "--no-binary", "pyspark", "--no-build-isolation", "-r", "requirements/spark.txt"),
    ),
    "conformance": (
        ("requirements/conformance.txt",),
        (*PINNED, "-r", "requirements/conformance.txt"),
    ),
    "project": (
        ("pyproject.toml", "hatch_build.py", "app/version.py", "requirements/base.in"),
        ("--no-deps", "--no-build-isolation", "--editable", "."),
    ),
}
LEVELS = {
    "base": ("base", "project"),
    "dev": ("base", "dev", "project"),
    "spark": ("base", "dev", "spark", "project"),
    "conformance": ("base", "dev", "conformance", "project"),
}
MADE = "python"


def made_by() -> str:
    """Say which Python and which place the environment belongs to: scripts in it hold both."""
    return f"{sys.base_prefix} {platform.python_implementation()} {sys.version_info[:2]} {platform.machine()} {VENV}"


def digest(step: str) -> str:
    """Digest of the files that a step installs from."""
    parts = [(ROOT / name).read_bytes() for name in STEPS[step][0]]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def stamp(name: str) -> str | None:
    """Read a stamp; None where the step was never finished."""
    path = STAMPS / name
    return path.read_text(encoding="utf-8") if path.is_file() else None


def run(*command: str) -> None:
    """Run a command from the project's root, stop with its own message where it fails."""
    if code := subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit(f"engraft: `{' '.join(command)}` failed ({code}); .venv is not ready and is built anew next time")


def works() -> bool:
    """Tell whether the environment's own Python starts and has pip."""
    try:
        return subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def unfit() -> str | None:
    """Say why the environment must be built anew; None where it may stay."""
    if not VENV.exists():
        return "there is none yet"
    if stamp(MADE) is None:
        return "its set-up was not finished, or not ours"
    if stamp(MADE) != made_by():
        return "it belongs to another Python or another folder"
    if any(stamp(step) not in (None, digest(step)) for step in ("base", "dev", "spark", "conformance")):
        return "the requirements changed"
    return None if works() else "its Python does not start"


def install(steps: list[str]) -> None:
    """Install the steps; the stamp of the whole is away meanwhile, so that an interruption is seen by the next run."""
    (STAMPS / MADE).unlink(missing_ok=True)
    for step in steps:
        print(f"engraft: installing into .venv: {step} ({', '.join(STEPS[step][0])})", flush=True)
        run(*PIP_INSTALL, *STEPS[step][1])
        (STAMPS / step).write_text(digest(step), encoding="utf-8")
    (STAMPS / MADE).write_text(made_by(), encoding="utf-8")


def prepare(level: str) -> None:
    """Bring the environment to a level, doing only what is missing."""
    if reason := unfit():
        print(f"engraft: making .venv with Python {platform.python_version()}: {reason}", flush=True)
        run(sys.executable, "-m", "venv", "--clear", str(VENV))
        STAMPS.mkdir()
    if missing := [step for step in LEVELS[level] if stamp(step) != digest(step)]:
        install(missing)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold a lock, so that two targets started at once do not build into one folder."""
    with (ROOT / "requirements" / "base.in").open(encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    with alone():
        prepare(sys.argv[1])
