"""What planners are told of the large tables.

https://www.sqlite.org/fileformat2.html#stat1tab

SQLite's statistics are stated once, never measured. Without any it takes a study for some ten rows and loops over
loops: the time of an endpoint grows with the square of the subjects. With measured ones it reads the whole table for a
question about one subject. Numbers of a very large registry give the right plan for both, at every size.
"""

from __future__ import annotations

from sqlalchemy import Connection

from app.storage.tables import EVENT, RESOURCE, SEARCH_INDEX

# Of the event table: (index, "rows in the table, then rows for one value of the first column, of the first two, …")
STATED = (
    ("ix_clinical_event_kind", "100000000 100000000 5000000 5 2"),
    ("ix_clinical_event_subject", "100000000 20 2"),
    ("ix_clinical_event_record", "100000000 2"),
)
# A search begins with the value that it looks for, and then looks other values up resource by resource; told nothing,
# SQLite reads all values of a parameter for each resource. The index of values is clustered: its key bears its name.
SEARCHED = {
    RESOURCE.name: (
        ("sqlite_autoindex_resource_1", "100000000 10000000 2 2 1"),
        ("ix_resource_type", "100000000 10000000 1"),
        ("ix_resource_updated", "100000000 100 1"),
        ("ix_resource_record", "100000000 3"),
        ("ix_resource_study", "100000000 50000000 1"),
        ("ix_resource_subject", "100000000 100 1"),
    ),
    SEARCH_INDEX.name: (
        ("search_index", "1000000000 10 2 1"),
        ("ix_search_text", "1000000000 10000000 1000 2 1"),
        ("ix_search_low", "300000000 30000000 3000 2"),
        ("ix_search_high", "300000000 30000000 3000 2"),
    ),
}


def in_order(connection: Connection) -> None:
    """Until the end of this transaction PostgreSQL reads indexes in their order.

    A search walks along an index and stops when its page is full. PostgreSQL multiplies the shares of conditions that
    go together, expects next to nothing, and would gather all of it in a bitmap and sort it.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")


def state(connection: Connection) -> None:
    """Put the numbers in place, for this connection and for those that are opened later."""
    for table, stated in {EVENT.name: STATED, **SEARCHED}.items():
        if _there(connection, table) and _known(connection, table) != set(stated):
            _state(connection, table, stated)
    # The numbers are read when a connection is opened; so they are read again.
    connection.exec_driver_sql("ANALYZE sqlite_schema")


def _state(connection: Connection, table: str, stated: tuple[tuple[str, str], ...]) -> None:
    connection.exec_driver_sql("PRAGMA analysis_limit = 1")
    connection.exec_driver_sql(f"ANALYZE {table}")  # makes the table of statistics
    connection.exec_driver_sql("DELETE FROM sqlite_stat1 WHERE tbl = ?", (table,))
    for index, numbers in stated:
        connection.exec_driver_sql("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", (table, index, numbers))


def _there(connection: Connection, table: str) -> bool:
    return connection.exec_driver_sql("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).first() is not None


def _known(connection: Connection, table: str) -> set[tuple[str, str]]:
    if not _there(connection, "sqlite_stat1"):
        return set()
    rows = connection.exec_driver_sql("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = ?", (table,))
    return {(row.idx, row.stat) for row in rows}
