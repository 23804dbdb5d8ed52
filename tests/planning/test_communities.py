"""Communities: sizes, splits, merges and those drawn anew, on squares of 300 households."""

from pathlib import Path

import geopandas as gpd
import networkx as nx
import openpyxl
import pytest
import shapely
from click.testing import CliRunner
from oracle_ground import Ground

from gridplan.cli import main
from gridplan.config import Rules
from gridplan.errors import ConfigError
from gridplan.model import PlanData
from gridplan.neighbours import find_neighbours
from gridplan.plan import Plan
from gridplan.planning import Review, draw_communities, review_sizes
from gridplan.provision import review_communities


def rules(lower: int, target: int, upper: int) -> Rules:
    """Give rules with sizes of communities."""
    return Rules.from_mapping({"communities": {"lower": lower, "target": target, "upper": upper}})


def check_nesting(plan: PlanData, found: Review) -> None:
    """Grids are nested whole, each in one community; these are connected and their counts are those of the grids."""
    assert found.nested["grid_code"].is_unique
    assert found.nested["new_code"].is_unique
    touch = nx.Graph(plan.grids["grid_code"].to_numpy()[find_neighbours(plan, 2.0)].tolist())
    grids = plan.grids.set_index("grid_code")
    for row in found.proposed.to_dict("records"):
        inside = found.nested.loc[found.nested["proposed_code"] == row["proposed_code"], "grid_code"]
        assert nx.is_connected(touch.subgraph(inside))
        assert row["households"] == grids.loc[inside, "households"].sum()
        assert row["geometry"].equals(shapely.union_all(grids.loc[inside].geometry.to_numpy()))


def test_what_fits_is_left_alone(ground: Ground) -> None:
    """Two communities of 3,600 households."""
    found = review_sizes(ground.plan, rules(3000, 3600, 4000))
    assert found.communities["state"].tolist() == ["fits", "fits"]
    assert found.communities["households"].tolist() == [3600, 3600]
    assert found.findings == ()
    assert found.proposed.empty
    assert found.nested.empty


def test_the_large_are_split_by_the_same_engine(ground: Ground) -> None:
    """3,600 households are above 3,500: each community becomes two of 1,800, within its own border."""
    found = review_sizes(ground.plan, Rules())
    assert found.communities["state"].tolist() == ["large", "large"]
    assert found.proposed["households"].tolist() == [1800] * 4
    assert set(found.proposed["communities"]) == {"甲社区", "乙社区"}
    assert len(found.nested) == 24
    assert [f.code for f in found.findings] == ["community_large"] * 2
    check_nesting(ground.plan, found)


def test_the_small_are_merged_where_the_sum_fits(ground: Ground) -> None:
    """Two small ones become one, unless that were too large; then it is said."""
    found = review_sizes(ground.plan, rules(4000, 6000, 7200))
    assert found.proposed[["state", "households", "grids"]].to_numpy().tolist() == [["merged", 7200, 24]]
    check_nesting(ground.plan, found)
    alone = review_sizes(ground.plan, rules(4000, 6000, 7199))
    assert alone.proposed.empty
    assert all("no neighbour" in f.reason for f in alone.findings)


def test_communities_are_drawn_where_there_are_none(ground: Ground) -> None:
    """All grids of the subdistrict in communities of 1,800, whatever their present ones; the same for a seed."""
    found = draw_communities(ground.plan, rules(1500, 1800, 2100), rng=3)
    assert sorted(found.nested["grid_code"]) == sorted(ground.plan.grids["grid_code"])
    assert found.proposed["households"].tolist() == [1800] * 4
    check_nesting(ground.plan, found)
    again = draw_communities(ground.plan, rules(1500, 1800, 2100), rng=3)
    assert again.nested.equals(found.nested)
    tight = draw_communities(ground.plan, rules(1000, 1000, 1000))
    assert {f.code for f in tight.findings} == {"community_outside"}
    with pytest.raises(ConfigError, match="communities"):
        rules(5, 4, 3)


def test_communities_of_a_made_up_district(plan: Plan) -> None:
    """Drawn anew, they nest whole grids and stay inside subdistricts."""
    found = review_communities(plan, rules(1000, 1500, 2200), draw=True, effort="fast")
    check_nesting(plan, found)
    home = plan.grids.set_index("grid_code")["subdistrict"]
    inside = found.nested.assign(home=home.reindex(found.nested["grid_code"]).to_numpy())
    assert inside.groupby("proposed_code")["home"].nunique().eq(1).all()
    assert found.proposed["households"].sum() == plan.grids["households"].sum()


def test_the_command(ground: Ground, tmp_path: Path) -> None:
    """One line, a workbook and two layers."""
    Plan.of(ground.plan).write(tmp_path / "plan")
    done = CliRunner().invoke(main, ["communities", str(tmp_path / "plan"), "-o", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[-1].startswith("0 of 2 communities fit; 4 proposed")
    book = openpyxl.load_workbook(tmp_path / "out" / "communities.xlsx")
    assert [len(list(s.rows)) for s in book] == [3, 5, 25, 3]
    assert gpd.list_layers(tmp_path / "out" / "communities.gpkg")["name"].tolist() == ["communities", "proposed"]
