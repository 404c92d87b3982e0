"""Definition to SQLAlchemy Core: one statement per endpoint, one meaning on every engine."""
