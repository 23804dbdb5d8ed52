"""Made-up plans, and layers laid out on them."""

import importlib.util
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from gridplan.model import PlanData
from gridplan.schema import FIELDS

_SPEC = importlib.util.spec_from_file_location(
    "deployment_plans", Path(__file__).parent.parent / "deployment" / "conftest.py"
)
assert _SPEC is not None
assert _SPEC.loader is not None
plans = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plans)


class Ground:
    """A plan, and points on it told in grids from its south-west corner."""

    def __init__(self, plan: PlanData) -> None:
        """Take the plan."""
        self.plan = plan

    def layer(self, role: str, rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
        """Lay out points `at` with all canonical fields of a role."""
        numbers = {"area_m2", "year", "households"}
        names = [name for name in FIELDS[role] if name not in ("x", "y")]
        table = pd.DataFrame({n: [r.get(n, float("nan") if n in numbers else "") for r in rows] for n in names})
        if role == "facilities":
            table["open"] = pd.array([r.get("open", pd.NA) for r in rows], dtype="boolean")
        at = [r["at"] for r in rows]
        xy = [(plans.X0 + plans.SIDE * x, plans.Y0 + plans.SIDE * y) for x, y in at]  # type: ignore[misc]
        return gpd.GeoDataFrame(table, geometry=shapely.points(xy).tolist() if xy else [], crs=self.plan.crs)
