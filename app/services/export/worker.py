"""The worker of exports: takes a job that is free, and sees it to its end.

docs/bulk-export.md
"""

from __future__ import annotations

import logging
import shutil
from datetime import timedelta

from app.services.context import Services
from app.services.export.files import folder, sweep
from app.services.export.run import LEASE, Attempt, Lost, Stopped
from app.storage.counter import utc_text
from app.storage.exports import jobs
from app.storage.exports.jobs import File, Job

LOG = logging.getLogger("engraft")
MOST_ATTEMPTS = 3


def turn(tools: Services) -> None:
    """Do every job that is free, one after another; then what has expired goes."""
    while not tools.exports.stopping and _any_free(tools):
        claimed = _claim(tools)
        if claimed is not None:  # else another worker was quicker
            _attempt(tools, *claimed)
    if not tools.exports.stopping:
        sweep(tools)


def _any_free(tools: Services) -> bool:
    with tools.database.read.connect() as connection:
        return jobs.free(connection, utc_text(tools.clock())) is not None


def _claim(tools: Services) -> tuple[Job, list[File]] | None:
    """A job that is ours for LEASE, with what earlier attempts made of it."""
    now, lease = tools.clock(), tools.new_id()
    return tools.writer.run(lambda connection: jobs.claim(connection, lease, utc_text(now), utc_text(now + LEASE)))


def _attempt(tools: Services, job: Job, files: list[File]) -> None:
    if job.attempts > MOST_ATTEMPTS:  # whoever tried last did not live to say that it failed
        _end(tools, job, jobs.FAILED)
        return
    try:
        Attempt(tools, job, files).run()
        if not _end(tools, job, jobs.COMPLETED):
            raise Lost
        _tidy(tools, job, {file.name for file in files})
    except Stopped:
        tools.writer.run(lambda connection: jobs.release(connection, job))
    except Lost:
        _leave(tools, job)
    except Exception as error:  # whatever it was: the job must come to an end that its client hears of
        LOG.error("export, attempt %d: %s", job.attempts, type(error).__name__)
        if job.attempts == MOST_ATTEMPTS:
            _end(tools, job, jobs.FAILED)
        _leave(tools, job)


def _end(tools: Services, job: Job, state: str) -> bool:
    """False where the job is another's by now, or gone."""
    expires = utc_text(tools.clock() + timedelta(hours=tools.settings.export_hours))
    return tools.writer.run(lambda connection: jobs.end(connection, job, state, expires))


def _tidy(tools: Services, job: Job, listed: set[str]) -> None:
    """Remove what killed attempts began."""
    for path in folder(tools, job.id).iterdir():
        if path.name not in listed:
            path.unlink(missing_ok=True)


def _leave(tools: Services, job: Job) -> None:
    """A cancelled job leaves nothing behind; one that another worker has is left alone."""
    with tools.database.read.connect() as connection:
        gone = jobs.find(connection, job.id) is None
    if gone:
        shutil.rmtree(folder(tools, job.id), ignore_errors=True)
