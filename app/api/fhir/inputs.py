"""The parameters of an operation, checked against the table that has its definition.

https://hl7.org/fhir/R4/operations.html#request
"""

from __future__ import annotations

from starlette.requests import Request

from app.api.asked import LARGEST_VERSION
from app.api.fhir.bodies import parsed
from app.domain.errors import Category, Fault, Issue, bad_parameter
from app.interop.fhir.definitions.operations import Input, inputs
from app.interop.fhir.inputs import pairs
from app.services.asking import Axes

# Of how the answer looks, and of where it goes on.
LOOKS = ("_format", "_pretty", "_page")


class Given:
    """What was given to an operation, by name, each as often as it was."""

    def __init__(self, values: dict[str, list[str]]) -> None:
        self._values = values

    def all(self, name: str) -> list[str]:
        """Every value of a parameter; of codes in one text each."""
        return [part for text in self._values.get(name, ()) for part in text.split(",")]

    def one(self, name: str) -> str | None:
        """The value of a parameter that is given once or not at all."""
        return next(iter(self._values.get(name, ())), None)

    def number(self, name: str, least: int, most: int) -> int | None:
        """A whole number that is given once or not at all. Fault where it is none, or out of the range."""
        text = self.one(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 11 and least <= int(text) <= most):
            raise bad_parameter(name, f"a whole number from {least} to {most}")
        return int(text)

    @property
    def axes(self) -> Axes:
        """Cut-off, moment, data cut and version of the definition."""
        version = self.number("definition_version", 1, LARGEST_VERSION)
        return Axes(self.one("cutoff"), self.one("as_of"), self.one("cut"), version)

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """As they were given, in order of the names."""
        return tuple((name, text) for name, texts in sorted(self._values.items()) for text in texts)


async def given(request: Request, operation: str) -> Given:
    """What the address, and by POST the Parameters in the body, give to an operation.

    Fault MALFORMED for what that does not take, or not so often.
    """
    sent = await parsed(request) if request.method == "POST" else None
    return _checked(operation, [*request.query_params.multi_items(), *(() if sent is None else pairs(sent))])


def _checked(operation: str, told: list[tuple[str, str]]) -> Given:
    known, values = inputs(operation), dict[str, list[str]]()
    for name, text in told:
        if name not in LOOKS:
            values.setdefault(name, []).append(text)
    issues = [issue for item in known.values() for issue in _counted(item, len(values.get(item.name, ())))]
    if set(values) - set(known):
        # The name is not repeated: what was typed there by mistake could identify a patient.
        issues.insert(0, Issue("", "not-supported", "unknown parameter", ", ".join((*known, *LOOKS))))
    if issues:
        raise Fault(Category.MALFORMED, issues[0].message, tuple(issues))
    return Given(values)


def _counted(item: Input, times: int) -> list[Issue]:
    if times < item.min:
        return [Issue(item.name, "required", "this parameter is required", item.type)]
    if item.max is not None and times > item.max:
        return [Issue(item.name, "structure", "this parameter is given too often", f"at most {item.max}")]
    return []
