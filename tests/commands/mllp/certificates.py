"""Certificates made for a test, by openssl's own command."""

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Made:
    """A certificate and its key."""

    chain: Path
    key: Path


def certificate(folder: Path, name: str) -> Made:
    """One that signs itself, for 127.0.0.1."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    made = Made(folder / f"{name}.pem", folder / f"{name}.key")
    subject = ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    files = ["-keyout", str(made.key), "-out", str(made.chain)]
    subprocess.run([*command, *subject, *files], check=True, capture_output=True)
    return made


def trusting(server: Made, own: Made | None = None) -> ssl.SSLContext:
    """A sender that knows the server, with a certificate of its own or without."""
    found = ssl.create_default_context(cafile=str(server.chain))
    if own is not None:
        found.load_cert_chain(own.chain, own.key)
    return found
