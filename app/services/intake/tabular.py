"""The readers of tables: CSV and Excel by a mapping profile of the study.

docs/profiles.md
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace

from app.domain.errors import Category, Fault, Issue
from app.interop.mapping.expansion import table_names
from app.interop.mapping.profile import Profile
from app.interop.mapping.scope import Where
from app.interop.reading import Item, Reading, Unused
from app.interop.tabular.csv import read_csv
from app.interop.tabular.xlsx import read_xlsx
from app.services import profiles, studies
from app.services.code_tables.lookup import code_maps
from app.services.context import Services
from app.services.intake.submission import Submission

CSV_DEFAULT, XLSX_DEFAULT = "engraft-template", "engraft-template-xlsx"


def settle_csv(services: Services, submission: Submission) -> Submission:
    """The submission with the version of the profile that reads it. Fault MALFORMED for an unknown one."""
    return settled(services, submission, "csv", CSV_DEFAULT)


def csv_reading(services: Services, submission: Submission) -> Reading:
    """Records of a CSV file. Fault MALFORMED where it cannot be read as a whole, TOO_LARGE for too many."""
    profile, where = beside(services, submission)
    context = submission.context
    rows = read_csv(io.BytesIO(submission.body), profile, where, context.charset, context.line)
    return _collected(rows, services.settings.max_records)


def settle_xlsx(services: Services, submission: Submission) -> Submission:
    """The submission with the version of the profile that reads it. Fault MALFORMED for an unknown one."""
    return settled(services, submission, "xlsx", XLSX_DEFAULT)


def xlsx_reading(services: Services, submission: Submission) -> Reading:
    """Records of a workbook. Fault MALFORMED where it cannot be read as a whole, TOO_LARGE for too many."""
    profile, where = beside(services, submission)
    return _collected(read_xlsx(submission.body, profile, where), services.settings.max_records)


def settled(services: Services, submission: Submission, formats: str, default: str) -> Submission:
    """The submission with the version of the profile that is meant. Fault MALFORMED for an unknown one."""
    with services.database.read.connect() as connection:
        study = studies.find(connection, submission.study).name
        context = profiles.settled(connection, study, submission.context, formats, default)
    return replace(submission, context=context)


def beside(services: Services, submission: Submission) -> tuple[Profile, Where]:
    """The profile, and what sender and study say."""
    context = submission.context
    with services.database.read.connect() as connection:
        study = studies.find(connection, submission.study)
        profile = profiles.named(connection, study.name, context)
        tables = code_maps(connection, table_names(profile))
    return profile, Where(context.site, context.source, study.zones, tables)


def _collected(found: Iterable[Item | Unused], most: int) -> Reading:
    reading = Reading()
    for one in found:
        if isinstance(one, Unused):
            reading.unused.append(one)
            continue
        if len(reading.items) == most:
            issue = Issue("", "too-long", "too many records in one payload", f"at most {most}")
            raise Fault(Category.TOO_LARGE, issue.message, (issue,))
        reading.items.append(one)
    return reading
