"""The worker of loads: takes one that is free, and sees it to its end.

docs/loading.md
"""

from __future__ import annotations

import json
import logging

from app.domain.errors import Fault, Issue
from app.services.context import Services
from app.services.loads.files import discard, sweep
from app.services.loads.run import LEASE, Attempt, Lost, Stopped
from app.storage import loads
from app.storage.counter import utc_text
from app.storage.loads import Load

LOG = logging.getLogger("engraft")
# Attempts in which nothing more was taken.
MOST_ATTEMPTS = 3
_GONE = Issue("", "not-found", "the file is not there any more; send it again, and the load goes on where it ended")
_BROKEN = Issue("", "exception", "the load failed; send the file again, and it goes on where it ended")


def turn(tools: Services) -> None:
    """Do every load that is free, one after another; then what was left behind goes."""
    while not tools.loads.stopping and _any_free(tools):
        claimed = _claim(tools)
        if claimed is not None:  # else another worker was quicker
            _attempt(tools, claimed)
    if not tools.loads.stopping:
        sweep(tools)


def _any_free(tools: Services) -> bool:
    with tools.database.read.connect() as connection:
        return loads.free(connection, utc_text(tools.clock())) is not None


def _claim(tools: Services) -> Load | None:
    now, lease = tools.clock(), tools.new_id()
    return tools.writer.run(lambda connection: loads.claim(connection, lease, utc_text(now), utc_text(now + LEASE)))


def _attempt(tools: Services, load: Load) -> None:
    if load.attempts > MOST_ATTEMPTS:  # whoever tried last did not live to say that it failed
        _end(tools, load, loads.FAILED, _BROKEN)
        return
    try:
        _end(tools, load, loads.COMPLETED, *Attempt(tools, load).run())
    except Stopped:
        tools.writer.run(lambda connection: loads.release(connection, load))
    except Lost:
        return
    except Fault as fault:
        _end(tools, load, loads.FAILED, *(fault.issues or (Issue("", "processing", fault.detail),)))
    except FileNotFoundError:
        _end(tools, load, loads.FAILED, _GONE)
    except Exception as error:  # whatever it was: the load must come to an end that its sender hears of
        LOG.error("load, attempt %d: %s", load.attempts, type(error).__name__)
        if load.attempts == MOST_ATTEMPTS:
            _end(tools, load, loads.FAILED, _BROKEN)


def _end(tools: Services, load: Load, state: str, *issues: Issue) -> None:
    """The file goes with the load, unless it is another's by now."""
    time, problem = utc_text(tools.clock()), json.dumps([issue.as_json() for issue in issues])
    if tools.writer.run(lambda connection: loads.end(connection, load, state, time, problem)):
        discard(tools, load.id)
