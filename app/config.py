"""Every setting once, with its type, default and reason. Built in `create_app` and passed down.

https://docs.pydantic.dev/latest/concepts/pydantic_settings/
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1024 * 1024


class Settings(BaseSettings):
    """Environment variables `ENGRAFT_*`; the command line overrides them."""

    model_config = SettingsConfigDict(env_prefix="ENGRAFT_", extra="ignore")

    database_url: str | None = Field(None, description="SQLAlchemy URL; unset: an embedded SQLite in the data folder")
    data: Path = Field(Path("data"), description="folder of the embedded database")
    base_url: str | None = Field(None, description="public address; unset: taken from each request")
    max_body_bytes: Annotated[int, Field(ge=1024)] = Field(
        32 * MIB, description="largest request body; a night's records of a hospital fit many times"
    )
    max_records: Annotated[int, Field(ge=1)] = Field(20_000, description="most records in one payload")
    page_size: Annotated[int, Field(ge=1, le=10_000)] = Field(1000, description="resources a page of $everything")
    readers: Annotated[int, Field(ge=1, le=64)] = Field(8, description="database connections for reading")

    @property
    def url(self) -> str:
        """The database's SQLAlchemy URL."""
        if self.database_url:
            return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
        return f"sqlite:///{(self.data / 'engraft.sqlite').as_posix()}"
