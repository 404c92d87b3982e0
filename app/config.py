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
    loads: Path | None = Field(
        None,
        description="folder of large files on their way in, shared by all processes of one database",
    )
    max_load_bytes: Annotated[int, Field(ge=1024)] = Field(
        4096 * MIB, description="largest file of a background load; it is kept on disk until it is taken"
    )
    page_size: Annotated[int, Field(ge=1, le=10_000)] = Field(1000, description="resources a page of $everything")
    exports: Path | None = Field(
        None, description="folder of exported files, shared by all processes of one database; unset: in the data folder"
    )
    export_hours: Annotated[int, Field(ge=1, le=24 * 30)] = Field(24, description="how long exported files are kept")
    max_exports: Annotated[int, Field(ge=1, le=100)] = Field(4, description="exports under way, of one client")
    readers: Annotated[int, Field(ge=1, le=64)] = Field(8, description="database connections for reading")
    read_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        60, description="the longest that one statement of a reader may take; beyond it the answer is 503"
    )
    webhook_plain_http: bool = Field(False, description="let receivers of notifications be addressed without TLS")
    webhook_private_addresses: bool = Field(
        False, description="let them be on loopback and private networks, which an outsider could otherwise reach by us"
    )
    poll_seconds: Annotated[float, Field(gt=0, le=5)] = Field(
        0.5, description="how often the outbox is looked at for what subscribers wait for"
    )

    @property
    def export_folder(self) -> Path:
        """Where exported files lie."""
        return self.exports or self.data / "exports"

    @property
    def load_folder(self) -> Path:
        """Where large files wait."""
        return self.loads or self.data / "loads"

    @property
    def url(self) -> str:
        """The database's SQLAlchemy URL."""
        if self.database_url:
            return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
        return f"sqlite:///{(self.data / 'engraft.sqlite').as_posix()}"
