"""The example extract: a seeded generator of invented trial data, untidy as hospitals are."""

from app.example.extract import Extract, generate
from app.example.files import FORMATS, write

__all__ = ["FORMATS", "Extract", "generate", "write"]
