"""What SQLite's planner is told of the event table: stated once, never measured.

https://www.sqlite.org/fileformat2.html#stat1tab

Without statistics it takes a study for some ten rows and loops over loops: the time of an endpoint grows with the
square of the subjects. With measured ones it reads the whole table for a question about one subject. Numbers of a very
large registry give the right plan for both, at every size.
"""

from __future__ import annotations

from sqlalchemy import Connection

from app.storage.tables import EVENT

# (index, "rows in the table, then rows for one value of the first column, of the first two, …")
STATED = (
    ("ix_clinical_event_kind", "100000000 100000000 5000000 5 2"),
    ("ix_clinical_event_subject", "100000000 20 2"),
    ("ix_clinical_event_record", "100000000 2"),
)


def state(connection: Connection) -> None:
    """Put the numbers in place, for connections that are opened later. Nothing happens where they are."""
    if _known(connection) == set(STATED):
        return
    connection.exec_driver_sql("PRAGMA analysis_limit = 1")
    connection.exec_driver_sql(f"ANALYZE {EVENT.name}")  # makes the table of statistics
    connection.exec_driver_sql("DELETE FROM sqlite_stat1 WHERE tbl = ?", (EVENT.name,))
    for index, numbers in STATED:
        connection.exec_driver_sql("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", (EVENT.name, index, numbers))


def _known(connection: Connection) -> set[tuple[str, str]]:
    made = connection.exec_driver_sql("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'").first()
    if made is None:
        return set()
    rows = connection.exec_driver_sql("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = ?", (EVENT.name,))
    return {(row.idx, row.stat) for row in rows}
