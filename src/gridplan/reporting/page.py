"""page."""

from gridplan.config import Rules
from gridplan.model import PlanData


def render_page(plan: PlanData, rules: Rules) -> str:
    return "<!doctype html>"
