"""One open question to the site, and the table of the rules that raise them.

docs/queries.md
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

EVERY = "*"


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table.

    source: what the rule reads (events, records, laboratory, derivation); kind: contradiction, gap or duplicate;
    endpoints: those whose result the query can touch, or `*`; threshold: where the rule has one, in `unit`.
    """

    id: str
    source: str
    kind: str
    endpoints: tuple[str, ...]
    threshold: int | None
    unit: str
    text: str
    when: str

    def touches(self, endpoint: str) -> bool:
        """Whether a result of the endpoint may depend on the answer."""
        return EVERY in self.endpoints or endpoint in self.endpoints

    @property
    def limit(self) -> int:
        """The threshold of a rule that has one."""
        assert self.threshold is not None  # asked only of rules with a threshold in the table
        return self.threshold


@dataclass(frozen=True, slots=True)
class Query:
    """One open question to the site."""

    rule: str
    text: str
    records: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The query as it is listed."""
        return {"rule": self.rule, "text": self.text, "records": list(self.records)}


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its id, in the order of the table."""
    text = files(__package__).joinpath("rules.csv").read_text(encoding="utf-8")
    return {row["rule"]: _rule(row) for row in csv.DictReader(text.splitlines())}


def _rule(row: dict[str, str]) -> Rule:
    endpoints = tuple(row["endpoints"].split("|"))
    threshold = int(row["threshold"]) if row["threshold"] else None
    return Rule(row["rule"], row["source"], row["kind"], endpoints, threshold, row["unit"], row["text"], row["when"])


def ask(rule: str, *records: str, **values: object) -> Query:
    """A query by the rule's sentence. KeyError for an unknown rule or a missing value."""
    return Query(rule, rules()[rule].text.format(**values), records)
