"""Records around the schema: mostly of the right names, often of the right kind, sometimes of neither."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from app.domain.records import RECORD_TYPES

FULL_DATES = [
    "2024-02-29",
    "2024-03-10",
    "2199-12-31",
    "2024-03-10T10:00Z",
    "2024-03-31T02:30:00+01:00",
    "2024-03-10T23:59:59.999999999-12:00",
    "1850-01-01T00:00:00+14:00",
]
NO_DATES = ["2024-02-30", "2023-02-29T10:00:00Z", "24-1-1", "2024-03-10T10:00:00", "2024-03-10T10:00:00+23:59"]
DATES = ["2024", "2024-02", *FULL_DATES, *NO_DATES]
KNOWN = ["CR", "anc", "platelets", "10*9/L", "10*6/kg", "%", "<0.1", "> 5", "Sepsis", "26499-4", "http://loinc.org"]
ODD = [
    "x" * 200,
    "y" * 201,
    "é" * 128,
    "\U0001f9ec",
    " ",
    "",
    "a\u0301",
    "\u200b",
    "\u0085",
    "\x7f",
    "a\nb",
    "z" * 4001,
]
words = st.sampled_from(KNOWN * 4 + ODD + DATES) | st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20
)
numbers = st.one_of(
    st.integers(-5, 10**9),
    st.integers(-(10**40), 10**40),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=10**6),
    st.sampled_from([Decimal(text) for text in ("0.10", "1E+30", "1E-30", "1E+400", "-0.0", "0E+5")]),
)
anything = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
    max_leaves=4,
)
# Words that the code tables know, so that laboratory results and doses get through too.
USUAL = {
    "test": st.sampled_from(["anc", {"system": "http://loinc.org", "code": "751-8"}, "platelets"]) | anything,
    "unit": st.sampled_from(["10*9/L", "10*6/kg"]) | words,
}
Schema = dict[str, Any]


def value(schema: Schema, definitions: Schema) -> st.SearchStrategy[Any]:
    """What the schema asks for, mostly."""
    return st.one_of([right(schema, definitions)] * 12 + [anything])


def right(schema: Schema, definitions: Schema) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        return right(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    if "anyOf" in schema:
        return st.one_of([right(part, definitions) for part in schema["anyOf"]])
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    return _of_type(schema, definitions)


def _of_type(schema: Schema, definitions: Schema) -> st.SearchStrategy[Any]:
    match schema["type"]:
        case "object" if "properties" in schema:
            return like(schema, definitions)
        case "object":
            (member,) = schema.get("patternProperties", {"": schema.get("additionalProperties")}).values()
            return st.dictionaries(words, value(member, definitions), max_size=3)
        case "array":
            return st.lists(value(schema["items"], definitions), max_size=3)
        case "integer":
            return st.integers(schema.get("minimum", 0), schema.get("maximum", 5))
        case "string":
            return words if "minLength" in schema else st.sampled_from(DATES)
        case "number":
            return numbers
        case "boolean":
            return st.booleans()
    return st.none()


def like(schema: Schema, definitions: Schema) -> st.SearchStrategy[Any]:
    """An object with most of what is required and some of what is not."""
    fields = {
        name: USUAL[name] if name in USUAL else value(field, definitions)
        for name, field in schema["properties"].items()
    }
    required = {name: fields.pop(name) for name in schema.get("required", [])}
    return st.fixed_dictionaries(required, optional=fields)


def _record(kind: str) -> st.SearchStrategy[Any]:
    schema = RECORD_TYPES[kind].model_json_schema()
    return like(schema, schema.get("$defs", {}))


records = st.sampled_from(sorted(RECORD_TYPES)).flatmap(_record)


@st.composite
def kept(draw: st.DrawFn) -> Schema:
    """A record with an envelope that is right, so that more of them are kept."""
    kind, number = draw(st.sampled_from(sorted(RECORD_TYPES))), draw(st.integers(1, 4))
    envelope = {"type": kind, "site": "A", "source": "ehr", "id": f"R{number}", "subject": f"A-00{number % 2}"}
    said = {"version": draw(st.none() | st.integers(1, 3)), "recorded": draw(st.none() | st.sampled_from(FULL_DATES))}
    return {**draw(_record(kind)), **envelope, **said}
