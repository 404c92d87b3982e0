"""The names of the engines, apart from the engines, so that the command line knows them without loading any."""

from enum import StrEnum


class Name(StrEnum):
    """The engines that read an exported folder."""

    duckdb = "duckdb"
    spark = "spark"
