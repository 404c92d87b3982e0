"""MeasureReport: an endpoint estimated, listed, or of one subject.

https://hl7.org/fhir/R4/measurereport.html

Figures that the standard has no element for stand in extensions of ours, each with its method and, where it is not
there, the reason. A report is always complete; whether its result is final is said apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.interop.fhir.definitions.metadata import rows as definition_rows
from app.interop.fhir.elements import Json, complex_extension, data_absent, present, quantity
from app.interop.fhir.measure import Measured
from app.interop.fhir.measure_population import counted, gathered
from app.interop.fhir.urls import project

Row = Mapping[str, Any]
Line = Mapping[str, Any]
_UNKNOWN = {"coding": [data_absent("unknown")]}


@dataclass(frozen=True, slots=True)
class Basis:
    """What a report rests on. answer: that of the endpoint, with its header; period: (start or None, end), as dates.

    generated: when it was worked out, a FHIR instant.
    """

    measured: Measured
    answer: Mapping[str, Any]
    period: tuple[str | None, str]
    generated: str


def summary(basis: Basis, figures: Iterable[Line]) -> Json:
    """The estimate of all subjects and of the groups that it was asked for. figures: its numbers, one line each."""
    answer, kind, lines = basis.answer, basis.measured.kind, list(figures)
    own = [line for line in lines if line.get("group") is None]
    group = _estimate(kind, answer.get("overall", answer), own)
    strata = {"dose_level": answer.get("by_dose_level"), answer.get("group_by"): answer.get("groups")}
    stratifiers = [_stratifier(kind, str(name), parts, lines) for name, parts in strata.items() if parts]
    return _report(basis, "summary", {**group, **present(stratifier=stratifiers)})


def _estimate(kind: str, part: Mapping[str, Any], lines: Iterable[Line]) -> Json:
    """One set of subjects: whether it is final, its numbers, its populations, its score."""
    extensions = [*_finality(part), *(item for line in lines for item in _complex("figure", line))]
    return present(extension=extensions, population=counted(kind, part), measureScore=_score(part))


def _finality(part: Mapping[str, Any]) -> list[Json]:
    if "final" not in part:
        return []
    return _complex("finality", {"final": part["final"], "reason": part["final_reason"]})


def _score(part: Mapping[str, Any]) -> Json | None:
    """The share of those with the event, or the median of the days to it; none where that is not known."""
    share = part.get("proportion", part.get("median", {})).get("estimate")
    if share is None:
        return None
    code, unit = ("1", "1") if "proportion" in part else ("d", "days")
    return quantity(exact(share), code, unit)


def exact(number: Any) -> Any:
    """A number with all the digits that it has."""
    return Decimal(repr(number)) if isinstance(number, float) else number


def _stratifier(kind: str, name: str, parts: Mapping[str, Any], lines: Sequence[Line]) -> Json:
    strata = []
    for group, part in parts.items():
        mine = [line for line in lines if line.get("group") == group and line.get("group_by") == name]
        strata.append({"value": {"text": group}, **_estimate(kind, part, mine)})
    return {"code": [{"text": name}], "stratum": strata}


def individual(basis: Basis, patient: str, rows: Sequence[Row], excluded: Sequence[Row]) -> Json:
    """What was decided for one subject. rows: theirs, or none where they are excluded, as the other list then says."""
    kind = basis.measured.kind
    population = [{"code": item.code, "count": len(members)} for item, members in gathered(kind, rows)]
    row = rows[0] if rows else {"status": "excluded", **(excluded[0] if excluded else {"reason": "not in the study"})}
    report = _report(
        basis, "individual", {"population": population}, _complex("subject-result", row), {"reference": patient}
    )
    return {**report, **_evidence(rows)}


def subject_list(basis: Basis, patients: Mapping[str, str], rows: Sequence[Row]) -> Json:
    """Who is in which population. patients: references by subject number."""
    lists: list[Json] = []
    population = []
    for item, members in gathered(basis.measured.kind, rows):
        listed: Json = {}
        if members:
            lists.append(_list(item.name, [patients[row["subject"]] for row in members]))
            listed = {"subjectResults": {"reference": f"#{item.name}"}}
        population.append({"code": item.code, "count": len(members), **listed})
    report = _report(basis, "subject-list", {"population": population})
    return {"resourceType": report["resourceType"], **present(contained=lists), **report, **_evidence(rows)}


def _list(name: str, patients: Iterable[str]) -> Json:
    entries = [{"item": {"reference": patient}} for patient in patients]
    return {"resourceType": "List", "id": name, "status": "current", "mode": "snapshot", "entry": entries}


def _evidence(rows: Iterable[Row]) -> Json:
    """Every version that decided, once."""
    found = [item["resource"] for row in rows for item in row["evidence"] if item["resource"] is not None]
    return present(evaluatedResource=[{"reference": name} for name in dict.fromkeys(found)])


def _report(
    basis: Basis, type_: str, group: Json, extensions: Sequence[Json] = (), subject: Json | None = None
) -> Json:
    start, end = basis.period
    return present(
        resourceType="MeasureReport",
        extension=[*_basis(basis), *extensions],
        status="complete",
        type=type_,
        measure=basis.measured.canonical,
        subject=subject,
        date=basis.generated,
        period=present(start=start, end=end),
        group=[group],
    )


def _basis(basis: Basis) -> list[Json]:
    answer, as_of = basis.answer, basis.answer["as_of"]
    return _complex("result-basis", {**answer, "as_of_seq": as_of["seq"], "as_of_time": as_of["time"]})


def _complex(name: str, values: Mapping[str, Any]) -> list[Json]:
    """The extension of that name with the parts that its definition has and `values` know."""
    parts = [part for part in definition_rows("extension_parts") if part["extension"] == name]
    return complex_extension(_URLS[name], *(_part(part["part"], part["type"], values) for part in parts))


def _part(name: str, types: str, values: Mapping[str, Any]) -> list[Json]:
    """Null is left out, unless the definition has a word for what is not known."""
    key = name.replace("-", "_")
    type_, _, coded = types.partition("|")
    value = values.get(key)
    if isinstance(value, list):
        value = "; ".join(value) or None
    if value is not None:
        return [{"url": name, f"value{type_[0].upper()}{type_[1:]}": exact(value)}]
    return [{"url": name, f"value{coded}": _UNKNOWN}] if coded and key in values else []


_URLS = {
    "figure": project("figure"),
    "finality": project("finality"),
    "result-basis": project("result-basis"),
    "subject-result": project("subject-result"),
}
