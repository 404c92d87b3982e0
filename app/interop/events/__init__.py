"""Forms to clinical events: one file per noun, pure translation."""

from app.interop.events.read import read_events

__all__ = ["read_events"]
