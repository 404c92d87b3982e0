"""Spark over a Parquet file of events: the DuckDB text, transpiled.

https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.SparkSession.sql.html
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.endpoints.event import EVENT
from app.engines.extra import EngineUnavailable, package
from app.engines.text import Text, spark_arguments, spark_steps

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # In 4.3 this rule breaks plans that unite a named part with a join of the same part, and the query with it.
    "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.RemoveRedundantAliases",
}


# On one machine Spark's 200 parts of each shuffle are 200 tasks for the same few cores.
LOCAL_SETTINGS = {"spark.sql.shuffle.partitions": str(4 * (os.cpu_count() or 1))}


@dataclass(frozen=True)
class Spark:
    """An engine on one session."""

    session: Any

    def rows(self, text: Text, given: dict[str, Any]) -> list[dict[str, Any]]:
        """Every row by column name, in the statement's order."""
        arguments = spark_arguments(text.values(given))
        *parts, (_, query) = spark_steps(text.sql)
        kept = [self._keep(name, part, arguments) for name, part in parts]
        try:
            return [row.asDict() for row in self.session.sql(query, args=arguments).collect()]
        finally:
            for frame in kept:
                frame.unpersist()

    def _keep(self, name: str, query: str, arguments: dict[str, Any]) -> Any:
        """A named part, worked out once at its first use; the next statement's part of that name replaces it."""
        frame = self.session.sql(query, args=arguments).persist()
        frame.createOrReplaceTempView(name)
        return frame


@contextmanager
def spark(events: Path, master: str) -> Iterator[Spark]:
    """A session on that master, stopped afterwards. EngineUnavailable without the packages or Java."""
    sql = package("pyspark.sql", "spark")
    package("sqlglot", "spark")
    check_java()
    builder = sql.SparkSession.builder.master(master).appName("engraft")
    for name, value in {**SETTINGS, **(LOCAL_SETTINGS if master.startswith("local") else {})}.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    try:
        session.read.parquet(str(events)).createOrReplaceTempView(EVENT.name)
        yield Spark(session)
    finally:
        session.stop()


def check_java() -> None:
    """EngineUnavailable where no Java can be found, as Spark itself would look for it."""
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which(os.path.join(home, "bin", "java")) if home else shutil.which("java")):
        place = f"JAVA_HOME ({home})" if home else "the PATH, and JAVA_HOME is not set"
        raise EngineUnavailable(f"Spark needs Java 17 or newer: there is no java in {place}")
