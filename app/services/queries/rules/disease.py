"""The leukaemia: baseline, assessments, relapses, gaps between visits.

docs/queries.md
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from app.domain.dates import iso_day
from app.domain.follow_up import Therapy
from app.domain.observation import REMISSION, DiseaseAssessment
from app.domain.record import Record
from app.domain.transplant import Transplant
from app.services.queries.dossier import Dossier
from app.services.queries.history import History
from app.services.queries.query import Query, ask, rules
from app.terminology.wording import fold

STATUS = frozenset({"CR", "CRi", "CRh", "MLFS", "PR", "SD", "PD", "relapse"})


def baseline_missing(history: History) -> Iterator[Query]:
    """No status on or before day 0."""
    zero = history.day_zero
    if zero is None:
        return
    known = [row for row in history.kind("assessment") if row.status in STATUS and row.last_day <= zero]
    if not known:
        infusion = next(row for row in history.kind("infusion") if row.flag)
        yield ask("baseline-missing", infusion.record)


def baseline_old(dossier: Dossier) -> Iterator[Query]:
    """A status that was long known at day 0."""
    zero = dossier.day_zero
    if zero is None:
        return
    known = [row for row in dossier.history.kind("assessment") if row.status in STATUS and row.last_day <= zero]
    latest = max(known, key=lambda row: row.last_day, default=None)
    if latest is not None and zero - latest.last_day > rules()["baseline-old"].limit:
        yield ask("baseline-old", latest.record, days=zero - latest.last_day)


def follow_up_gap(dossier: Dossier) -> Iterator[Query]:
    """The first relapse after day 0, or the death without one, long after the last assessment before it."""
    zero, death = dossier.day_zero, dossier.history.death
    if zero is None:
        return
    days = {item.key: dossier.first(item)[0] for item in dossier.assessments}
    relapses = [item for item in dossier.assessments if _relapsed(item) and days[item.key] >= zero]
    if relapses:
        yield from _gap("relapse", relapses[0].key, days[relapses[0].key], zero, days)
    elif death is not None and death.precision != "none":
        yield from _gap("death", death.record, death.first_day, zero, days)


def _gap(event: str, record: str, day: int, zero: int, days: dict[str, int]) -> Iterator[Query]:
    """Without an assessment since the infusion, the infusion is the last visit."""
    before = {key: seen for key, seen in days.items() if seen < day and key != record}
    last = max(before, key=lambda key: before[key], default=None)
    gap = day - max(zero, before[last] if last else zero)
    if gap > rules()["follow-up-gap"].limit:
        yield ask("follow-up-gap", record, *([last] if last else []), event=event, days=gap)


def _relapsed(item: DiseaseAssessment) -> bool:
    return item.relapse in ("haematological", "extramedullary")


def relapse_sites(dossier: Dossier) -> Iterator[Query]:
    """Sites that are missing, or contradict the rest of the assessment."""
    for item in dossier.assessments:
        sites = item.relapse_sites or []
        if item.response == "relapse" and not sites:
            yield ask("relapse-site-missing", item.key)
        if sites and item.response not in (None, "relapse") and not item.mrd_relapse_in_remission:
            yield ask("relapse-site-without-relapse", item.key)
        if "extramedullary" in sites and item.extramedullary is False:
            yield ask("relapse-site-differs", item.key)


def remission_lost(dossier: Dossier) -> Iterator[Query]:
    """A remission that is gone without the word relapse."""
    remission: DiseaseAssessment | None = None
    for item in dossier.assessments:
        if item.response in REMISSION:
            remission = item
        elif _relapsed(item):
            remission = None
        elif remission is not None and item.response in ("MLFS", "PR", "SD", "PD") and not item.relapse_sites:
            if dossier.when(item) != dossier.when(remission):
                yield ask("remission-lost", item.key, remission.key, response=item.response)
            remission = None


def responses_differ(dossier: Dossier) -> Iterator[Query]:
    """Two responses on one day."""
    exact = [item for item in dossier.assessments if item.response not in (None, "NE") and _exact(dossier, item)]
    for day, group in groupby(exact, key=lambda item: dossier.first(item)[0]):
        found = list(group)
        if len({item.response for item in found}) > 1:
            yield ask("responses-differ", *(item.key for item in found), day=iso_day(day))


def _exact(dossier: Dossier, record: Record) -> bool:
    days = dossier.when(record)
    return days is not None and days.exact


def chimerism(dossier: Dossier) -> Iterator[Query]:
    """Two shares of one lineage in one sample."""
    for item in dossier.assessments:
        shares: dict[tuple[str, str | None], set[Decimal]] = {}
        for one in item.chimerism or ():
            shares.setdefault((fold(one.lineage), one.method), set()).add(one.donor_pct)
        if any(len(found) > 1 for found in shares.values()):
            yield ask("chimerism-differs", item.key)


def remission_without_therapy(dossier: Dossier) -> Iterator[Query]:
    """A remission that nothing explains after a relapse."""
    treatments = [*dossier.given, *dossier.of(Transplant), *dossier.of(Therapy)]
    days = [dossier.first(item)[0] for item in treatments]
    relapse: DiseaseAssessment | None = None
    for item in dossier.assessments:
        if _relapsed(item):
            relapse = relapse or item
        elif relapse is not None and item.response in REMISSION:
            start, end = dossier.first(relapse)[0], dossier.first(item)[0]
            if not any(start <= day <= end for day in days):
                yield ask("remission-without-therapy", item.key, relapse.key)
            relapse = None


def relapse_therapy(dossier: Dossier) -> Iterator[Query]:
    """A therapy for a relapse that nobody recorded."""
    zero = dossier.day_zero
    for item in dossier.of(Therapy):
        day = dossier.days(item.date)
        if item.intent != "relapse" or zero is None or day is None or day.first < zero:
            continue
        if not any(_has_disease(seen) for seen in dossier.assessments if dossier.first(seen)[0] <= day.last):
            yield ask("relapse-therapy-without-relapse", item.key)


def _has_disease(item: DiseaseAssessment) -> bool:
    return item.relapse is not None or item.response in ("PR", "SD", "PD", "MLFS")


EVENT_RULES = (baseline_missing,)
RECORD_RULES = (
    baseline_old,
    follow_up_gap,
    relapse_sites,
    responses_differ,
    chimerism,
    remission_lost,
    remission_without_therapy,
    relapse_therapy,
)
