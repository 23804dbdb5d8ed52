"""Beats: one piece each wherever the graph allows, a finding where it does not."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from conftest import everyone, make_people, make_plan
from gridplan.config import Rules
from gridplan.deployment import deploy
from gridplan.deployment.beats import solve_beats
from gridplan.deployment.search import EFFORTS
from gridplan.deployment.task import Task, weigh
from gridplan.model import PlanData
from gridplan.neighbours import find_neighbours


def beats_of(plan: PlanData, assignment: pd.DataFrame, force: str) -> list[int]:
    """Count the pieces of every beat with networkx."""
    graph = nx.Graph()
    graph.add_edges_from(find_neighbours(plan, 2.0).tolist())
    row = {code: i for i, code in enumerate(plan.grids["grid_code"])}
    mine = assignment[assignment["force"] == force]
    parts = [[row[c] for c in codes] for codes in mine.groupby("person_id")["grid_code"].agg(list)]
    return [nx.number_connected_components(graph.subgraph(p)) for p in parts]


def test_neighbours_reach_across_communities_but_not_across_a_railway() -> None:
    """Within a community by the edges of the plan, beyond it by shared border."""
    plan = make_plan(2, 4)
    assert len(find_neighbours(plan, 2.0)) == 10
    walled = make_plan(2, 4, road=True)
    walled.context.loc[0, "kind"] = "railway"
    shapes = plan.communities.geometry
    border = shapes.iloc[0].intersection(shapes.iloc[1])
    walled.context.loc[0, "geometry"] = border
    assert len(find_neighbours(walled, 2.0)) == 8


@pytest.mark.parametrize("officers", [2, 3, 5, 8])
def test_every_beat_is_one_piece(officers: int) -> None:
    """On a whole lattice, with room to spare, for two forces at once; and everybody serves somebody."""
    plan = make_plan(6, 8)
    people = make_people(everyone(-(-48 // officers) + 2, officers, ("公安", "城管")))
    done = deploy(plan, people, Rules())
    for force in ("police", "urban_management"):
        pieces = beats_of(plan, done.assignment, force)
        assert pieces == [1] * officers
        assert (done.persons.loc[done.persons["force"] == force, "pieces"] == 1).all()
    served = done.forces.set_index("force")["served"]
    assert served["police"] == served["urban_management"] == 48
    assert not [f for f in done.findings if f.code == "roster_beat_broken"]


@pytest.mark.parametrize(("room", "lacking"), [(10, 0), (9, 6)])
def test_beats_are_one_piece_where_every_officer_is_full(room: int, lacking: int) -> None:
    """Sixty grids for six officers of ten, or of nine: as many as can be are served, none is broken."""
    plan = make_plan(6, 10)
    done = deploy(plan, make_people(everyone(room, 6, ("公安", "城管"))), Rules())
    for force in ("police", "urban_management"):
        assert beats_of(plan, done.assignment, force) == [1] * 6
    mine = done.forces.set_index("force").loc[["police", "urban_management"]]
    assert (mine["needed"] - mine["served"]).tolist() == [lacking, lacking]


def test_a_beat_the_graph_cannot_hold_together_is_told() -> None:
    """One officer for two banks without a bridge serves both, in two pieces, and a finding says so."""
    plan = make_plan(3, 7, gap=3)
    people = make_people([*everyone(18, 1, ("公安",)), *everyone(18, 1, ("城管",))])
    done = deploy(plan, people, Rules())
    assert beats_of(plan, done.assignment, "police") == [2]
    told = [f for f in done.findings if f.code == "roster_beat_broken"]
    assert {f.subject for f in told} == {"公安0", "城管0"}
    assert done.persons["pieces"].tolist() == [2, 2]


def test_two_banks_and_two_officers_are_two_beats() -> None:
    """Even where an officer lives on the wrong bank."""
    plan = make_plan(3, 7, gap=3)
    rows = everyone(9, 2, ("公安",))
    rows[1]["work_x"] = rows[0]["work_x"]
    done = deploy(plan, make_people(rows), Rules())
    assert beats_of(plan, done.assignment, "police") == [1, 1]


@pytest.mark.parametrize("seed", range(8))
def test_bounds_of_beats_hold(seed: int) -> None:
    """A roster without contiguity is never dearer, and the bound never above the roster."""
    rng = np.random.default_rng(seed)
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(6, 6))
    edges = np.array(graph.edges)
    xy = np.array([(i // 6, i % 6) for i in range(36)]) * 200.0
    place = rng.random((5, 2)) * 1000
    task = Task(
        price=np.hypot(*(xy[:, None] - place[None]).transpose(2, 0, 1)), need=np.ones(36, np.int64),
        size=rng.integers(240, 361, 36).astype(float), capacity=np.full(5, 2500.0), group=np.zeros(5, np.int64),
        load_m=100.0,
    )  # fmt: skip
    found = solve_beats(task, edges, xy, np.zeros(36, np.int64), 5000.0, rng, EFFORTS["normal"])
    assert found.pieces is not None
    for p in range(5):
        held = found.item[found.person == p].tolist()
        assert found.pieces[p] == (nx.number_connected_components(graph.subgraph(held)) if held else 0)
    assert found.pieces.max() == 1
    assert found.bound <= weigh(task, found.item, found.person) + 1e-6


@pytest.mark.parametrize("seed", range(40))
def test_beats_are_one_piece_wherever_the_graph_allows(seed: int) -> None:
    """Tight capacities on random graphs: whoever looks at every roster finds a whole one only where the search does."""
    rng = np.random.default_rng(seed)
    graph = nx.random_labeled_tree(9, seed=seed)
    graph.add_edges_from(rng.integers(0, 9, (4, 2)).tolist())
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    size = rng.integers(240, 361, 9).astype(float)
    capacity = np.round(rng.uniform(0.7, 1.3, 3) * size.sum() / 3 * 1.12)
    price = (rng.random((9, 3)) * 1000).round()
    task = Task(price=price, need=np.ones(9, np.int64), size=size, capacity=capacity,
                group=np.zeros(3, np.int64), load_m=0.0)  # fmt: skip
    best = cheapest_whole(graph, size, capacity, price)
    found = solve_beats(task, np.array(graph.edges), rng.random((9, 2)), np.zeros(9, np.int64), 5000.0, rng,
                        EFFORTS["normal"])  # fmt: skip
    assert found.pieces is not None
    if np.isfinite(best):
        assert len(found.item) == 9
        assert found.pieces.max() == 1
        assert weigh(task, found.item, found.person) >= best - 1e-6 >= found.bound - 2e-6
    else:
        assert len(found.item) < 9 or found.pieces.max() > 1


def cheapest_whole(graph: nx.Graph, size: np.ndarray, capacity: np.ndarray, price: np.ndarray) -> float:
    """Look at every full roster of nine grids and three officers with one piece each; infinite where there is none."""
    held = np.array([[mask >> i & 1 for i in range(9)] for mask in range(512)], dtype=bool)
    whole = np.array([not row.any() or nx.is_connected(graph.subgraph(np.flatnonzero(row))) for row in held])
    who = np.stack(np.unravel_index(np.arange(3**9), (3,) * 9), axis=1)
    masks = np.stack([(who == p) @ (1 << np.arange(9)) for p in range(3)], axis=1)
    loads = (held @ size)[masks]
    lawful = whole[masks].all(axis=1) & (loads <= capacity).all(axis=1)
    costs = price[np.arange(9), who].sum(axis=1)
    return float(costs[lawful].min()) if lawful.any() else float("inf")
