"""Facilities: areas, rooms, estates and sites against plain counting."""

from itertools import combinations
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import openpyxl
import pytest
import shapely
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_ground import Ground

from gridplan.cli import main
from gridplan.config import Rules
from gridplan.errors import ConfigError, LayerError, PlanError
from gridplan.plan import Plan
from gridplan.planning import provide
from gridplan.provision import compare_facilities
from gridplan.ways import Ways

CENTRE = {
    "type": "社区服务中心",
    "area_m2": 1000.0,
    "rooms": "服务大厅;警务室；居委会办公室,居民活动室、党群活动中心 阅览室",
}


def rules(**group: object) -> Rules:
    """Give rules with some of the group facilities."""
    return Rules.from_mapping({"facilities": group})


def test_area_rooms_and_scatter_of_a_community(ground: Ground) -> None:
    """30 m2 per 100 households of 3,600; rooms told by any of their names; the longest way between two facilities."""
    layer = ground.layer("facilities", [
        {**CENTRE, "name": "甲", "at": (0.5, 0.5)}, {"type": "社区服务中心", "area_m2": 70.0, "at": (2.5, 0.5)},
        {"type": "社区服务中心", "area_m2": 80.0, "rooms": "阅览室", "at": (4.5, 0.5)},
    ])  # fmt: skip
    found = provide(ground.plan, layer, rules(max_scatter_m=300))
    west, east = found.communities.sort_values("community_code").to_dict("records")
    assert (west["needed_m2"], west["area_m2"], west["gap_m2"], west["missing"]) == (1080.0, 1070.0, 10.0, "")
    assert west["scatter_m"] == pytest.approx(400 * ground_detour())
    assert east["gap_m2"] == 1000.0
    assert len(east["missing"].split(";")) == 5
    codes = [(f.code, f.subject) for f in found.findings if f.code.startswith("facility")]
    assert sorted(codes, key=lambda pair: pair[1], reverse=True) == [
        ("facility_area", "甲社区"), ("facility_scattered", "甲社区"), ("facility_area", "乙社区"),
        ("facility_rooms", "乙社区"),
    ]  # fmt: skip


def ground_detour() -> float:
    """Straight lines count so much more."""
    return Rules().deployment.detour


def test_a_community_that_is_named_goes_before_the_place(ground: Ground) -> None:
    """A hall across the border counts for the community it serves; one that lies nowhere is told."""
    rows = [{**CENTRE, "community": "乙社区", "at": (0.5, 0.5)}, {**CENTRE, "name": "远", "at": (90.0, 90.0)}]
    found = provide(ground.plan, ground.layer("facilities", rows), Rules())
    assert dict(zip(found.communities["community"], found.communities["area_m2"], strict=True)) == {
        "甲社区": 0.0, "乙社区": 1000.0,
    }  # fmt: skip
    assert next(f.reason for f in found.findings if f.code == "facility_outside").startswith("1 facilities")


def test_estates_add_up_year_by_year(ground: Ground) -> None:
    """Both years of a community, the later one with the households of the earlier; a year is needed."""
    estates = ground.layer("estates", [
        {"name": "a", "year": 2027, "households": 1000, "at": (0.5, 0.5)},
        {"name": "b", "year": 2029, "households": 400, "at": (1.5, 0.5)},
    ])  # fmt: skip
    centre = ground.layer("facilities", [{**CENTRE, "area_m2": 1400.0, "at": (0.5, 0.5)}])
    found = provide(ground.plan, centre, Rules(), estates=estates)
    assert found.estates[["year", "households", "needed_m2", "gap_m2"]].to_numpy().tolist() == [
        [2027, 4600, 1380.0, 0.0], [2029, 5000, 1500.0, 100.0],
    ]  # fmt: skip
    assert [f.code for f in found.findings if "estates" in f.code] == ["facility_estates"]
    nameless = ground.layer("estates", [{"name": "a", "households": 3, "at": (0.5, 0.5)}])
    with pytest.raises(LayerError, match="row 1"):
        provide(ground.plan, centre, Rules(), estates=nameless)


def test_who_is_shut_serves_nobody_and_who_opens_is_told_apart(ground: Ground) -> None:
    """Article 33: an employer's facility counts when it says it is open, and what it adds is shown."""
    rows = [
        {"type": "健身站", "at": (0.5, 0.5)}, {"type": "健身站", "open": False, "at": (2.5, 0.5)},
        {"type": "健身站", "owner": "厂", "open": True, "at": (4.5, 0.5)},
        {"type": "健身站", "owner": "校", "at": (5.5, 3.5)},
    ]  # fmt: skip
    found = provide(ground.plan, ground.layer("facilities", rows), rules(sport_m=100))
    sport = found.coverage[found.coverage["service"] == "sport"].sort_values("community_code").to_dict("records")
    assert [(r["residents"], r["covered"], r["uncovered"], r["opened"]) for r in sport] == [
        (7848, 654, 7194, 0), (7848, 654, 7194, 654),
    ]  # fmt: skip
    assert found.grids["sport"].sum() == 2 * 7194
    assert len(found.uncovered) == 22
    absent = [f.reason for f in found.findings if f.code == "service_unknown"]
    assert "medical" in absent[0]
    assert "sport" not in absent[0]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_proposed_sites_are_the_best(ground: Ground, seed: int) -> None:
    """Equal to counting out all pairs of sites; residents are conserved."""
    rng = np.random.default_rng(seed)
    clinics = ground.layer("facilities", [{"type": "诊所", "at": (rng.uniform(0, 6), rng.uniform(0, 4))}])
    sites = ground.layer("sites", [{"name": f"s{k}", "at": (rng.uniform(0, 6), rng.uniform(0, 4))} for k in range(7)])
    found = provide(ground.plan, clinics, rules(medical_m=330, new_sites=2), sites=sites)
    units = ground.plan.units
    xy = units[["x", "y"]].to_numpy()
    limit = 330 / ground_detour()

    def reached(points: gpd.GeoDataFrame) -> np.ndarray:
        return np.hypot(*(xy[:, None] - shapely.get_coordinates(points.geometry)[None]).transpose(2, 0, 1)) <= limit

    left = ~reached(clinics).any(axis=1)
    assert found.coverage["uncovered"].sum() == units["residents"][left].sum()
    assert (found.coverage["covered"] + found.coverage["uncovered"] == found.coverage["residents"]).all()
    near = reached(sites)
    most = max((units["residents"] * (left & near[:, list(c)].any(axis=1))).sum() for c in combinations(range(7), 2))
    assert found.sites["residents"].sum() == most
    assert found.sites["proven"].all()


@pytest.mark.parametrize("seed", range(5))
def test_reach_follows_the_roads(seed: int) -> None:
    """Equal to networkx on a lattice of roads; a road apart from the others is no way, so the straight line counts."""
    rng = np.random.default_rng(seed)
    graph = nx.grid_2d_graph(6, 6)
    graph.remove_edges_from([e for e in graph.edges if rng.random() < 0.35])
    lines = np.array([shapely.LineString([np.multiply(a, 100), np.multiply(b, 100)]) for a, b in graph.edges])
    nodes = [n for n in graph if graph.degree(n)]
    xy = np.multiply(nodes, 100).astype(float)
    found = Ways(lines=lines, detour=1.3, reach_m=1.0).within(xy, xy, 300.0)
    hops = dict(nx.all_pairs_shortest_path_length(graph))
    for i, a in enumerate(nodes):
        for j, b in enumerate(nodes):
            straight = 1.3 * np.hypot(*np.subtract(a, b)) * 100 <= 300
            assert found[i, j] == (hops[a][b] <= 3 if b in hops[a] else straight), (a, b)


def test_the_road_of_a_plan_is_followed(ground_with_road: Ground) -> None:
    """100 m along the road and 100 or 300 m off it, which count as with the detour; two columns are near enough."""
    layer = ground_with_road.layer("facilities", [{"type": "诊所", "at": (0.0, 2.0)}])
    found = provide(ground_with_road.plan, layer, rules(medical_m=300 + 100 * ground_detour()))
    assert found.coverage["covered"].sum() == 4 * 654


def test_what_is_written_and_drawn(ground: Ground, tmp_path: Path) -> None:
    """Workbook, layers and map; nothing else is taken the place of."""
    rows = [{**CENTRE, "at": (0.5, 0.5)}, {"type": "诊所", "at": (0.5, 0.5)}, {"type": "庙", "at": (1.5, 0.5)}]
    found = compare_facilities(ground.plan, ground.layer("facilities", rows), rules(medical_m=100))
    for _ in range(2):
        found.write(tmp_path / "out")
    book = openpyxl.load_workbook(tmp_path / "out" / "facilities.xlsx")
    assert len(book.sheetnames) == 5
    assert [c.value for c in book.worksheets[3][2]][2:] == [654, "yes"]
    layers = gpd.list_layers(tmp_path / "out" / "facilities.gpkg")["name"].tolist()
    assert layers == ["communities", "grids", "uncovered", "facilities", "sites"]
    assert {"facility_type_unknown"} <= {f.code for f in found.findings}
    found.draw(tmp_path / "map.png")
    assert (tmp_path / "map.png").stat().st_size > 10_000
    with pytest.raises(PlanError, match="jpeg"):
        found.draw(tmp_path / "map.jpeg")


def test_the_command(ground: Ground, tmp_path: Path) -> None:
    """One line on stdout; a wrong rule is an error before anything is written."""
    Plan.of(ground.plan).write(tmp_path / "plan")
    ground.layer("facilities", [{**CENTRE, "at": (0.5, 0.5)}]).to_file(tmp_path / "f.gpkg")
    base = ["facilities", str(tmp_path / "plan"), "--facilities", str(tmp_path / "f.gpkg"), "-o", str(tmp_path / "out")]
    done = CliRunner().invoke(main, base)
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[-1].startswith("2 of 2 communities lack 1160 m2")
    (tmp_path / "rules.toml").write_text('[facilities]\nrooms = ["bar"]\n', "utf-8")
    done = CliRunner().invoke(main, [*base, "--rules", str(tmp_path / "rules.toml")])
    assert done.exit_code == 1
    with pytest.raises(ConfigError, match=r"facilities\.new_sites"):
        rules(new_sites=-1)
