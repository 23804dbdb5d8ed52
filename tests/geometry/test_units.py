"""Units, communities, compounds: who is one, where it belongs, what it is called."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridplan.config import Rules
from gridplan.errors import LayerError
from gridplan.geometry import build_fabric
from gridplan.geometry.units import strips_of
from gridplan.model import Layers
from gridplan.schema import KEY_GROUPS

Maker = Callable[..., Layers]
HALVES = {
    "community": ["B", "A"],
    "community_code": ["210102001002", "210102001001"],
    "geometry": [shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)],
}


def entrances_of(building: str, households: list[int]) -> pd.DataFrame:
    """Table of entrances."""
    n = len(households)
    columns = {"building_id": [building] * n, "entrance": [f"{i + 1}" for i in range(n)], "households": households}
    return pd.DataFrame(columns | {"residents": households} | dict.fromkeys(KEY_GROUPS, 0))


SLAB = shapely.box(20, 20, 80, 32)


@pytest.mark.parametrize("shape", [SLAB, shapely.Point(50, 26), SLAB.union(shapely.box(20, 20, 32, 60))])
def test_a_large_building_is_cut_by_entrance(layers_of: Maker, shape: shapely.Geometry) -> None:
    """Above the upper limit every entrance is a unit, in order, and nothing of the building is lost."""
    layers = layers_of([shape, shapely.box(20, 80, 40, 90)], [480, 50], entrances=entrances_of("b000", [120, 200, 160]))
    fabric = build_fabric(layers, Rules())
    assert list(fabric.units["unit_id"]) == ["b000#1", "b000#2", "b000#3", "b001"]
    assert list(fabric.units["households"]) == [120, 200, 160, 50]
    assert list(fabric.units["entrance"]) == ["1", "2", "3", ""]
    assert list(fabric.buildings["unit_id"]) == list(fabric.units["unit_id"])
    assert {(0, 1), (1, 2)} <= {tuple(e) for e in fabric.graph.edges}


def test_a_building_within_the_limit_is_never_cut(layers_of: Maker) -> None:
    """Entrances of smaller buildings, or one entrance alone, leave the building whole."""
    small = layers_of([shapely.box(0, 0, 60, 12)], [360], entrances=entrances_of("b000", [180, 180]))
    assert list(build_fabric(small, Rules()).units["unit_id"]) == ["b000"]
    single = layers_of([shapely.box(0, 0, 60, 12)], [480], entrances=entrances_of("b000", [480]))
    assert list(build_fabric(single, Rules()).units["unit_id"]) == ["b000"]


@pytest.mark.parametrize("turn", [0, 30, 90, 135])
def test_strips_are_proportional_and_tile_the_footprint(turn: int) -> None:
    """Areas of the strips of a slab stand as their households; together they are the slab."""
    slab = shapely.affinity.rotate(shapely.box(0, 0, 60, 12), turn)
    strips = strips_of(slab, np.array([10, 20, 0, 30]))
    np.testing.assert_allclose(shapely.area(strips) / slab.area, np.array([10, 20, 1, 30]) / 61, rtol=1e-6)
    assert shapely.union_all(strips, grid_size=1e-6).symmetric_difference(slab).area < 1e-3
    x = shapely.get_x(shapely.centroid(strips))
    assert (np.diff(np.round(x, 6)) >= 0).all()


def test_coincident_points_are_one_unit(layers_of: Maker) -> None:
    """Points at one place share a unit named after the first; a tower on its podium does not."""
    fabric = build_fabric(layers_of(shapely.points([(0, 0), (50, 0), (0, 0), (0, 0)]), [5, 7, 11, 13]), Rules())
    assert list(fabric.units["unit_id"]) == ["b000", "b001"]
    assert list(fabric.units["households"]) == [29, 7]
    assert list(fabric.buildings["unit_id"]) == ["b000", "b001", "b000", "b000"]
    tower = build_fabric(layers_of([shapely.box(0, 0, 60, 60), shapely.box(20, 20, 40, 40)]), Rules())
    assert len(tower.units) == 2
    twins = build_fabric(layers_of([shapely.box(0, 0, 60, 60)] * 2), Rules())
    assert list(twins.units["unit_id"]) == ["b000"]


def test_a_footprint_lies_in_its_cell(layers_of: Maker) -> None:
    """Houses wall to wall, and a small one beside a long one, keep their footprint but for a hand's breadth."""
    row = [shapely.box(x, 0, x + 11.3, 10) for x in np.arange(0, 113, 11.3)] + [shapely.box(0, 10, 113, 16)]
    turned = [shapely.affinity.rotate(h, 33, origin=(0, 0)) for h in row]
    fabric = build_fabric(layers_of(turned), Rules())
    cells = np.asarray(fabric.units.geometry.array)
    inside = shapely.area(shapely.intersection(cells, np.array(turned))) / shapely.area(turned)
    assert inside.min() > 0.85


def test_a_building_outside_is_moved_or_set_aside(layers_of: Maker) -> None:
    """Within the limit it joins the nearest ground, beyond it is set aside with its households, never lost."""
    spots = shapely.points([(50, 50), (150, 50), (220, 50), (400, 50)])
    fabric = build_fabric(layers_of(spots, [1, 2, 4, 8], communities=HALVES), Rules())
    assert dict(zip(fabric.units["building_id"], fabric.units["community"], strict=True)) == {
        "b000": "B", "b001": "A", "b002": "A",
    }  # fmt: skip
    assert fabric.set_aside[["id", "households"]].to_numpy().tolist() == [["b003", 8]]
    assert {"building_moved", "building_set_aside"} <= {f.code for f in fabric.findings}


def test_a_building_in_the_water_joins_the_bank(layers_of: Maker) -> None:
    """A house boat keeps its place and gets ground on the bank."""
    river = [shapely.box(60, -1, 90, 101)]
    fabric = build_fabric(layers_of(shapely.points([(30, 50), (70, 50)]), communities=HALVES, water=river), Rules())
    boat = fabric.units.set_index("building_id").loc["b001"]
    assert (boat["x"], boat["y"]) == (70, 50)
    assert boat["community"] == "B"
    assert boat.geometry.area > 100


def test_communities_are_ordered_by_code_and_bare_ground_is_a_unit(layers_of: Maker) -> None:
    """Communities stand by code; one without buildings is one unit of nobody."""
    fabric = build_fabric(layers_of([shapely.Point(50, 50)], communities=HALVES), Rules())
    assert list(fabric.communities["community"]) == ["A", "B"]
    assert list(fabric.units["building_id"]) == ["", "b000"]
    assert list(fabric.units["unit_id"]) == ["#210102001001", "b000"]
    assert fabric.units["households"].tolist() == [0, 10]
    assert shapely.contains_xy(fabric.units.geometry.iloc[0], fabric.units["x"].iloc[0], fabric.units["y"].iloc[0])
    assert fabric.units.area.tolist() == pytest.approx([10_000, 10_000])


def test_the_place_wins_over_the_column(layers_of: Maker) -> None:
    """A building that names another community is counted in a notice and stays where it stands."""
    columns = {"community_code": ["210102001001", "210102001001"]}
    layers = layers_of(shapely.points([(50, 50), (150, 50)]), communities=HALVES, columns=columns)
    fabric = build_fabric(layers, Rules())
    assert list(fabric.units["community"]) == ["A", "B"]
    assert [f.value for f in fabric.findings if f.code == "community_differs"] == [1.0]


def test_column_communities_take_the_ground_of_their_cells(layers_of: Maker) -> None:
    """Same name, other subdistrict: another community; each is the union of the cells of its buildings."""
    spots = shapely.points([(0, 0), (100, 0), (200, 0)])
    columns = {"community": ["X", "X", ""], "subdistrict": ["one", "two", ""]}
    fabric = build_fabric(layers_of(spots, columns=columns), Rules())
    assert fabric.communities[["community", "subdistrict"]].to_numpy().tolist() == [["X", "one"], ["X", "two"]]
    assert fabric.community_index.tolist() == [0, 1, 1]
    assert fabric.graph.edges.tolist() == [[1, 2]]
    for row, shape in enumerate(fabric.communities.geometry):
        mine = fabric.units.geometry[fabric.community_index == row]
        assert shape.symmetric_difference(shapely.union_all(mine)).area < 1e-6


def test_subdistricts_come_from_their_layer(layers_of: Maker) -> None:
    """Communities without a subdistrict of their own take the one they lie in."""
    layer = {
        "subdistrict": ["West", "East"],
        "geometry": [shapely.box(-9, -9, 101, 109), shapely.box(101, -9, 209, 109)],
    }
    fabric = build_fabric(layers_of([shapely.Point(50, 50)], communities=HALVES, subdistricts=layer), Rules())
    assert list(fabric.communities["subdistrict"]) == ["East", "West"]


def test_slivers_between_communities_are_nobodys_loss(layers_of: Maker) -> None:
    """A gap of half a metre and an overlap of half a metre between communities leave no hole and no double ground."""
    for edge in (99.5, 100.5):
        parts = {"community": ["W", "E"], "geometry": [shapely.box(0, 0, edge, 100), shapely.box(100, 0, 200, 100)]}
        fabric = build_fabric(layers_of(shapely.points([(50, 50), (150, 50)]), communities=parts), Rules())
        assert fabric.units.area.sum() == pytest.approx(20_000)
        assert shapely.union_all(fabric.units.geometry.array).area == pytest.approx(20_000)


def test_compounds_come_from_polygons_columns_or_blocks(layers_of: Maker) -> None:
    """Polygons win over the column; without either, blocks between roads stand in and are flagged."""
    spots = shapely.points([(20, 20), (80, 20), (20, 80)])
    area = [shapely.box(0, 0, 100, 100)]
    yards = {"compound": ["Yard"], "geometry": [shapely.box(0, 0, 40, 40)]}
    named = {"compound": ["", "Column", ""]}
    both = build_fabric(layers_of(spots, columns=named, boundary=area, compounds=yards), Rules())
    assert list(both.units["compound"]) == ["Yard", "Column", ""]
    column = build_fabric(layers_of(spots, columns=named, boundary=area), Rules())
    assert list(column.units["compound"]) == ["", "Column", ""]
    road = {"road_class": ["tertiary"], "geometry": [shapely.LineString([(50, -5), (50, 105)])]}
    derived = build_fabric(layers_of(spots, [3, 0, 4], boundary=area, roads=road), Rules())
    assert list(derived.units["compound"]) == ["derived-0001", "", "derived-0001"]
    assert "compounds_derived" in {f.code for f in derived.findings}


def test_compounds_of_one_name_are_told_apart(layers_of: Maker) -> None:
    """Two yards of one name far apart are two compounds, two halves that touch are one."""
    yards = {
        "compound": ["Garden"] * 3,
        "geometry": [shapely.box(0, 0, 40, 40), shapely.box(40, 0, 80, 40), shapely.box(300, 300, 340, 340)],
    }
    spots = shapely.points([(20, 20), (60, 20), (320, 320)])
    fabric = build_fabric(layers_of(spots, compounds=yards), Rules())
    assert list(fabric.units["compound"]) == ["Garden #2", "Garden #2", "Garden #1"]
    codes = {"compound": ["Garden"] * 2 + [""], "compound_code": ["7", "8", ""]}
    column = build_fabric(layers_of(spots, columns=codes), Rules())
    assert list(column.units["compound"]) == ["Garden #1", "Garden #2", ""]


def test_dirty_shapes_are_taken_as_they_can_be(layers_of: Maker) -> None:
    """A bow tie, a Z value, a multipolygon, a line and a missing footprint: planned, or set aside and said."""
    shapes = [
        shapely.Polygon([(0, 0), (20, 20), (20, 0), (0, 20)]),
        shapely.Polygon([(40, 0, 5), (60, 0, 5), (60, 20, 5)]),
        shapely.MultiPolygon([shapely.box(80, 0, 90, 10), shapely.box(95, 0, 100, 10)]),
        shapely.LineString([(120, 0), (140, 0)]),
        None,
    ]
    fabric = build_fabric(layers_of(shapes), Rules())
    assert len(fabric.units) == 4
    assert fabric.set_aside[["id", "reason"]].to_numpy().tolist() == [["b004", "no geometry"]]


def test_nothing_to_plan_is_an_error(layers_of: Maker) -> None:
    """Without any ground there is one clear error."""
    with pytest.raises(LayerError, match="study area"):
        build_fabric(layers_of([None, None]), Rules())
    with pytest.raises(LayerError, match="communities"):
        build_fabric(layers_of([shapely.Point(0, 0)], communities={"community": ["A"], "geometry": [None]}), Rules())


def test_progress_ends_at_its_total(layers_of: Maker) -> None:
    """The stage reports steps upwards and ends complete."""
    news: list[tuple[str, int, int]] = []
    build_fabric(layers_of([shapely.Point(0, 0)]), Rules(), lambda *step: news.append(step))
    assert {stage for stage, _, _ in news} == {"geometry"}
    done = [d for _, d, _ in news]
    assert done == sorted(done)
    assert news[-1][1] == news[-1][2]


def test_frames_keep_their_kind(layers_of: Maker) -> None:
    """Units and communities are layers in the CRS of the input."""
    layers = layers_of([shapely.Point(0, 0)])
    fabric = build_fabric(layers, Rules())
    assert isinstance(fabric.units, gpd.GeoDataFrame)
    assert fabric.units.crs == fabric.communities.crs == layers.crs


def test_all_ground_is_planned_even_when_no_building_is(layers_of: Maker) -> None:
    """Where every building is set aside, each community is one unit of nobody."""
    far = [shapely.Point(900, 900)]
    fabric = build_fabric(layers_of(far, communities=HALVES), Rules())
    assert list(fabric.units["building_id"]) == ["", ""]
    assert fabric.set_aside["households"].sum() == 10
    assert len(fabric.graph.edges) == 0
    with pytest.raises(LayerError, match="buildings"):
        build_fabric(layers_of(far, boundary=[shapely.box(0, 0, 9, 9)], columns={"community": ["A"]}), Rules())
