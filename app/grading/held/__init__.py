"""Values derived from the components of a record, each held against what was reported."""

from app.grading.held.held import Held, Value
from app.grading.held.record import of_record

__all__ = ["Held", "Value", "of_record"]
