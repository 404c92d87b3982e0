"""Estimators: integer days and codes in, full double precision out, None for what is not estimable."""

from app.endpoints.estimate.competing_risks import AalenJohansen, CumulativeIncidence, VarianceKind, aalen_johansen
from app.endpoints.estimate.gray import GrayTest, gray_test
from app.endpoints.estimate.interval import ConfType, Estimate
from app.endpoints.estimate.kaplan_meier import KaplanMeier, RestrictedMean, kaplan_meier, reverse
from app.endpoints.estimate.log_rank import GroupTally, LogRank, log_rank
from app.endpoints.estimate.proportion import Proportion, ProportionMethod, clopper_pearson, wilson
from app.endpoints.estimate.step_function import Landmark, Step

__all__ = [
    "AalenJohansen",
    "ConfType",
    "CumulativeIncidence",
    "Estimate",
    "GrayTest",
    "GroupTally",
    "KaplanMeier",
    "Landmark",
    "LogRank",
    "Proportion",
    "ProportionMethod",
    "RestrictedMean",
    "Step",
    "VarianceKind",
    "aalen_johansen",
    "clopper_pearson",
    "gray_test",
    "kaplan_meier",
    "log_rank",
    "reverse",
    "wilson",
]
