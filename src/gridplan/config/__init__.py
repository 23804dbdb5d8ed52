"""The rules of a plan: every planning default, written once.

A rule file (TOML) overrides them: top-level keys and one table per group, named as the fields here. Units stand in
the names (`_m` metres, `_m2` square metres).
"""

from typing import Final

from gridplan.config.formula import ConsiderationRules, CostRules
from gridplan.config.ground import EstimateRules, GeometryRules, PrivacyRules
from gridplan.config.offers import EvaluationRules, FacilityRules, OverlapRules
from gridplan.config.rules import HOUSEHOLD_BASES, Rules
from gridplan.config.sizes import (
    EXCLUSIVE,
    PROFILES,
    ClassRules,
    CommunityRules,
    ExclusiveRules,
    KindRules,
    MicroRules,
)  # fmt: skip
from gridplan.forces import DeploymentRules, EmergencyRules

EFFORTS: Final = ("fast", "normal", "thorough")

WEIGHTS: Final = (0.0, 0.3, 1.0, 3.0, 10.0, 1e9)
"""Prices of change at which it is weighed against quality; at the last one nobody moves."""

__all__ = [
    "EFFORTS",
    "EXCLUSIVE",
    "HOUSEHOLD_BASES",
    "PROFILES",
    "WEIGHTS",
    "ClassRules",
    "CommunityRules",
    "ConsiderationRules",
    "CostRules",
    "DeploymentRules",
    "EmergencyRules",
    "EstimateRules",
    "EvaluationRules",
    "ExclusiveRules",
    "FacilityRules",
    "GeometryRules",
    "KindRules",
    "MicroRules",
    "OverlapRules",
    "PrivacyRules",
    "Rules",
]
