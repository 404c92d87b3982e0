"""Subject, disease and transplant: who the invented subject is and what came before the cells."""

from __future__ import annotations

from datetime import date, timedelta

from app.example.chart import Chart, Record, Sent
from app.example.course import Place
from app.example.draws import Draws

_FAMILY = "Alder Aspen Beech Birch Cedar Elm Fir Hazel Hawthorn Juniper Larch Linden Maple Oak Pine Poplar Rowan"
_GIVEN = "Alpha Bravo Charlie Delta Echo Foxtrot Golf Hotel India Kilo Lima Mike November Oscar Papa Quebec Romeo Tango"
_SUBTYPES = ("B-ALL-NOS", "BCR::ABL1", "KMT2A-r", "BCR::ABL1-like", "hyperdiploid", "hypodiploid", "TCF3::PBX1")
_CONDITIONING = (("MAC", 6), ("RIC", 3), ("NMA", 1))
_DONORS = (
    ("haploidentical-relative", "5/10", "PT-Cy CNI MMF"),
    ("hla-identical-sibling", "10/10", "CNI MTX"),
    ("unrelated-matched", "10/10", "ATG CNI MTX"),
    ("unrelated-mismatched", "9/10", "PT-Cy sirolimus MMF"),
)
_LEVEL = {1: "DL1", 2: "DL2", 4: "DL3"}


def donor_type(chart: Chart) -> tuple[str, str, str]:
    """Donor, HLA match and GVHD prophylaxis; the cells come from the donor of the graft."""
    return chart.draws("donor").weighted(_DONORS, (5, 3, 3, 1))


def dose_level(place: Place) -> str:
    """The name of the subject's dose level."""
    return _LEVEL[place.dose]


def write_people(chart: Chart) -> None:
    """Adds subject, disease and transplant to the chart."""
    _write_subject(chart)
    _write_disease(chart)
    _write_transplant(chart)


def _write_subject(chart: Chart) -> None:
    draws, place = chart.draws("subject"), chart.place
    age = draws.whole(17, 64)
    born = place.consent - timedelta(days=age * 365 + draws.whole(10, 350))
    identity = {
        "mrn": f"TEST-{place.site.id}-{900000 + 37 * place.number}",
        "family_name": f"Example-{draws.pick(_FAMILY.split())}",
        "given_name": f"Test-{draws.pick(_GIVEN.split())}",
        "birth_date": str(born.year) if draws.chance(0.06) else born.isoformat(),
        "sex": draws.weighted(("male", "female"), (5, 4)),
        "consent_date": place.consent.isoformat(),
    }
    strata = {"dose_level": dose_level(place), "age_class": "under-40" if age < 40 else "40-and-over"}
    sent = chart.add("subject", place.consent, identity | {"strata": strata} | _state("on-study", place.consent))
    if withdrawn := chart.course.withdrawn:
        _write_withdrawal(chart, sent, withdrawn)


def _write_withdrawal(chart: Chart, first: Sent, day: date) -> None:
    """The subject record again, amended by the withdrawal of consent."""
    ending = chart.course.role["ending"]
    scope = "treatment" if ending == "treatment" else "follow-up"
    withdrawal = {"date": day.isoformat(), "scope": scope, "vital_status_allowed": ending != "follow-up"}
    state = "follow-up" if ending == "treatment" else "withdrawn"
    chart.amend(first, day, {"withdrawal": withdrawal} | _state(state, day))


def _state(state: str, day: date) -> Record:
    return {"state": state, "state_date": day.isoformat()}


def _write_disease(chart: Chart) -> None:
    draws, place = chart.draws("disease"), chart.place
    day = place.consent - timedelta(days=draws.whole(150, 1100))
    fields = {
        "diagnosis_date": day.isoformat()[: draws.weighted((10, 7, 4), (7, 2, 1))],
        "diagnosis": {"system": "http://snomed.info/sct", "code": "277571004", "text": "B-cell ALL"},
        "subtype": draws.weighted(_SUBTYPES, (8, 5, 3, 3, 2, 1, 1)),
        "status_at_transplant": draws.weighted(("PIF", "CR2", "CR3", "REL1", "REL2"), (2, 4, 2, 5, 2)),
        "cns_status": draws.weighted(("CNS1", "CNS2", "CNS3", None), (8, 2, 1, 1)),
    }
    chart.add("disease", place.consent, fields)


def _write_transplant(chart: Chart) -> None:
    draws, (donor, match, prophylaxis) = chart.draws("transplant"), donor_type(chart)
    fields = {
        "date": chart.place.transplant.isoformat(),
        "number": 1,
        "donor_type": donor,
        "hla_match": match,
        "graft_source": draws.weighted(("PBSC", "BM"), (5, 1)),
        "conditioning": draws.weighted([word for word, _ in _CONDITIONING], [weight for _, weight in _CONDITIONING]),
        "gvhd_prophylaxis": prophylaxis.split(),
        "cd34_dose": _cells(draws, 3.5, 9.5),
        "cd3_dose": _cells(draws, 120, 380),
    }
    chart.add("transplant", chart.place.transplant, fields)


def _cells(draws: Draws, low: float, high: float) -> Record:
    return {"value": draws.real(low, high, 1), "unit": "10*6/kg"}
