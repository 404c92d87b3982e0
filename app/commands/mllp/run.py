"""The MLLP server from its start to SIGTERM.

docs/mllp.md
"""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass

from rich.console import Console
from starlette.concurrency import run_in_threadpool

from app.api.mllp.limits import Limits
from app.api.mllp.server import Address, MllpServer
from app.api.mllp.taking import Taking
from app.config import Settings
from app.main import close_services, open_store, random_id
from app.services.asking import utc_now
from app.services.intake.hl7v2 import HL7V2
from app.services.intake.submission import Context, Submission
from app.services.messages.incoming import settled
from app.version import VERSION

ACTOR = "mllp"


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom to listen, and where."""

    study: str
    context: Context
    address: Address


async def run(settings: Settings, asked: Asked, limits: Limits, console: Console) -> None:
    """Serve until SIGTERM or SIGINT; what was read by then is committed and acknowledged first.

    Fault for an unknown study or profile.
    """
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    tools = await run_in_threadpool(open_store, settings, utc_now, random_id)
    try:
        model = Submission(asked.study, b"", HL7V2[0], asked.context, False, False, ACTOR)
        await run_in_threadpool(settled, tools, model)
        server = MllpServer(Taking(tools, model, limits).take, limits)
        port = await server.start(asked.address)
        tls = "TLS" if asked.address.tls else "no TLS"
        console.print(f"Engraft {VERSION} takes HL7 v2 on {asked.address.host}:{port} ({tls})", soft_wrap=True)
        await ending.wait()
        await server.stop()
    finally:
        await run_in_threadpool(close_services, tools)
