"""The work of a page is the same in a small and in a large store, for each shape of question, on both engines.

Counted, not timed: on SQLite the steps of its machine, on PostgreSQL the pages of storage that it touches.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from app.endpoints.event import METADATA
from app.services.search.criteria import Asker
from app.services.search.query import read_query
from app.storage.search import pages
from app.storage.search.pages import Question
from app.storage.visibility import EVERYTHING
from tests.conftest import administer
from tests.storage.large import fill

ASKER = Asker("http://engraft.test/fhir", datetime(2026, 6, 30, tzinfo=UTC))
SMALL, LARGE = 1_500, 15_000
# A tree of ten thousand leaves is a level or two higher than one of five hundred.
GROWTH = 2.0
SHAPES = {
    "Patient?_id=p400": 1,
    "Patient?gender=female": 11,
    "Patient?family=family 40": 11,
    "Observation?code=c7": 11,
    "Observation?code=c7,c8": 11,
    "Observation?subject=Patient/p400": 5,
    "Observation?subject=Patient/p400&date=ge2021&_sort=-date": 5,
    "Observation?date=2021-05": 11,
    "Observation?date=ge2021-05-01": 11,
    "Observation?date=ge2040": 0,
    "Observation?date=lt2021-05-01T12:00:00Z": 11,
    "Observation?status=final&date=gt2021-05": 11,
    "Observation?code=c7&date=ge2021-05-01": 11,
    "Observation?code=c7&value-quantity=lt50": 11,
    "Observation?code:not=c7": 11,
    "Observation?component-code-value-quantity=k7$lt50": 11,
    "Observation?combo-code-value-quantity=k7$lt50": 11,
    "Observation?subject.family:exact=family 1400": 5,
    "Observation?subject.gender=female": 11,
    "Observation?code=c7&subject.gender=female": 11,
    "Observation?patient._has:AdverseEvent:subject:event=t7": 11,
    "Patient?_has:Observation:subject:code=c7": 11,
    "ResearchSubject?individual.gender=male&identifier=A-400": 1,
    "Observation?_sort=-date": 11,
    "Observation?code=c7&_sort=date": 11,
    "Observation?_sort=-_lastUpdated": 11,
    "Observation?code=c7&_sort=_lastUpdated": 11,
    "Observation?_lastUpdated=ge2027": 0,
    "Observation?code=c7&_lastUpdated=ge2027": 0,
    "Observation?date:missing=true&code=c7": 0,
}
# What begins alike is put in order, and what has no value is looked for among all that has the other one.
GROWING = {"Patient?family=family 40", "Observation?date:missing=true&code=c7"}


def asked(connection: Connection, question: str) -> Question:
    type_, _, text_ = question.partition("?")
    pairs = [(name, value) for name, _, value in (part.partition("=") for part in text_.split("&"))]
    query = read_query(ASKER, type_, pairs, lenient=False)
    return Question(type_, 1, EVERYTHING, tuple(query.criteria), tuple(query.sort))


class Store:
    """A filled store, and the work that it does."""

    def __init__(self, url: str, subjects: int) -> None:
        self.engine = create_engine(url, poolclass=NullPool)
        with self.engine.begin() as connection:
            METADATA.create_all(connection)
            fill(connection, subjects)
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("VACUUM ANALYZE"))

    def work(self, question: str) -> tuple[int, int]:
        """(work, number of resources found) of the first page."""
        with self.engine.connect() as connection:
            measured = _steps if connection.dialect.name == "sqlite" else _touched
            return measured(connection, asked(connection, question))


def _steps(connection: Connection, question: Question) -> tuple[int, int]:
    count = 0

    def step() -> None:
        nonlocal count
        count += 1

    driver = connection.connection.driver_connection
    assert driver is not None
    driver.set_progress_handler(step, 10)
    found = pages.page(connection, question, None, 10)
    driver.set_progress_handler(None, 0)
    return count, len(found.ids) + found.more


def _touched(connection: Connection, question: Question) -> tuple[int, int]:
    """Each statement of the page explained while it runs; those that probe are left out of the sum, and are bounded."""
    touched, found = 0, 0
    for statement in pages.statements(connection, question, None, 11):
        compiled = statement.limit(11 - found).compile(
            dialect=connection.dialect, compile_kwargs={"render_postcompile": True}
        )
        explained = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {compiled}", compiled.params)
        top = explained.scalar_one()
        plan = (json.loads(top) if isinstance(top, str) else top)[0]["Plan"]
        touched += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        found += plan["Actual Rows"]
        if found > 10:
            break
    return touched, found


@contextmanager
def databases(url: str, *sizes: int) -> Iterator[list[Store]]:
    """One filled PostgreSQL database for each number of subjects."""
    names = {size: f"cost_{uuid4().hex}" for size in sizes}
    try:
        for name in names.values():
            administer(url, f"CREATE DATABASE {name}")
        urls = [(make_url(url).set(database=name), size) for size, name in names.items()]
        yield [Store(found.render_as_string(hide_password=False), size) for found, size in urls]
    finally:
        for name in names.values():
            administer(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little is put in order at once, so that the small store is a large one in this."""
    monkeypatch.setattr(pages, "MOST_ORDERED", 20)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Store]]:
    folder = tmp_path_factory.mktemp("cost")
    yield [Store(f"sqlite:///{folder}/{size}.sqlite", size) for size in (SMALL, LARGE)]


def grows(stores: list[Store], question: str, leeway: int) -> bool:
    """Whether the large store has more to do; both find the same number, or the large one more."""
    (small, few), (large, found) = (store.work(question) for store in stores)
    assert few <= found == SHAPES[question]
    return large > GROWTH * small + leeway


@pytest.mark.parametrize("question", SHAPES)
def test_a_page_costs_the_same_in_a_large_store_on_sqlite(embedded: list[Store], question: str) -> None:
    assert grows(embedded, question, 10) == (question in GROWING)


def test_a_page_costs_the_same_in_a_large_store_on_postgresql(postgres_url: str) -> None:
    """In one test, since the two stores take longer to fill than to ask."""
    with databases(postgres_url, SMALL, LARGE) as stores:
        assert [question for question in SHAPES if grows(stores, question, 60)] == sorted(GROWING, reverse=True)
