"""Reading takes as long as the resources are many, and not as long as they are many squared.

https://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest

from app.interop.fhir.read import read

from .hospital import ICD10CM, NCIT, OURS, Json, administration, concept, condition, observation, procedure, quantity

SMALL, LARGE = 150, 1200


def infusion(number: int) -> list[Json]:
    """A Procedure, its administration, and what was measured."""
    whole = [{"reference": f"Procedure/p{number}"}]
    given = administration(concept((NCIT, "C124644")), partOf=whole)
    measured = observation(concept((OURS, "cell-viability")), partOf=whole, valueQuantity=quantity(91, "%"))
    return [
        {**measured, "id": f"v{number}"},
        {**given, "id": f"m{number}"},
        {**procedure(concept((OURS, "donor-gdT-infusion"))), "id": f"p{number}"},
    ]


def episode(number: int) -> list[Json]:
    """A GVHD with its grade."""
    focus = [{"reference": f"Condition/c{number}"}]
    grade = observation(concept((OURS, "acute-gvhd-grade")), focus=focus, valueInteger=2)
    return [{**grade, "id": f"g{number}"}, {**condition(concept((ICD10CM, "D89.810"))), "id": f"c{number}"}]


def seconds(make: Callable[[int], list[Json]], count: int) -> float:
    """The fastest of three; every one of them is one record."""
    resources = [resource for number in range(count) for resource in make(number)]
    taken = []
    for _ in range(3):
        before = process_time()
        readings, unused = read(resources)
        taken.append(process_time() - before)
        assert (len(readings), unused) == (count, [])
    return min(taken)


@pytest.mark.parametrize("make", [infusion, episode])
def test_time_grows_with_the_number_of_resources(make: Callable[[int], list[Json]]) -> None:
    """Eight times as many take about eight times as long; squared it would be 64 times."""
    assert seconds(make, LARGE) < 24 * seconds(make, SMALL)
