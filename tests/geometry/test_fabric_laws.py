"""Laws of the fabric on districts made at random, against oracles that share no code with it."""

import dataclasses
from collections.abc import Callable

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph

from gridplan.config import GeometryRules, Rules
from gridplan.geometry import build_fabric
from gridplan.model import Fabric, Layers

Maker = Callable[..., Layers]
RULES = Rules(target=300, lower=240, upper=360)
few = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
seeds = st.integers(0, 10_000)
modes = st.sampled_from(["polygons", "column", "boundary", "nothing"])


def cells(fabric: Fabric) -> np.ndarray:
    """Cells as an array."""
    return np.asarray(fabric.units.geometry.array)


def hard_ground(layers: Layers) -> shapely.Geometry:
    """Everything no grid may cross."""
    parts = []
    if layers.railways is not None:
        parts += list(layers.railways.geometry)
    if layers.water is not None:
        parts.append(shapely.union_all([g for g in layers.water.geometry if g.area > 0]).boundary)
    if layers.roads is not None:
        parts += list(layers.roads.geometry[layers.roads["road_class"].isin(GeometryRules().hard_roads)])
    return shapely.union_all(parts)


def soft_over_hard(layers: Layers) -> bool:
    """Tell whether a soft road meets a hard barrier, which may be open there."""
    if layers.roads is None:
        return False
    soft = layers.roads.geometry[~layers.roads["road_class"].isin(GeometryRules().hard_roads)]
    return bool(soft.intersects(hard_ground(layers)).any())


@few
@given(seed=seeds, points=st.booleans(), mode=modes)
def test_cells_cover_each_community_exactly(random_district: Maker, seed: int, points: bool, mode: str) -> None:  # noqa: FBT001
    """Cells are a valid coverage and tile their community without gap or overlap."""
    layers = random_district(seed, points=points, mode=mode)
    fabric = build_fabric(layers, RULES)
    assert shapely.coverage_is_valid(cells(fabric))
    assert (shapely.area(cells(fabric)) > 0).all()
    ground = shapely.area(np.asarray(fabric.communities.geometry.array))
    tiled = np.bincount(fabric.community_index, weights=shapely.area(cells(fabric)), minlength=len(ground))
    np.testing.assert_allclose(tiled, ground, rtol=1e-9)
    if mode == "polygons":
        given_ground = layers.communities.set_index("community_code").geometry
        for code, polygon in fabric.communities.set_index("community_code").geometry.items():
            off = polygon.symmetric_difference(given_ground[code]).area
            assert off <= 0.001 * polygon.length


@few
@given(seed=seeds, points=st.booleans(), mode=modes)
def test_nothing_is_lost(random_district: Maker, seed: int, points: bool, mode: str) -> None:  # noqa: FBT001
    """Every building is listed once and every household counted once, in its unit or among those set aside."""
    layers = random_district(seed, points=points, mode=mode)
    fabric = build_fabric(layers, RULES)
    listed = [*fabric.buildings["building_id"], *fabric.set_aside["id"]]
    assert sorted(listed) == list(layers.buildings["building_id"])
    households = fabric.buildings.groupby("unit_id")["households"].sum()
    units = fabric.units.set_index("unit_id")["households"]
    assert (units[units.index.isin(households.index)].sort_index() == households.sort_index()).all()
    assert units.sum() + fabric.set_aside["households"].sum() == layers.buildings["households"].sum()
    keys = list(zip(fabric.community_index, fabric.units["building_id"], strict=True))
    assert keys == sorted(keys)


@few
@given(seed=seeds, mode=modes)
def test_contiguity_agrees_with_brute_force(random_district: Maker, seed: int, mode: str) -> None:
    """Without crossings, edges and walls are what measuring every pair of cells says."""
    layers = random_district(seed, mode=mode)
    fabric = build_fabric(layers, RULES)
    shapes, graph = cells(fabric), fabric.graph
    barrier = hard_ground(layers).buffer(0.004)
    one, two = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    near = (one < two) & (fabric.community_index[one] == fabric.community_index[two])
    one, two = one[near], two[near]
    shared = shapely.intersection(shapes[one], shapes[two])
    shared = np.array([shapely.union_all([p for p in shapely.get_parts(s) if p.length > 0]) for s in shared])
    whole, free = shapely.length(shared), shapely.length(shapely.difference(shared, barrier))
    measured = dict(zip(zip(one, two, strict=True), zip(whole, free, strict=True), strict=True))
    edges = {tuple(e): (m, b) for e, m, b in zip(graph.edges, graph.border_m, graph.barrier, strict=True)}
    for pair, (whole_m, open_m) in measured.items():
        if pair in edges and edges[pair][1] < 3:
            assert max(open_m, 2.0) - 0.05 <= edges[pair][0] <= whole_m + 0.05
            assert edges[pair][0] == pytest.approx(open_m, abs=0.05) or soft_over_hard(layers)
        assert pair in edges or open_m < 2.05
    for pair, (border_m, kind) in edges.items():
        assert kind >= 3 or measured[pair][0] >= border_m - 0.05
    for pair in map(tuple, graph.walls):
        assert measured[pair][0] > 1.95
        assert measured[pair][1] < 2.05


@few
@given(seed=seeds, points=st.booleans())
def test_contiguity_without_barriers_agrees_with_libpysal(random_district: Maker, seed: int, points: bool) -> None:  # noqa: FBT001
    """With a threshold of nothing, edges are the rook neighbours of libpysal."""
    rules = Rules(geometry=GeometryRules(min_border_m=1e-9))
    fabric = build_fabric(random_district(seed, points=points, lines=False, mode="boundary"), rules)
    frame = gpd.GeoDataFrame(geometry=cells(fabric))
    rook = Graph.build_contiguity(frame, rook=True, strict=True).adjacency
    pairs = {(i, j) for (i, j), w in rook.items() if w and i < j}
    assert {
        tuple(map(int, e)) for e, b in zip(fabric.graph.edges, fabric.graph.barrier, strict=True) if b == 0
    } == pairs


@few
@given(seed=seeds)
def test_points_without_lines_get_the_ground_nearest_to_them(random_district: Maker, seed: int) -> None:
    """Any place lies in the cell of the nearest point, but for a hand's breadth along borders."""
    layers = random_district(seed, points=True, lines=False, mode="nothing")
    layers = dataclasses.replace(
        layers, boundary=gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 300, 200)], crs=layers.crs)
    )
    fabric = build_fabric(layers, RULES)
    spots = np.random.default_rng(seed).uniform((0, 0), (300, 200), size=(200, 2))
    metres = np.hypot(*(spots[:, None, :] - fabric.units[["x", "y"]].to_numpy()[None]).transpose(2, 0, 1))
    for row, hit in zip(
        *shapely.STRtree(cells(fabric)).query(shapely.points(spots), predicate="intersects"), strict=True
    ):
        assert metres[row, hit] <= metres[row].min() + 0.5


@few
@given(seed=seeds, mode=modes)
def test_edges_stay_inside_a_community(random_district: Maker, seed: int, mode: str) -> None:
    """No edge and no wall leaves its community; no pair is both; every community hangs together or is large apart."""
    fabric = build_fabric(random_district(seed, mode=mode), RULES)
    graph, home = fabric.graph, fabric.community_index
    both = np.concatenate([graph.edges, graph.walls])
    assert (home[both[:, 0]] == home[both[:, 1]]).all()
    assert len(np.unique(both, axis=0)) == len(both)
    net = nx.from_edgelist(graph.edges.tolist())
    net.add_nodes_from(range(len(home)))
    piece = pd.Series({v: i for i, nodes in enumerate(nx.connected_components(net)) for v in nodes}).sort_index()
    table = pd.DataFrame({"home": home, "piece": piece, "households": fabric.units["households"]})
    sizes = table.groupby(["home", "piece"])["households"].sum()
    for _, pieces in sizes.groupby(level=0):
        assert len(pieces) == 1 or pieces.min() >= RULES.lower


def assert_same(one: Fabric, two: Fabric, shift: tuple[float, float] = (0.0, 0.0)) -> None:
    """Two fabrics are equal but for a shift of the ground."""
    moved = shapely.transform(cells(one), lambda xy: xy + np.array(shift))
    assert shapely.equals_exact(shapely.normalize(moved), shapely.normalize(cells(two)), tolerance=1e-6).all()
    texts = ["unit_id", "building_id", "entrance", "community", "community_code", "compound", "households", "source"]
    pd.testing.assert_frame_equal(pd.DataFrame(one.units[texts]), pd.DataFrame(two.units[texts]))
    np.testing.assert_array_equal(one.community_index, two.community_index)
    for name in ("edges", "barrier", "walls"):
        np.testing.assert_array_equal(getattr(one.graph, name), getattr(two.graph, name))
    for name in ("border_m", "barrier_m", "wall_m"):
        np.testing.assert_allclose(getattr(one.graph, name), getattr(two.graph, name), atol=1e-6)


@few
@given(seed=seeds, mode=modes)
def test_order_of_rows_does_not_matter(random_district: Maker, seed: int, mode: str) -> None:
    """Shuffled roads, railways, water and communities give the same fabric."""
    layers = random_district(seed, mode=mode)
    roles = ("roads", "railways", "water", "communities")
    mixed = {r: f.sample(frac=1, random_state=seed) for r in roles if (f := getattr(layers, r)) is not None}
    assert_same(build_fabric(layers, RULES), build_fabric(dataclasses.replace(layers, **mixed), RULES))


@few
@given(seed=seeds, mode=modes)
def test_place_of_the_district_does_not_matter(random_district: Maker, seed: int, mode: str) -> None:
    """At eastings of 41,450,000 m the fabric is the same, moved."""
    layers = random_district(seed, mode=mode)
    shift = (41_450_000.0, 4_600_000.0)
    roles = ("buildings", "roads", "railways", "water", "communities", "boundary")
    moved = {r: f.set_geometry(f.translate(*shift)) for r in roles if (f := getattr(layers, r)) is not None}
    far = build_fabric(dataclasses.replace(layers, **moved), RULES)
    assert shapely.coverage_is_valid(cells(far))
    assert_same(build_fabric(layers, RULES), far, shift)
