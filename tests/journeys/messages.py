"""Messages of a hospital for the journeys: forms of the trial, which need no profile of their own."""

HEADER = "MSH|^~\\&|EDC|UKX|ENGRAFT|TRIAL|20260302101500+0100||ORU^R01^ORU_R01|{control}|P|2.5.1"
MEDIA_TYPE = "x-application/hl7-v2+er7"


def form(control: str, kind: str, identifier: str, subject: str = "A-001", /, **fields: str) -> bytes:
    """One record as a message. `recorded` is the time of its order (OBR-22), `status` that of its results (OBX-11)."""
    recorded, status = fields.pop("recorded", "20260302100000+0100"), fields.pop("status", "F")
    order = f"OBR|1||{identifier}^LAB|{kind}^^99ENGRAFT|||20260302073000" + "|" * 15 + f"{recorded}|||{status}"
    told = {"subject": subject, **fields}
    results = [
        f"OBX|{number}|ST|{name}^^99ENGRAFT||{text}||||||{status}"
        for number, (name, text) in enumerate(told.items(), start=1)
    ]
    return message(control, order, *results)


def message(control: str, *segments: str, header: str = HEADER) -> bytes:
    """Segments under a header."""
    return "\r".join((header.format(control=control), "PID|1||4711^^^UKX^MR||Muster^Erika", *segments, "")).encode()


def subject(control: str, number: str = "A-001", **fields: str) -> bytes:
    return form(control, "subject", f"S-{number}", number, **fields)


def infusion(control: str, number: str = "A-001", **fields: str) -> bytes:
    return form(control, "infusion", f"I-{number}", number, **{"start": "2024-03-01", **fields})


def event(control: str, identifier: str = "AE-1", number: str = "A-001", **fields: str) -> bytes:
    return form(control, "adverse_event", identifier, number, **{"term": "Sepsis", "onset": "2024-03-05", **fields})


def segments(answer: bytes) -> list[list[str]]:
    """The fields of each segment of an answer."""
    return [segment.split("|") for segment in answer.decode().split("\r") if segment]


def verdict(answer: bytes) -> tuple[str, str]:
    """MSA-1 and MSA-2."""
    found = [fields for fields in segments(answer) if fields[0] == "MSA"]
    return found[0][1], found[0][2]
