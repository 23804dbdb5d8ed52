"""Small made-up communities of many kinds, for the oracles: every kind stresses one thing a proof could get wrong."""

from types import MappingProxyType
from typing import Any, Final

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from gridplan.config import CostRules

Graph = dict[str, Any]
Rng = np.random.Generator

KINDS: Final = MappingProxyType(
    {
        "slabs": {"shape": "lattice", "units": (12, 16), "weights": (36, 80)},
        "midrise": {"shape": "planar", "units": (12, 18), "weights": (44, 110)},
        "towers": {"shape": "planar", "units": (9, 16), "weights": (110, 264)},
        "idle": {"shape": "planar", "units": (10, 15), "weights": (60, 150), "idle": 0.35},
        "links": {"shape": "lattice", "units": (12, 16), "weights": (60, 140), "idle": 0.4, "xy": False},
        "huge": {"shape": "lattice", "units": (9, 13), "weights": (40, 150), "huge": 1},
        "two huge": {"shape": "planar", "units": (8, 12), "weights": (40, 150), "huge": 2},
        "borders": {"shape": "lattice", "units": (12, 16), "weights": (40, 110), "border_weight": 0.02, "idle": 0.1},
        "fractions": {"shape": "planar", "units": (10, 16), "weights": (20.0, 130.0), "xy": False},
        "trees": {"shape": "tree", "units": (12, 22), "weights": (20, 110), "idle": 0.1},
        "rings": {"shape": "ring", "units": (12, 22), "weights": (30, 130)},
        "rural": {"shape": "planar", "units": (10, 14), "weights": (4, 22), "target": 50, "lower": 40, "upper": 65},
        "narrow": {"shape": "planar", "units": (10, 15), "weights": (40, 140), "lower": 285, "upper": 310},
        "one sided": {"shape": "lattice", "units": (9, 14), "weights": (40, 140), "lower": 240, "upper": 300},
        "scattered": {"shape": "scattered", "units": (11, 17), "weights": (30, 160), "idle": 0.2},
        "lenient": {"shape": "planar", "units": (8, 12), "weights": (50, 160), "cost": CostRules(outside=2.0)},
        "roads": {
            "shape": "planar",
            "units": (11, 15),
            "weights": (50, 150),
            "border_weight": 0.01,
            "idle": 0.4,
            "quiet": 0.4,
        },
        "tied": {"shape": "lattice", "units": (10, 14), "weights": (60, 60), "cost": CostRules(inertia=0.0)},
    }
)
"""Kind -> shape of the graph, units and households of a unit from and to, and what is special about it."""

OPTIONS: Final = ("target", "lower", "upper", "cost", "border_weight")


def make_community(kind: str, seed: int) -> Graph:
    """Make the arguments of `partition_graph` for one community."""
    made = KINDS[kind]
    rng = np.random.default_rng([seed, *kind.encode()])
    n = int(rng.integers(made["units"][0], made["units"][1] + 1))
    xy = _places(rng, n) if made["shape"] in ("lattice", "tree") else rng.uniform(0, 45 * np.sqrt(n), (n, 2))
    edges = _edges(rng, made["shape"], xy)
    low, high = made["weights"]
    weights = rng.uniform(low, high, n) if isinstance(low, float) else rng.integers(low, high + 1, n)
    weights[rng.random(n) < made.get("idle", 0.0)] = 0
    weights[rng.choice(n, made.get("huge", 0), replace=False)] = rng.integers(361, 620, made.get("huge", 0))
    options = {name: made[name] for name in OPTIONS if name in made}
    compounds, border = _compounds(rng, xy), rng.uniform(0, 60, len(edges))
    border[rng.random(len(edges)) < made.get("quiet", 0.0)] = 0.0
    return {
        "edges": edges, "weights": weights, "xy": xy if made.get("xy", True) else None, "compounds": compounds,
        "border": border, **options,
    }  # fmt: skip


def _places(rng: Rng, n: int) -> NDArray[np.float64]:
    """Put units on a lattice of slabs, of which some are left out."""
    columns = int(rng.integers(3, 6))
    spots = rng.permutation(n + n // 5)[:n]
    return np.stack([50.0 * (spots % columns), 25.0 * (spots // columns)], axis=1) + rng.uniform(-3, 3, (n, 2))


def _edges(rng: Rng, shape: str, xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """Join neighbours; every shape but "scattered" is connected."""
    n = len(xy)
    far = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    tree = nx.minimum_spanning_tree(nx.from_numpy_array(far))
    if shape == "ring":
        order = np.argsort(np.arctan2(*(xy - xy.mean(axis=0)).T))
        graph = nx.Graph(zip(order.tolist(), np.roll(order, 1).tolist(), strict=True))
        graph.add_edge(int(order[0]), int(order[n // 2]))
    elif shape == "tree":
        graph = tree
    else:
        corners = Delaunay(xy).simplices
        graph = nx.Graph([(a, b) for t in corners.tolist() for a, b in zip(t, t[1:] + t[:1], strict=True)])
        limit = 62.0 if shape == "lattice" else np.quantile([far[e] for e in graph.edges], 0.85)
        graph.remove_edges_from([e for e in graph.edges if far[e] > limit])
        graph.add_edges_from(tree.edges)
        if shape == "scattered":
            cut = float(np.quantile(xy[:, 0], rng.uniform(0.3, 0.7)))
            graph.remove_edges_from([(a, b) for a, b in graph.edges if (xy[a, 0] < cut) != (xy[b, 0] < cut)])
    return np.array(sorted(tuple(sorted(e)) for e in graph.edges), np.int64).reshape(-1, 2)


def _compounds(rng: Rng, xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give units the nearest of one to four centres, and some of them none; compounds may be torn apart."""
    centres = xy[rng.choice(len(xy), int(rng.integers(1, 5)), replace=False)]
    compound = ((xy[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
    compound[rng.random(len(xy)) < rng.choice([0.0, 0.2])] = -1
    return compound


def join_communities(graphs: list[Graph]) -> Graph:
    """Put communities of one kind together in one district; compounds of equal number stay the same compound."""
    first = np.concatenate([[0], np.cumsum([len(g["weights"]) for g in graphs])])
    arrays = {
        name: np.concatenate([g[name] for g in graphs])
        for name in ("weights", "xy", "compounds", "border")
        if graphs[0][name] is not None
    }
    edges = np.concatenate([g["edges"] + start for g, start in zip(graphs, first, strict=False)])
    homes = np.repeat(np.arange(len(graphs)), np.diff(first))
    return {"edges": edges, "communities": homes, **arrays, **{k: graphs[0][k] for k in OPTIONS if k in graphs[0]}}
