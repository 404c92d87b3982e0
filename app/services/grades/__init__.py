"""Laboratory results with their CTCAE grades."""

from app.services.grades.grades import grades

__all__ = ["grades"]
