"""Cells of a workbook as texts: numbers without noise, dates as ISO, and what is no value.

https://learn.microsoft.com/en-us/office/troubleshoot/excel/floating-point-arithmetic-inaccurate-result
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from app.interop.mapping.row import Typed

NO_RESULT: Any = object()
"""Stands for a formula of which the workbook holds no result."""
WRONG: Any = object()
"""Stands for an error such as #N/A."""
ERRORS = frozenset(["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"])


def text_of(value: Any) -> str:
    """A cell's value as the text that a profile reads; "" where there is none."""
    if value is None or value is NO_RESULT or value is WRONG:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return Typed(value)
    if isinstance(value, float):
        # Excel works with 15 digits; what stands behind them is noise of the binary form.
        return Typed(f"{value:.15g}")
    return _moment(value) if isinstance(value, (date, time, timedelta)) else str(value)


def _moment(value: date | time | timedelta) -> str:
    if isinstance(value, datetime):
        rounded = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
        return rounded.date().isoformat() if rounded.time() == time() else rounded.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    return value.isoformat() if isinstance(value, date) else value.replace(microsecond=0).isoformat()
