"""Which course of the disease and of the trial the records tell."""

from __future__ import annotations

from collections.abc import Callable

from app.example.census import Arrived, Census, Finding, finding
from app.example.sites import END
from app.example.story import REMISSION, WINDOW, Story, stories

Shown = Callable[[Story], list[Arrived]]


def course_findings(census: Census) -> list[Finding]:
    """One finding for each clinical case."""
    told = stories(census)
    return [finding(case, (one for story in told for one in shown(story))) for case, shown in _CASES]


def _whether(one: Arrived | None, fits: bool) -> list[Arrived]:
    return [one] if one and fits else []


def _not_infused(story: Story) -> list[Arrived]:
    return [] if story.infusions else story.of("subject")


def _not_done(story: Story) -> list[Arrived]:
    return [one for one in story.of("infusion") if one.record["outcome"] == "not-done"]


def _taken_back(story: Story) -> list[Arrived]:
    """Infusions entered in error count nowhere, so they are looked for among all versions."""
    fits = ("infusion", story.subject, "entered-in-error")
    every = story.census.first_time
    return [one for one in every if (one.record["type"], one.record["subject"], one.record["status"]) == fits]


def _open_window(story: Story) -> list[Arrived]:
    return story.infusions if story.day0 and story.day0 + WINDOW > END else []


def _baseline(story: Story, remission: bool) -> list[Arrived]:
    one = story.baseline
    return _whether(one, bool(one and (one.record["response"] in REMISSION) is remission))


def _baseline_on_day0(story: Story) -> list[Arrived]:
    return _whether(story.baseline, bool(story.baseline and story.day(story.baseline) == story.day0))


def _responded(story: Story) -> list[Arrived]:
    return _whether(story.response, bool(_baseline(story, remission=False)))


def _responded_late(story: Story) -> list[Arrived]:
    """A first remission that comes after a therapy given for the leukaemia."""
    return [one for one in _responded(story) if _treated_before(story, one)]


def _treated_before(story: Story, one: Arrived) -> bool:
    day = story.day(one)
    given = [story.day(other) for other in story.of("therapy") if other.record["intent"] != "prophylaxis"]
    return any(start and day and start < day for start in given)


def _relapse(story: Story) -> list[Arrived]:
    return _whether(story.relapse, True)


def _extramedullary(story: Story) -> list[Arrived]:
    return [one for one in _relapse(story) if one.record["relapse_sites"] == ["extramedullary"]]


def _mrd_relapse(story: Story) -> list[Arrived]:
    return [one for one in story.of("disease_assessment") if one.record.get("relapse_sites") == ["mrd"]]


def _mrd_only(story: Story) -> list[Arrived]:
    return [] if story.relapse else _mrd_relapse(story)


def _progression(story: Story) -> list[Arrived]:
    found = [one for day, one in story.assessed if story.day0 and day > story.day0 and one.record["response"] == "PD"]
    return [] if story.relapse else found[:1]


def _after_therapy(story: Story) -> list[Arrived]:
    return [one for one in _relapse(story) if _treated_before(story, one)]


def _same_day(story: Story) -> list[Arrived]:
    days = {story.day(one) for one in _relapse(story)}
    return [one for one in story.of("death") if story.day(one) in days]


def _dead(story: Story) -> list[Arrived]:
    return story.of("death") if story.infusions else []


def _undocumented(story: Story) -> list[Arrived]:
    found = _relapse(story) or _progression(story)
    return [one for one in _dead(story) if one.record["cause"] == "relapse" and not found]


def _after_death(story: Story) -> list[Arrived]:
    died = next((day for one in story.of("death") if (day := story.day(one))), None)
    return [one for one in story.of("follow_up") if died and (story.day(one) or died) > died]


def _withdrawn(scope: str, vital_status: bool) -> Shown:
    wanted = scope, vital_status

    def shown(story: Story) -> list[Arrived]:
        told = [(one, one.record.get("withdrawal")) for one in story.of("subject")]
        return [one for one, said in told if said and (said["scope"], said["vital_status_allowed"]) == wanted]

    return shown


def _lost(story: Story) -> list[Arrived]:
    return [one for one in story.of("follow_up") if one.record.get("lost")]


def _therapy(*kinds: str) -> Shown:
    return lambda story: [one for one in story.of("therapy") if one.record["kind"] in kinds]


def _event(field: str, value: object) -> Shown:
    return lambda story: [one for one in story.of("adverse_event") if one.record.get(field) == value]


def _serious_in_window(story: Story) -> list[Arrived]:
    """Serious from a day within the window: that of becoming serious where it is told, else the onset."""
    found = [one for one in story.of("adverse_event") if one.record.get("serious")]
    return [one for one in found if story.in_window(one, "serious_since" if "serious_since" in one.record else "onset")]


def _unknown_in_window(field: str) -> Shown:
    return lambda story: [one for one in story.of("adverse_event") if field not in one.record and story.in_window(one)]


def _gvhd(field: str, *values: str) -> Shown:
    return lambda story: [one for one in story.of("gvhd") if one.record.get(field) in values]


def _gvhd_in_window(story: Story) -> list[Arrived]:
    return [one for one in _gvhd("grade", "III", "IV")(story) if story.in_window(one)]


def _treated_gvhd(story: Story) -> list[Arrived]:
    return [one for one in story.of("gvhd") if "systemic_therapy_start" in one.record]


def _both_gvhd(story: Story) -> list[Arrived]:
    return story.of("gvhd") if len({one.record["kind"] for one in story.of("gvhd")}) > 1 else []


def _found(field: str) -> Shown:
    return lambda story: [one for one in story.of("disease_assessment") if field in one.record]


_CASES: tuple[tuple[str, Shown], ...] = (
    ("infused", lambda story: story.infusions[:1]),
    ("not infused", _not_infused),
    ("… infusion not done", _not_done),
    ("… infusion entered in error", _taken_back),
    ("second infusion", lambda story: story.infusions[1:]),
    ("infusion stopped", lambda story: [one for one in story.infusions if one.record["outcome"] == "stopped"]),
    ("day 28 lies after the end of the extract", _open_window),
    ("in CR or CRi at baseline", lambda story: _baseline(story, remission=True)),
    ("not in CR or CRi at baseline", lambda story: _baseline(story, remission=False)),
    ("… with CR or CRi later", _responded),
    ("… only after new therapy", _responded_late),
    ("baseline assessment on day 0", _baseline_on_day0),
    ("no assessment before the infusion", lambda story: [] if story.baseline else story.infusions[:1]),
    ("relapse after the infusion (not MRD alone)", _relapse),
    ("… outside marrow and blood alone", _extramedullary),
    ("… after new therapy", _after_therapy),
    ("MRD relapse without another relapse", _mrd_only),
    ("progression without relapse", _progression),
    ("death after the infusion", _dead),
    ("… on the day of the relapse", _same_day),
    ("… from relapse, none documented", _undocumented),
    ("… known to the month", lambda story: [one for one in _dead(story) if len(one.record["date"] or "") == 7]),
    ("… without a date", lambda story: [one for one in _dead(story) if one.record["date"] is None]),
    ("contact dated after the death", _after_death),
    ("consent withdrawn for follow-up", _withdrawn("follow-up", False)),
    ("… vital status still allowed", _withdrawn("follow-up", True)),
    ("consent withdrawn for treatment alone", _withdrawn("treatment", True)),
    ("lost to follow-up", _lost),
    ("second HSCT as therapy", _therapy("transplant")),
    ("DLI", _therapy("dli")),
    ("CAR-T", _therapy("car-t")),
    ("chemotherapy or targeted therapy", _therapy("chemotherapy", "targeted")),
    ("maintenance (prophylaxis)", _therapy("maintenance")),
    ("CRS", _event("interest", "CRS")),
    ("ICANS", _event("interest", "ICANS")),
    ("infusion reaction", _event("interest", "infusion-reaction")),
    ("investigator calls it a DLT", _event("investigator_dlt", True)),
    ("acute GVHD grade III or IV on days 0 to 28", _gvhd_in_window),
    ("serious on days 0 to 28", _serious_in_window),
    ("grade missing, onset on days 0 to 28", _unknown_in_window("grade")),
    ("seriousness missing, onset on days 0 to 28", _unknown_in_window("serious")),
    ("adverse event of grade 5", _event("grade", 5)),
    ("acute GVHD grade I or II", _gvhd("grade", "I", "II")),
    ("acute GVHD grade III or IV", _gvhd("grade", "III", "IV")),
    ("chronic GVHD", _gvhd("severity", "mild", "moderate", "severe")),
    ("acute and chronic GVHD in one subject", _both_gvhd),
    ("GVHD with systemic therapy", _treated_gvhd),
    ("assessment with MRD", _found("mrd")),
    ("assessment with chimerism", _found("chimerism")),
)
