"""gridplan: community grids of a city district, drawn by contiguity-constrained partitioning.

>>> import gridplan
>>> plan = gridplan.make_plan(gridplan.read_layers("district/"))  # doctest: +SKIP
>>> plan.write("out/")  # doctest: +SKIP

The names below load on first use, so that importing gridplan costs next to nothing.
"""

from typing import TYPE_CHECKING

from gridplan.firstuse import load_on_use

if TYPE_CHECKING:
    from gridplan.appraisal import evaluate_grids
    from gridplan.check import Check
    from gridplan.comparison import Comparison, compare_plans
    from gridplan.config import Rules
    from gridplan.errors import (
        ConfigError,
        CRSError,
        EncodingError,
        GraphError,
        GridplanError,
        InfeasibleError,
        LayerError,
        OutputError,
        PlanError,
    )
    from gridplan.explanation import Explanation, explain_grid
    from gridplan.intake import check_district
    from gridplan.model import Finding, Layers, Partition
    from gridplan.overlaps import Overlaps, overlap_grids
    from gridplan.partition import partition_graph
    from gridplan.pipeline import make_plan, partition_district
    from gridplan.plan import Plan, audit_plan, read_plan
    from gridplan.provision import Communities, Facilities, compare_facilities, review_communities
    from gridplan.reading import read_layers
    from gridplan.rerun import Rerun, rerun_plan
    from gridplan.sample import make_sample
    from gridplan.satisfaction import Evaluation, compare_scores
    from gridplan.staffing import Emergency, assign_personnel, plan_emergency
    from gridplan.tradeoff import weigh_change

__all__ = [
    "CRSError",
    "Check",
    "Communities",
    "Comparison",
    "ConfigError",
    "Emergency",
    "EncodingError",
    "Evaluation",
    "Explanation",
    "Facilities",
    "Finding",
    "GraphError",
    "GridplanError",
    "InfeasibleError",
    "LayerError",
    "Layers",
    "OutputError",
    "Overlaps",
    "Partition",
    "Plan",
    "PlanError",
    "Rerun",
    "Rules",
    "assign_personnel",
    "audit_plan",
    "check_district",
    "compare_facilities",
    "compare_plans",
    "compare_scores",
    "evaluate_grids",
    "explain_grid",
    "make_plan",
    "make_sample",
    "overlap_grids",
    "partition_district",
    "partition_graph",
    "plan_emergency",
    "read_layers",
    "read_plan",
    "rerun_plan",
    "review_communities",
    "weigh_change",
]

_HOMES = {
    "Emergency": "staffing",
    "Check": "check",
    "Communities": "provision",
    "Comparison": "comparison",
    "compare_plans": "comparison",
    "Facilities": "provision",
    "Evaluation": "satisfaction",
    "Explanation": "explanation",
    "Finding": "model",
    "Layers": "model",
    "Overlaps": "overlaps",
    "Partition": "model",
    "Plan": "plan",
    "Rerun": "rerun",
    "Rules": "config",
    "assign_personnel": "staffing",
    "audit_plan": "plan",
    "check_district": "intake",
    "compare_facilities": "provision",
    "compare_scores": "satisfaction",
    "evaluate_grids": "appraisal",
    "explain_grid": "explanation",
    "make_plan": "pipeline",
    "make_sample": "sample",
    "overlap_grids": "overlaps",
    "partition_district": "pipeline",
    "partition_graph": "partition",
    "plan_emergency": "staffing",
    "read_layers": "reading",
    "read_plan": "plan",
    "rerun_plan": "rerun",
    "review_communities": "provision",
    "weigh_change": "tradeoff",
}

__getattr__ = load_on_use(__name__, dict.fromkeys(__all__, "errors") | _HOMES)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
