"""What goes in comes out to the digit.

https://hl7.org/fhir/R4/datatypes.html#decimal
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.interop.fhir.draft import Draft
from app.interop.fhir.encode import encode, to_json
from app.interop.fhir.write import write

from .samples import CONTEXT, NOW, digits, encoded, record


def plain(whole: int, places: int) -> Decimal:
    return Decimal(whole).scaleb(-places)


amounts = st.builds(plain, st.integers(0, 10**15), st.integers(0, 12))
percents = st.builds(plain, st.integers(0, 10_000), st.integers(2, 9))


def numbers(payload: bytes, *path: Any) -> str:
    node = digits(payload)
    for step in path:
        node = node[step]
    kind, text = node
    assert kind == "number"
    return str(text)


@given(value=amounts, low=amounts, high=amounts)
def test_laboratory_values(value: Decimal, low: Decimal, high: Decimal) -> None:
    lab = record(type="lab", test="PLT", collected="2024-03-01", value=value, unit="10*9/L", low=low, high=high)
    payload = encoded(write(lab, CONTEXT)[0])
    assert numbers(payload, "valueQuantity", "value") == str(value)
    assert numbers(payload, "referenceRange", 0, "low", "value") == str(low)
    assert numbers(payload, "referenceRange", 0, "high", "value") == str(high)


@given(dose=amounts, viability=percents, purity=percents)
def test_infusions(dose: Decimal, viability: Decimal, purity: Decimal) -> None:
    infusion = record(
        type="infusion",
        start="2024-03-01",
        dose={"value": dose, "unit": "10^6/kg"},
        viability_pct=viability,
        purity_pct=purity,
    )
    payloads = {(draft.type, draft.role): encoded(draft) for draft in write(infusion, CONTEXT)}
    assert numbers(payloads["MedicationAdministration", ""], "dosage", "dose", "value") == str(dose)
    assert numbers(payloads["Observation", "viability"], "valueQuantity", "value") == str(viability)
    assert numbers(payloads["Observation", "purity"], "valueQuantity", "value") == str(purity)


@given(share=percents, marrow=percents, residual=amounts)
def test_disease_assessments(share: Decimal, marrow: Decimal, residual: Decimal) -> None:
    assessment = record(
        type="disease_assessment",
        date="2024-03-01",
        marrow_blasts_pct=marrow,
        mrd={"level": residual},
        chimerism=[{"lineage": "CD3", "donor_pct": share}],
    )
    payloads = {draft.role: encoded(draft) for draft in write(assessment, CONTEXT)}
    assert numbers(payloads["chimerism:CD3"], "valueQuantity", "value") == str(share)
    assert numbers(payloads["marrow-blasts"], "valueQuantity", "value") == str(marrow)
    assert numbers(payloads["mrd"], "component", 0, "valueQuantity", "value") == str(residual)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_any_decimal_survives_the_encoder(value: Decimal) -> None:
    back = msgspec.json.Decoder(Decimal).decode(to_json(value))
    assert (back, str(back)) == (value, str(value))


@pytest.mark.parametrize("text", ["1.50", "0.010", "1234567890.123456789012", "-0.0", "12", "1E+3"])
def test_numbers_are_json_numbers(text: str) -> None:
    assert to_json({"value": Decimal(text)}) == b'{"value":%b}' % text.encode()


def test_id_and_meta_come_first() -> None:
    security = [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HRESCH"}]
    draft = Draft("Observation", "", {"status": "final"}, "http://example.org/profile")
    assert encode(draft, "o-1", 3, NOW, security) == (
        b'{"resourceType":"Observation","id":"o-1","meta":{"versionId":"3","lastUpdated":"2026-03-02T10:00:00Z",'
        b'"profile":["http://example.org/profile"],'
        b'"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HRESCH"}]},'
        b'"status":"final"}'
    )
