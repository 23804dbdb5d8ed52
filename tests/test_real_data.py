"""Real districts that nobody here made, end to end; skipped where the data is absent."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gridplan.pipeline import partition_district
from gridplan.plan import Plan, read_plan

DATA = Path(__file__).parents[2] / "shared" / "data"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (DATA / "vologda").is_dir(), reason="the real data is not here"),
]


@pytest.fixture(scope="module", params=["singapore_hdb", "vologda"])
def plan(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Make, write and read back the plan of one real district."""
    out = tmp_path_factory.mktemp("real") / "out"
    made = partition_district(DATA / request.param / "layers.gpkg", out, effort="fast")
    back = read_plan(out)
    assert back.equals(made)
    return back


def test_households_are_conserved(plan: Plan) -> None:
    """Households in = in grids + set aside."""
    aside = int(plan.set_aside["households"].sum())
    path = Path(plan.run["sources"][0]["path"])
    assert plan.units["households"].sum() == plan.grids["households"].sum()
    assert plan.buildings["households"].sum() == plan.grids["households"].sum()
    if (plan.units["source"] == "counted").any():
        place = DATA / "singapore_hdb" / path.name
        assert gpd.read_file(place, layer="buildings")["households"].sum() == plan.grids["households"].sum() + aside
    else:
        place = DATA / "vologda" / path.name
        assert len(gpd.read_file(place, layer="buildings")) == plan.buildings["building_id"].nunique() + len(
            plan.set_aside
        )


def test_no_hard_rule_is_broken(plan: Plan) -> None:
    """The audit, which knows nothing of the search, finds no error."""
    errors = plan.findings[plan.findings["severity"] == "error"]
    assert errors.empty, errors[["code", "subject", "reason"]].head().to_string()


def test_grids_cover_every_community_exactly(plan: Plan) -> None:
    """A valid coverage of the same area within 1e-6, cell by cell and grid by grid."""
    for layer in (plan.units, plan.grids):
        assert shapely.coverage_is_valid(layer.geometry.to_numpy())
        covered = layer.area.groupby(layer["community"] + layer["community_code"]).sum()
        whole = plan.communities.set_index(plan.communities["community"] + plan.communities["community_code"]).area
        assert np.allclose(covered.sort_index(), whole.sort_index(), rtol=1e-6)


def test_every_grid_is_one_piece_or_says_why(plan: Plan) -> None:
    """A multipolygon has a finding."""
    many = plan.grids.loc[plan.grids.geom_type != "Polygon", "grid_code"]
    assert set(many) <= set(plan.findings["subject"])


def test_grids_outside_the_band_carry_their_cause(plan: Plan) -> None:
    """And grids inside carry none."""
    assert ((plan.grids["cause"] != "") == ~plan.grids["in_band"]).all()
