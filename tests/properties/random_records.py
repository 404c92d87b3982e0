"""Records around the schema: mostly of the right names, often of the right kind, sometimes of neither."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from pydantic import BaseModel

from app.domain.records import RECORD_TYPES

DATES = [
    "2024",
    "2024-02",
    "2024-02-29",
    "2024-03-10",
    "2024-03-31T02:30:00+01:00",
    "2024-03-10T23:59:59.999999999-12:00",
    "1850-01-01T00:00:00+14:00",
    "2199-12-31",
    "2024-02-30",
    "2023-02-29T10:00:00Z",
    "24-1-1",
    "2024-03-10T10:00:00",
    "2024-03-10T10:00Z",
    "2024-03-10T10:00:00+23:59",
]
WORDS = ["CR", "relapse", "marrow", "acute", "chronic", "II", "mild", "completed", "not-done", "related", "male", "dli"]
UNITS = ["10*9/L", "10*6/kg", "10*6/kg{CD34}", "%", "mg/dL", "cells/kg"]
TESTS = ["anc", "ANC", "platelets", "creatinine", "26499-4"]
TEXTS = [*WORDS, *UNITS, *TESTS, "<0.1", "> 5", "Sepsis", "x" * 200, "y" * 201, "é" * 128, "\U0001f9ec", " ", "", "a\u0301", "\u200b", "\u0085", "\x7f", "a\nb"]
texts = st.sampled_from(TEXTS) | st.sampled_from(DATES) | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
numbers = (
    st.integers(-5, 5)
    | st.integers(-(10**40), 10**40)
    | st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=10**6)
    | st.sampled_from([Decimal("0.10"), Decimal("1E+30"), Decimal("1E-30"), Decimal("1E+400"), Decimal("-0.0")])
)
scalars = st.none() | st.booleans() | numbers | texts
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2), max_leaves=4)


def value(annotation: Any) -> st.SearchStrategy[Any]:
    """Something like what a field of this annotation holds."""
    names = str(annotation)
    options = [anything, texts, numbers]
    if "bool" in names:
        options += [st.booleans()] * 3
    if "PartialDate" in names:
        options += [st.sampled_from(DATES)] * 6
    if "Literal" in names:
        options += [st.sampled_from(literals(annotation))] * 6
    if "int" in names:
        options += [st.integers(0, 5)] * 6
    for model in models(annotation):
        options += [like(model)] * 6
    found = st.one_of(options)
    return found | st.lists(found, max_size=3) if "list" in names else found
