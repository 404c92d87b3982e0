"""Data queries: contradictions and gaps in a subject's data, each with its rule, its records and a plain sentence."""

from app.services.queries.events import queries_of, queries_of_study
from app.services.queries.query import Query, Rule, rules

__all__ = ["Query", "Rule", "queries_of", "queries_of_study", "rules"]
