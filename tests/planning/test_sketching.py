"""Edits drawn on a map settle what they are drawn over; a gate in a fence stays open; locks are always kept."""

from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString

from gridplan.cli import main
from gridplan.config import Rules
from gridplan.edits import EditedGrid, Edits
from gridplan.errors import ConfigError
from gridplan.groundwork import core_arrays
from gridplan.model import Fabric, Layers
from gridplan.partition import partition_graph
from gridplan.pipeline import make_plan
from gridplan.plan import Plan, read_plan
from gridplan.planning import apply_edits, resolve_sketch


def drawing(fabric: Fabric, *rows: tuple[str, str, shapely.Geometry]) -> gpd.GeoDataFrame:
    """Lay out kind, code and shape."""
    kinds, codes, shapes = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"kind": list(kinds), "grid_code": list(codes)}, geometry=list(shapes), crs=fabric.units.crs
    )


def way(fabric: Fabric, pair: np.ndarray, *, across: bool) -> LineString:
    """Draw a line from one unit to the other, or between them, short enough to part no others."""
    (ax, ay), (bx, by) = fabric.units[["x", "y"]].to_numpy()[pair]
    if not across:
        return LineString([(ax, ay), (bx, by)])
    mx, my, dx, dy = (ax + bx) / 2, (ay + by) / 2, (bx - ax) / 50, (by - ay) / 50
    return LineString([(mx - dy, my + dx), (mx + dy, my - dx)])


def names(fabric: Fabric, pairs: np.ndarray) -> set[frozenset[str]]:
    """Name pairs of units by their ids."""
    ids = fabric.units["unit_id"].to_numpy()
    return {frozenset(ids[pair]) for pair in pairs}


def test_lines_close_and_open_borders(fabric: Fabric) -> None:
    """A line between two units closes their border, one from one to the other opens it, also where a line closed it."""
    edges, walls = fabric.graph.edges, fabric.graph.walls
    fence, gate = way(fabric, edges[5], across=True), way(fabric, edges[5], across=False)
    closed = resolve_sketch(fabric, drawing(fabric, ("", "", fence)))
    assert names(fabric, edges[[5]]) <= {frozenset(pair) for pair in closed.close}
    assert closed.open == ()
    both = resolve_sketch(fabric, drawing(fabric, ("打通", "", gate), ("围墙", "", fence)))
    assert {frozenset(p) for p in both.close} == {frozenset(p) for p in closed.close} - names(fabric, edges[[5]])
    after = apply_edits(fabric, closed).fabric.graph
    assert len(after.edges) == len(edges) - len(closed.close)
    if len(walls):
        opened = resolve_sketch(fabric, drawing(fabric, ("open", "", way(fabric, walls[0], across=False))))
        assert names(fabric, walls[[0]]) <= {frozenset(pair) for pair in opened.open}


def test_areas_are_grids_or_left_out(fabric: Fabric, plan: Plan, layers: Layers, tmp_path: Path) -> None:
    """An area round the units of a grid keeps it under its code; the plan repeats it by ids; a file of two layers."""
    grid, other = plan.grids.iloc[0], plan.grids[plan.grids["community"] != plan.grids["community"].iloc[0]].iloc[0]
    out = plan.communities.set_index("community").geometry[other["community"]]
    sketch = drawing(fabric, ("网格", grid["grid_code"], grid["geometry"].buffer(-0.01)), ("排除", "", out.buffer(1)))
    sketch.to_file(tmp_path / "sketch.gpkg", layer="areas")
    pair = fabric.graph.edges[5]
    drawing(fabric, ("", "", way(fabric, pair, across=True))).to_file(tmp_path / "sketch.gpkg", layer="fences")
    new = make_plan(layers, effort="fast", edits=tmp_path / "sketch.gpkg")
    assert other["community"] not in set(new.grids["community"])
    units = [set(p.units.loc[p.units["grid_code"] == grid["grid_code"], "unit_id"]) for p in (plan, new)]
    assert units[0] == units[1]
    assert names(fabric, pair[None]) <= {frozenset(p) for p in new.run["edits"]["close"]}


def test_what_settles_nothing_is_named_at_once(fabric: Fabric) -> None:
    """Unknown kinds, kinds of the other geometry, shapes over nothing."""
    far, line = shapely.box(0, 0, 1, 1), LineString([(0, 0), (1, 1)])
    rows = [("城墙", "", line), ("close", "", far), ("grid", "", far), ("open", "", line), ("apart", "", line),
            ("exclude", "", far), ("together", "", far)]  # fmt: skip
    with pytest.raises(ConfigError) as told:
        resolve_sketch(fabric, drawing(fabric, *rows))
    lines = str(told.value).splitlines()
    assert len(lines) == len(rows)
    assert all(any(f"row {k + 1}" in text for text in lines) for k in range(len(rows)))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_locks_are_always_kept(fabric: Fabric, seed: int) -> None:
    """Whatever is settled without contradiction: drawn grids, groups, pairs apart, borders closed."""
    random = np.random.default_rng(seed)
    graph = nx.Graph(fabric.graph.edges.tolist())
    ids, free = fabric.units["unit_id"].to_numpy(dtype=object), set(range(len(fabric.units)))

    def grow(size: int) -> list[int]:
        start = int(random.choice(sorted(free)))
        found = list(nx.bfs_tree(graph.subgraph(free), start))[:size]
        free.difference_update(found)
        return found

    drawn = [grow(int(random.integers(1, 12))) for _ in range(3)]
    groups = [group for group in (grow(int(random.integers(2, 8))) for _ in range(3)) if len(group) > 1]
    split = [edge for edge in graph.edges if set(edge) <= free]
    apart = [split[k] for k in random.choice(len(split), 2, replace=False)] if len(split) > 1 else []
    edits = Edits(
        grids=tuple(EditedGrid(code=f"G{k}", units=tuple(ids[units]), only=True) for k, units in enumerate(drawn)),
        together=tuple(tuple(ids[units]) for units in groups), apart=tuple(tuple(ids[list(pair)]) for pair in apart),
        close=tuple(tuple(ids[list(pair)]) for pair in split[:1]),
    )  # fmt: skip
    settled = apply_edits(fabric, edits)
    arrays = core_arrays(settled.fabric, Rules())
    labels = partition_graph(**arrays, **settled.options(), effort="fast", rng=seed, jobs=1).labels
    for units in drawn:
        assert set(np.flatnonzero(labels == labels[units[0]])) == set(units)
    assert all(len(set(labels[units])) == 1 for units in groups)
    assert all(labels[a] != labels[b] for a, b in apart)
    after = nx.Graph(settled.fabric.graph.edges.tolist())
    after.add_nodes_from(range(len(labels)))
    for label in np.unique(labels):
        assert nx.is_connected(after.subgraph(np.flatnonzero(labels == label).tolist()))


def test_the_command_takes_a_drawing_and_repeats_it(tmp_path: Path) -> None:
    """With personnel and rules; what was drawn stands in the plan, and it comes out equal without the file."""
    runs, district = CliRunner(), str(tmp_path / "district")
    runs.invoke(main, ["sample", district, "--households", "1000", "--seed", "2"])
    plain = "".join(f'[deployment.forces.{force}]\nlevel = "grid"\n' for force in ("police", "urban_management"))
    (tmp_path / "rules.toml").write_text(f"target = 280\n{plain}", "utf-8")
    asked = ["partition", district, "--effort", "fast", "--rules", str(tmp_path / "rules.toml")]
    runs.invoke(main, [*asked, "-o", str(tmp_path / "a")])
    plan = read_plan(tmp_path / "a")
    grid = plan.grids.iloc[[0]]
    area = gpd.GeoDataFrame({"网格编码": grid["grid_code"]}, geometry=grid.geometry, crs=plan.crs)
    area.to_crs(4326).to_file(tmp_path / "edits.geojson")
    done = runs.invoke(main, [*asked, "-o", str(tmp_path / "b"), "--edits", str(tmp_path / "edits.geojson")])
    assert done.exit_code == 0, done.output
    again = runs.invoke(main, ["rerun", str(tmp_path / "b"), district])
    assert again.exit_code == 0, again.output
    made = read_plan(tmp_path / "b")
    assert [entry["code"] for entry in made.run["edits"]["grids"]] == grid["grid_code"].tolist()
    assert made.rules.target == 280
    assert len(made.assignment)
