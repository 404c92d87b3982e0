"""The only floor with queries: SQLAlchemy Core on SQLite and PostgreSQL."""
