"""SQLite's plans of Provenance: changes are gone through in their order, or begin with what was asked for."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine

from app.endpoints.event import METADATA
from app.storage import planner
from app.storage.provenance import Asked, Named, statement
from app.storage.visibility import EVERYTHING

ALL = Asked(9, EVERYTHING)


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        (ALL, "USING INDEX ix_resource_seq"),
        (Asked(9, EVERYTHING, newest_first=True), "USING INDEX ix_resource_seq"),
        (Asked(9, EVERYTHING, sites=((("study", "A"),),)), "USING INDEX ix_resource_seq"),
        (Asked(9, EVERYTHING, targets=((Named("Patient", "x"),),)), "ix_resource_seq (seq_from=?)"),
        (Asked(9, EVERYTHING, patients=(("x",),), links=(1,)), "ix_resource_seq (seq_from=?)"),
    ],
    ids=["all", "newest", "site", "target", "patient"],
)
def test_no_page_reads_the_table_whole_or_sorts_it(tmp_path: Path, asked: Asked, first: str) -> None:
    with create_engine(f"sqlite:///{tmp_path}/store.sqlite").begin() as connection:
        METADATA.create_all(connection)
        planner.state(connection)
        compiled = statement(asked, 3, 11).compile(
            dialect=connection.dialect, compile_kwargs={"render_postcompile": True}
        )
        values = tuple(compiled.params[name] for name in compiled.positiontup or ())
        found = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values)]
    assert any(first in step for step in found), found
    assert not [step for step in found if step.startswith("SCAN resource") or "TEMP B-TREE FOR ORDER" in step], found
