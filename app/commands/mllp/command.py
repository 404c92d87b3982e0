"""`engraft mllp`: HL7 v2 messages of a hospital over TCP, straight into the store.

docs/mllp.md
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.commands.mllp.tls import Certificates, NotCertificates, context
from app.commands.serve import EXPOSE, NotLoopback, check_host
from app.config import Settings
from app.domain.errors import Fault

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def mllp(
    study: Annotated[str, typer.Option(help="the study's name")],
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free")] = 2575,
    data: Annotated[Path, typer.Option(help="folder of the embedded database")] = Path("data"),
    database: Annotated[str | None, typer.Option(help="PostgreSQL URL instead of the embedded database")] = None,
    profile: Annotated[str | None, typer.Option(help="mapping profile; unset: the shipped one of HL7 v2")] = None,
    site: Annotated[str | None, typer.Option(help="whose messages they are; unset: as MSH-4 says")] = None,
    source: Annotated[str | None, typer.Option(help="the system they come from; unset: as MSH-3 says")] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="certificate chain of this server, PEM")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="its private key, PEM; unset: in the file of --tls-cert")] = None,
    tls_client_ca: Annotated[Path | None, typer.Option(help="who may sign certificates of senders, PEM")] = None,
    max_message: Annotated[int, typer.Option(min=1024, help="bytes of one message")] = 4 * 1024 * 1024,
    idle_seconds: Annotated[float, typer.Option(min=1, help="a connection may be silent so long")] = 300,
    connections: Annotated[int, typer.Option(min=1, max=10_000, help="at once")] = 256,
    exposed: Annotated[
        bool, typer.Option(EXPOSE, help="allow other addresses than loopback, though nobody is asked")
    ] = False,
) -> None:
    """Take HL7 v2 messages over MLLP, and acknowledge each once it is stored."""
    from app.api.mllp.limits import Limits
    from app.api.mllp.server import Address
    from app.commands.mllp.run import Asked, run
    from app.services.intake.submission import Context

    try:
        check_host(host, exposed)
        tls = context(Certificates(tls_cert, tls_key, tls_client_ca))
    except (NotLoopback, NotCertificates) as error:
        raise _usage(str(error)) from None
    settings = Settings(data=data)
    chosen = settings.model_copy(update={"database_url": database}) if database else settings
    limits = Limits(message=max_message, connections=connections, idle=idle_seconds)
    asked = Asked(study, Context(site, source, profile), Address(host, port, tls))
    try:
        asyncio.run(run(chosen, asked, limits, console))
    except (Fault, OSError) as error:
        raise _usage(f"{host}:{port}: {error.strerror}" if isinstance(error, OSError) else str(error)) from None


def _usage(text: str) -> typer.Exit:
    errors.print(text, markup=False, soft_wrap=True)
    return typer.Exit(2)
