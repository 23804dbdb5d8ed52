"""Barriers and crossings: small scenes whose graph is known beforehand."""

from collections.abc import Callable

import numpy as np
import pytest
import shapely

from gridplan.config import Rules
from gridplan.geometry import build_fabric
from gridplan.model import Fabric, Layers
from gridplan.schema import BARRIERS

Maker = Callable[..., Layers]
AREA = shapely.box(0, 0, 200, 100)
TWO = shapely.points([(50, 40), (50, 60)])
FOUR = shapely.points([(50, 40), (50, 60), (150, 40), (150, 60)])
RIVER = shapely.box(-10, 45, 210, 55)
RAIL = shapely.LineString([(-10, 50), (210, 50)])
BRIDGE = shapely.LineString([(100, -10), (100, 110)])
APART = Rules(lower=1, target=1, upper=1000)
"""With these every piece is large enough to be planned apart."""


def edges(fabric: Fabric) -> dict[tuple[str, str], str]:
    """Edges by unit ids -> what lies on them."""
    ids = fabric.units["unit_id"].to_numpy()
    return {(ids[a], ids[b]): BARRIERS[k] for (a, b), k in zip(fabric.graph.edges, fabric.graph.barrier, strict=True)}


def walls(fabric: Fabric) -> dict[tuple[str, str], float]:
    """Walls by unit ids -> metres."""
    ids = fabric.units["unit_id"].to_numpy()
    return {(ids[a], ids[b]): m for (a, b), m in zip(fabric.graph.walls, fabric.graph.wall_m, strict=True)}


@pytest.mark.parametrize(
    "roles",
    [
        {"railways": [RAIL]},
        {"railways": [RAIL, shapely.LineString([(-10, 52), (210, 52)])]},
        {"water": [RIVER]},
        {"roads": {"road_class": ["trunk"], "geometry": [RAIL]}},
        {
            "roads": {
                "road_class": ["motorway", "trunk"],
                "geometry": [RAIL, shapely.LineString([(-10, 51), (210, 51)])],
            }
        },
    ],
)
def test_a_hard_barrier_makes_a_wall(layers_of: Maker, roles: dict[str, object]) -> None:
    """Nothing joins the two sides of a railway, a river or an expressway."""
    fabric = build_fabric(layers_of(TWO, boundary=[AREA], **roles), APART)
    assert edges(fabric) == {}
    assert walls(fabric) == {("b000", "b001"): pytest.approx(200.0)}


@pytest.mark.parametrize(("kind", "roles"), [
    ("road", {"roads": {"road_class": ["secondary"], "geometry": [RAIL]}}),
    ("road", {"roads": {"road_class": [None], "geometry": [RAIL]}}),
    ("stream", {"water": [RAIL]}),
    ("none", {}),
])  # fmt: skip
def test_a_soft_barrier_is_kept_on_the_edge(layers_of: Maker, kind: str, roles: dict[str, object]) -> None:
    """The metres of a soft road or a stream stand on the edge."""
    fabric = build_fabric(layers_of(TWO, boundary=[AREA], **roles), APART)
    assert edges(fabric) == {("b000", "b001"): kind}
    assert fabric.graph.border_m == pytest.approx([200.0])
    assert fabric.graph.barrier_m == pytest.approx([0.0 if kind == "none" else 200.0])


@pytest.mark.parametrize(
    "hard",
    [
        {"railways": [RAIL]},
        {"railways": [shapely.LineString([(-10, y), (210, y)]) for y in (46, 48, 50, 52, 54)]},
        {"water": [RIVER]},
    ],
)
@pytest.mark.parametrize(
    "bridge",
    [
        {"roads": {"road_class": ["tertiary"], "geometry": [BRIDGE]}},
        {"roads": {"road_class": ["tertiary"] * 2, "geometry": [shapely.LineString([(100, -10), (100, 49)]),
                                                               shapely.LineString([(100, 49), (100, 110)])]}},
        {"crossings": [shapely.LineString([(100, 44), (100, 56)])]},
        {"crossings": [shapely.Point(100, 49)]},
        {"crossings": [shapely.Point(100, 50)]},
        {"crossings": [shapely.box(99, 48, 101, 51)]},
    ],
)  # fmt: skip
def test_a_crossing_joins_both_sides(layers_of: Maker, hard: dict[str, object], bridge: dict[str, object]) -> None:
    """A road or a feature of the layer crossings joins the cells at its two ends, over any number of tracks."""
    fabric = build_fabric(layers_of(FOUR, boundary=[AREA], **hard, **bridge), APART)
    found = edges(fabric)
    assert any(found.get(pair) == "crossing" for pair in (("b000", "b001"), ("b002", "b003")))
    assert np.unique(_pieces(fabric)).size == 1


def _pieces(fabric: Fabric) -> np.ndarray:
    """Find the connected piece of each unit by plain spreading."""
    label = np.arange(len(fabric.units))
    for _ in label:
        for a, b in fabric.graph.edges:
            label[[a, b]] = min(label[a], label[b])
    return label


def test_a_crossing_reopens_no_more_than_its_length(layers_of: Maker) -> None:
    """The border of cells at a level crossing is the length the rules give, half on each side of the road."""
    road = {"road_class": ["tertiary"], "geometry": [BRIDGE]}
    fabric = build_fabric(layers_of(FOUR, boundary=[AREA], railways=[RAIL], roads=road), APART)
    crossing = fabric.graph.barrier == BARRIERS.index("crossing")
    assert fabric.graph.border_m[crossing] == pytest.approx([10.0, 10.0])


def test_a_road_that_ends_at_a_barrier_is_no_crossing(layers_of: Maker) -> None:
    """Side roads that meet an expressway from one side leave it shut."""
    roads = {
        "road_class": ["trunk", "tertiary", "tertiary"],
        "geometry": [RAIL, shapely.LineString([(100, -10), (100, 50)]), shapely.LineString([(140, 110), (140, 50)])],
    }
    fabric = build_fabric(layers_of(FOUR, boundary=[AREA], roads=roads), APART)
    assert edges(fabric) == {("b000", "b002"): "road", ("b001", "b003"): "road"}


def test_an_expressway_over_a_railway_is_no_crossing(layers_of: Maker) -> None:
    """Where two hard barriers cross, nobody does."""
    roads = {"road_class": ["motorway"], "geometry": [BRIDGE]}
    fabric = build_fabric(layers_of(FOUR, boundary=[AREA], railways=[RAIL], roads=roads), APART)
    assert edges(fabric) == {}


def test_a_siding_that_ends_separates_up_to_its_end(layers_of: Maker) -> None:
    """Cells end at a railway that ends inside a block; beyond its end they touch."""
    siding = shapely.LineString([(-10, 50), (120, 50)])
    fabric = build_fabric(layers_of(FOUR, boundary=[AREA], railways=[siding]), APART)
    found = edges(fabric)
    assert found[("b002", "b003")] == "none"
    assert walls(fabric) == {("b000", "b001"): pytest.approx(100.0, abs=0.5)}


def test_a_bridge_between_communities_joins_nothing(layers_of: Maker) -> None:
    """A community border in the river: the bridge leaves the community."""
    halves = {"community": ["N", "S"], "geometry": [shapely.box(0, 50, 200, 100), shapely.box(0, 0, 200, 50)]}
    road = {"road_class": ["tertiary"], "geometry": [BRIDGE]}
    fabric = build_fabric(layers_of(FOUR, communities=halves, water=[RIVER], roads=road), APART)
    assert set(edges(fabric).values()) == {"road"}


def test_a_pier_and_a_point_on_land_reopen_nothing(layers_of: Maker) -> None:
    """A road that ends in the water and a crossing far from any barrier change nothing."""
    road = {"road_class": ["tertiary"], "geometry": [shapely.LineString([(100, -10), (100, 50)])]}
    far = [shapely.Point(20, 5)]
    fabric = build_fabric(layers_of(TWO, boundary=[AREA], water=[RIVER], roads=road, crossings=far), APART)
    assert "crossing" not in edges(fabric).values()


def test_water_goes_to_one_bank_and_joins_nobody(layers_of: Maker) -> None:
    """The river is ground of a cell, but its banks stay shut along their whole length."""
    fabric = build_fabric(layers_of(FOUR, boundary=[AREA], water=[RIVER]), APART)
    assert fabric.units.area.sum() == pytest.approx(AREA.area)
    assert set(edges(fabric)) == {("b000", "b002"), ("b001", "b003")}


def test_a_small_piece_is_linked_and_said(layers_of: Maker) -> None:
    """A piece below the lower limit gets one link; two pieces above it stay apart."""
    small = build_fabric(layers_of(FOUR, boundary=[AREA], railways=[RAIL], households=[100, 300, 100, 300]), Rules())
    assert sorted(edges(small).values()) == ["link", "none", "none"]
    assert [f.code for f in small.findings].count("piece_linked") == 1
    large = build_fabric(layers_of(FOUR, boundary=[AREA], railways=[RAIL], households=[120, 300, 120, 300]), Rules())
    assert sorted(edges(large).values()) == ["none", "none"]
    assert walls(large).keys() == {("b000", "b001"), ("b002", "b003")}


def test_a_depot_between_tracks_does_not_stand_in_the_way(layers_of: Maker) -> None:
    """Ground without households between two tracks is crossed together with them."""
    tracks = [shapely.LineString([(-10, y), (210, y)]) for y in (46, 54)]
    road = {"road_class": ["tertiary"], "geometry": [BRIDGE]}
    spots = [*FOUR, shapely.Point(20, 50), shapely.Point(180, 50)]
    layers = layers_of(spots, [50, 50, 50, 50, 0, 0], boundary=[AREA], railways=tracks, roads=road)
    found = edges(build_fabric(layers, APART))
    assert found.get(("b000", "b001")) == "crossing"
    assert found.get(("b002", "b003")) == "crossing"


def test_a_strip_of_green_is_shared_among_those_along_it(layers_of: Maker) -> None:
    """A long strip between road and river makes no neighbours of houses far apart, with or without a house in it."""
    area = shapely.box(0, 0, 2000, 140)
    road = {"road_class": ["secondary"], "geometry": [shapely.LineString([(-10, 40), (2010, 40)])]}
    row = [shapely.Point(x, 20) for x in range(50, 2000, 100)]
    river = [shapely.box(-10, 100, 2010, 130)]
    for extra in ([], [shapely.Point(30, 70)]):
        fabric = build_fabric(layers_of([*row, *extra], boundary=[area], roads=road, water=river), APART)
        xy = fabric.units[["x", "y"]].to_numpy()
        apart = np.abs(np.diff(xy[fabric.graph.edges][:, :, 0], axis=1))
        assert apart.max() <= 300
