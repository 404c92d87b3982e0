"""Certificates of the MLLP server, and whether its senders must have some.

https://docs.python.org/3/library/ssl.html#ssl.SSLContext
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path


class NotCertificates(Exception):
    """The certificates cannot be used, and why."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: chain and key of this server, and of who may sign certificates of senders."""

    chain: Path | None
    key: Path | None
    client_ca: Path | None


def context(found: Certificates) -> ssl.SSLContext | None:
    """TLS 1.2 or newer with those certificates; None without any. NotCertificates for what cannot be used."""
    if found.chain is None:
        if found.key is not None or found.client_ca is not None:
            raise NotCertificates("--tls-key and --tls-client-ca need --tls-cert")
        return None
    chosen = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    chosen.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        chosen.load_cert_chain(found.chain, found.key)
    except (OSError, ssl.SSLError):
        raise NotCertificates("--tls-cert and --tls-key: no such files, or no certificate with its key") from None
    if found.client_ca is not None:
        _ask_senders(chosen, found.client_ca)
    return chosen


def _ask_senders(chosen: ssl.SSLContext, client_ca: Path) -> None:
    chosen.verify_mode = ssl.CERT_REQUIRED
    try:
        chosen.load_verify_locations(client_ca)
    except (OSError, ssl.SSLError):
        raise NotCertificates("--tls-client-ca: no such file, or no certificate in it") from None
