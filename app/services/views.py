"""Running ViewDefinitions over what is stored.

https://sql-on-fhir.org/ig/operations-run.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Engine

from app.domain.errors import Category, Fault, Issue, bad_parameter
from app.interop.viewdefinition import shipped
from app.interop.viewdefinition.batches import batches
from app.interop.viewdefinition.errors import ViewError
from app.interop.viewdefinition.parameters import Asked
from app.interop.viewdefinition.read import read
from app.interop.viewdefinition.table import Row, Table, compile_view
from app.storage import counter, views
from app.storage.views import Resources
from app.storage.visibility import Caller

Json = dict[str, Any]
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_MILLISECOND = timedelta(milliseconds=1)


def find(identifier: str) -> Json:
    """A shipped ViewDefinition by its id. Fault NOT_FOUND."""
    found = shipped.views().get(identifier)
    if found is None:
        raise Fault(Category.NOT_FOUND, "no such ViewDefinition")
    return found


def table(asked: Asked) -> Table:
    """The view that is asked for, ready to run. Fault where it is missing, unknown or wrong."""
    if (asked.view is None) == (asked.reference is None):
        raise bad_parameter("viewResource", "either viewResource or viewReference")
    view = asked.view if asked.reference is None else shipped.find(asked.reference)
    if view is None:
        known = ", ".join(f"ViewDefinition/{name}" for name in shipped.views())
        issue = Issue("viewReference", "not-found", "no such ViewDefinition", known)
        raise Fault(Category.NOT_FOUND, issue.message, (issue,))
    try:
        return compile_view(read(view))
    except ViewError as error:
        raise fault(error) from None


def fault(error: ViewError) -> Fault:
    """A view that cannot be read or run, as a fault with its place."""
    issue = Issue(error.place, "invalid", error.message)
    return Fault(Category.UNPROCESSABLE, f"the ViewDefinition cannot be run: {error.message}", (issue,))


def rows(engine: Engine, found: Table, asked: Asked, caller: Caller) -> Iterator[list[Row]]:
    """The rows, in batches; those of the stored resources are of one moment, whatever is written meanwhile, and of
    what the caller may see.

    ViewError where a resource does not allow what the view asks of it.
    """
    return batches(found, _resources(engine, found, asked, caller), asked.limit)


def _resources(engine: Engine, found: Table, asked: Asked, caller: Caller) -> Iterable[Json]:
    if asked.resources is not None:
        return asked.resources
    with engine.connect() as connection:
        seq = counter.latest(connection).seq
        # What changed at that very instant has changed since.
        since = None if asked.since is None else counter.at_time(connection, _before(asked.since)).seq
    chosen = Resources(found.view.resource, seq, caller, since, asked.patients)
    return (_DECODER.decode(body) for body in views.stream(engine, chosen))


def _before(instant: str) -> datetime:
    return datetime.fromisoformat(instant) - _MILLISECOND
