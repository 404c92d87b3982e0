"""`engraft mllp` as an operator has it: a process of its own, its options, its end."""

import signal
import socket
import ssl
import threading
from pathlib import Path
from subprocess import Popen

import httpx
import pytest
from typer.testing import CliRunner

from app.cli import app
from app.commands.serve import running
from app.config import Settings
from tests.commands.mllp.certificates import Made, certificate, trusting
from tests.journeys.conftest import STORES
from tests.journeys.door import Raw, open_door
from tests.journeys.door import subject as record
from tests.journeys.messages import subject, verdict
from tests.journeys.mllp import Sender
from tests.resilience.mllp_process import mllp

STUDY = ["--study", "gdt-relapse"]


def refused(folder: Path, *options: str) -> str:
    result = CliRunner().invoke(app, ["mllp", "--data", str(folder), *options])
    assert result.exit_code == 2, result.output
    return result.output


def test_other_machines_are_let_in_by_a_plain_word_alone(tmp_path: Path) -> None:
    assert "--i-know-there-is-no-authentication" in refused(tmp_path, *STUDY, "--host", "0.0.0.0")


def test_a_study_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "no such study" in refused(tmp_path, "--study", "none", "--port", "0")


def test_a_profile_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "profile" in refused(tmp_path, *STUDY, "--port", "0", "--profile", "none")


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert port in refused(tmp_path, *STUDY, "--port", port)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--tls-key", "k.pem"], "need --tls-cert"),
        (["--tls-client-ca", "ca.pem"], "need --tls-cert"),
        (["--tls-cert", "none.pem"], "no such files, or no certificate with its key"),
    ],
)
def test_certificates_that_cannot_be_used_are_told(tmp_path: Path, options: list[str], words: str) -> None:
    assert words in refused(tmp_path, *STUDY, *options)


class SecureSender(Sender):
    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        super().__init__(port)
        self.socket = context.wrap_socket(self.socket, server_hostname="127.0.0.1")


@pytest.mark.slow
def test_with_tls_only_senders_with_a_known_certificate_are_heard(tmp_path: Path) -> None:
    server, hospital, stranger = (certificate(tmp_path, name) for name in ("server", "hospital", "stranger"))
    with mllp(tmp_path, *tls(server, hospital)) as (_, port):
        with SecureSender(port, trusting(server, hospital)) as sender:
            assert verdict(sender.ask(subject("C1"))) == ("AA", "C1")
        for own in (stranger, None):
            with pytest.raises(OSError), SecureSender(port, trusting(server, own)) as sender:
                sender.ask(subject("C2"))
        with Sender(port) as plain:
            plain.send(subject("C3"))
            assert plain.ended()


def tls(server: Made, hospital: Made) -> list[str]:
    return ["--tls-cert", str(server.chain), "--tls-key", str(server.key), "--tls-client-ca", str(hospital.chain)]


@pytest.mark.slow
def test_sigterm_lets_what_was_read_come_to_its_end(tmp_path: Path) -> None:
    with mllp(tmp_path) as (process, port), Sender(port) as sender:
        sender.send(*(subject(f"C{number}", f"A-{number}") for number in range(100)))
        answered = [verdict(sender.receive()) for _ in range(5)]
        process.send_signal(signal.SIGTERM)
        answered += until_closed(sender)
        assert process.wait(60) == 0
    assert answered == [("AA", f"C{number}") for number in range(len(answered))]
    with open_door(tmp_path) as door:
        stored = {row["subject"] for row in door.get("/studies/gdt-relapse/subjects").json()["subjects"]}
    assert stored == {f"A-{number}" for number in range(len(answered))}


def until_closed(sender: Sender) -> list[tuple[str, str]]:
    found = []
    try:
        while True:
            found.append(verdict(sender.receive()))
    except ConnectionError:
        return found


@pytest.mark.slow
@pytest.mark.parametrize("store", STORES)
def test_it_works_beside_a_running_service_on_one_store(
    store: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_database") if store == "postgresql" else None
    options = ["--database", url] if url else []
    with running(Settings(data=tmp_path, database_url=url), 0) as address, mllp(tmp_path, *options) as (process, port):
        both = [threading.Thread(target=work, args=(end,)) for work, end in ((post, address), (send, port))]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        stored = httpx.get(f"{address}/studies/gdt-relapse/subjects").json()["subjects"]
        assert len(stored) == 80
        ended(process)
    with open_door(tmp_path, url) as door:
        assert door.rebuilt().different == 0


def post(address: str) -> None:
    with httpx.Client(base_url=address, timeout=60) as client:
        for number in range(40):
            raw: Raw = record(f"B-{number}")
            client.post("/studies/gdt-relapse/records", json=raw).raise_for_status()


def send(port: int) -> None:
    with Sender(port) as sender:
        for number in range(40):
            assert verdict(sender.ask(subject(f"C{number}", f"A-{number}"))) == ("AA", f"C{number}")


def ended(process: Popen[bytes]) -> None:
    process.terminate()
    assert process.wait(60) == 0
