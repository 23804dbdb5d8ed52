"""The audit: every rule of a plan checked on its frames, by code that knows nothing of how the plan was made."""

from collections.abc import Callable, Iterable

from gridplan.config import Rules
from gridplan.model import Finding, PlanData
from gridplan.reporting import checks_micro, checks_order, checks_shape, checks_units, checks_whole
from gridplan.reporting.ledger import Ledger, open_ledger

Check = Callable[[Ledger], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    checks_units.check_membership,
    checks_units.check_households,
    checks_shape.check_shapes,
    checks_shape.check_cover,
    checks_shape.check_overlap,
    checks_shape.check_community,
    checks_units.check_buildings,
    checks_whole.check_contiguity,
    checks_shape.check_pieces,
    checks_whole.check_compounds,
    checks_order.check_size,
    checks_order.check_codes,
    checks_order.check_sequence,
    checks_order.check_workload,
    checks_order.check_boundary,
    checks_order.check_set_aside,
    checks_micro.check_micro_grids,
)
"""In the order in which the findings are read."""


def audit(plan: PlanData, rules: Rules) -> tuple[Finding, ...]:
    """Check every rule of the regulation on a finished plan.

    Parameters
    ----------
    plan : PlanData
        Any plan, whoever drew it; its own findings are not looked at.
    rules : Rules
        The rules it has to keep.

    Returns
    -------
    tuple of Finding
        Errors are broken hard rules, warnings broken strong ones, notices the rest; in the order of the checks and of
        the rows.
    """
    ledger = open_ledger(plan, rules)
    return tuple(finding for check in CHECKS for finding in check(ledger))
