"""Whatever comes, a record is read, refused with its places, or kept; and what was kept can be asked for."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import NullPool, create_engine, make_url, text

from app.domain.errors import Issue
from app.domain.record import Record
from app.domain.records import read_record
from app.interop.fhir.check import check
from app.interop.jsontext import dump, parse
from app.interop.reading import Item
from app.services.intake.prepare import Prepared, Refused, prepare
from tests.journeys.door import Door, open_door, subject
from tests.properties.random_records import anything, kept, records


@settings(max_examples=120)
@given(records | anything)
def test_a_record_is_read_or_refused_with_its_places(raw: Any) -> None:
    found = read_record(raw)
    if isinstance(found, Record):
        assert read_record(parse(dump(raw))) == found
        return
    assert found
    assert all(isinstance(issue, Issue) and issue.code and issue.message for issue in found)


@settings(max_examples=80)
@given(records | anything)
def test_what_can_be_prepared_is_what_was_sent(raw: Any) -> None:
    """A refusal has a reason; what is kept says the same when it is read back."""
    found = prepare(Item(0, raw, dump(raw)))
    if isinstance(found, Refused):
        assert found.issues and all(issue.path.startswith("records[0]") for issue in found.issues)
        return
    assert isinstance(found, Prepared)
    again = {**parse(found.content.encode()), **(found.identity or {})}
    assert read_record(again) == found.record


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def door(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder: Path = tmp_path_factory.mktemp("random")
    with ExitStack() as stack:
        url = None
        if request.param == "postgresql":
            url = stack.enter_context(new_database(request.getfixturevalue("postgres_url")))
        yield stack.enter_context(open_door(folder, url))


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """A database for the whole module: examples are told apart by their study."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE random_records"))
        yield make_url(server).set(database="random_records").render_as_string(hide_password=False)
        connection.execute(text("DROP DATABASE random_records WITH (FORCE)"))


NAMES = iter(range(10**9))


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(st.lists(kept(), min_size=1, max_size=12))
def test_what_was_kept_can_be_asked_for(door: Door, raws: list[Any]) -> None:
    study = f"random-{next(NAMES)}"
    door.put_study(study)
    answer = door.post(dump([subject("A-000"), *raws]), study=study)
    assert answer.status_code == 201
    assert door.post(dump(raws[-1]), study=study).status_code in (200, 201, 422)
    for name in ("OS", "DFS", "DLT", "SAE", "CIR_NRM"):
        assert door.get(f"/studies/{study}/endpoints/{name}").status_code == 200
        assert door.get(f"/studies/{study}/endpoints/{name}/subjects").status_code == 200
    for path in ("subjects", "queries", "quarantine", "subjects/A-000/status", "subjects/A-000/grades"):
        assert door.get(f"/studies/{study}/{path}").status_code == 200, path
    bundle = parse(door.get(f"/fhir/{door.study_reference(study)}/$everything").content)
    for entry in bundle["entry"]:
        assert check(entry["resource"]) == []


def test_everything_that_was_kept_is_rebuilt(door: Door) -> None:
    """Runs after the other one, on what it left."""
    assert door.rebuilt().different == 0
