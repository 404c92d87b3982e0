"""create_app: the only place where everything meets.

https://fastapi.tiangolo.com/advanced/events/
"""

from __future__ import annotations

import random
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from app.api import docs, faults
from app.api.door import Door
from app.api.fhir.app import fhir_app
from app.api.fhir_writes import transaction, writing
from app.api.last_resort import LastResort
from app.api.limits import BodyLimit
from app.api.routes import (
    adverse_events,
    cuts,
    definitions,
    deliveries,
    derived,
    endpoints,
    explanations,
    grades,
    health,
    loads,
    patients,
    plots,
    profiles,
    quarantine,
    queries,
    records,
    redrive,
    schemas,
    status,
    studies,
    template,
    terminology,
)
from app.config import Settings
from app.migrate import upgrade
from app.services.asking import utc_now
from app.services.context import Services
from app.services.errand import Errand
from app.services.export import worker as export_worker
from app.services.intake.study import seed
from app.services.loads import worker as load_worker
from app.services.subscriptions.address import resolve
from app.services.subscriptions.dispatcher import Dispatcher
from app.services.subscriptions.webhook import Webhooks
from app.storage import planner
from app.storage.database import open_database
from app.storage.documents import Reader
from app.storage.statistics import Statistics
from app.storage.writer import Writer
from app.version import VERSION

# Seconds between looks for exports and loads that another process left unfinished.
JOBS_PAUSE = 5.0
SUMMARY = "Trial data in; endpoints, status and FHIR out."


def random_id() -> str:
    """An id that says nothing: 128 random bits."""
    return secrets.token_hex(16)


def create_app(
    settings: Settings | None = None,
    clock: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = random_id,
) -> FastAPI:
    """The whole service on its settings. Opening and closing the store follows the application's life."""
    chosen = settings or Settings()
    tools = open_services(chosen, clock, new_id)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        dispatcher = Dispatcher(tools, Webhooks(chosen, clock, resolve), new_id(), random.random)
        dispatcher.start()
        yield
        await run_in_threadpool(dispatcher.stop)
        close_services(tools)

    app = FastAPI(title="Engraft", version=VERSION, summary=SUMMARY, lifespan=life, docs_url=None, redoc_url=None)
    app.state.services = tools
    for module in (
        definitions,
        profiles,
        studies,
        template,
        cuts,
        records,
        schemas,
        quarantine,
        deliveries,
        redrive,
        loads,
        patients,
        endpoints,
        explanations,
        queries,
        plots,
        adverse_events,
        status,
        grades,
        derived,
        terminology,
        health,
    ):
        app.include_router(module.router)
    app.add_middleware(Door, prefix="/fhir", app_behind=fhir_app(tools, [*writing.ROUTES, *transaction.ROUTES]))
    app.add_middleware(BodyLimit, most=chosen.max_body_bytes, most_of_a_load=chosen.max_load_bytes)
    app.add_middleware(LastResort)
    docs.install(app)
    faults.install(app)
    return app


def open_services(settings: Settings, clock: Callable[[], datetime], new_id: Callable[[], str]) -> Services:
    """Migrate, open and seed the store, and begin with what nobody waits for."""
    tools = open_store(settings, clock, new_id)
    tools.exports.start(lambda: export_worker.turn(tools))
    tools.loads.start(lambda: load_worker.turn(tools))
    return tools


def open_store(settings: Settings, clock: Callable[[], datetime], new_id: Callable[[], str]) -> Services:
    """Migrate, open and seed the store."""
    if settings.database_url is None:
        settings.data.mkdir(parents=True, exist_ok=True)
    upgrade(settings.url)
    database = open_database(settings.url, settings.readers, settings.read_seconds)
    writer = Writer(database.write, written=None if database.embedded else Statistics(database).written)
    if database.embedded:
        writer.run(planner.state)
    errands = Errand("exports", JOBS_PAUSE), Errand("loads", JOBS_PAUSE)
    tools = Services(settings, database, writer, Reader(database), clock, new_id, *errands)
    tools.writer.run(lambda connection: seed(connection, clock(), new_id))
    return tools


def close_services(tools: Services) -> None:
    """Finish what is queued, then close the store. Exports and loads under way are gone on with at the next start."""
    tools.exports.stop()
    tools.loads.stop()
    tools.writer.stop()
    tools.reader.close()
    tools.database.dispose()
