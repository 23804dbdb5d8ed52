"""Frozen arrays: the graph of which units touch, and labels with their certificate."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.errors import GraphError, PlanError
from gridplan.language import say
from gridplan.schema import BARRIERS


def freeze_array(array: Any, dtype: str) -> NDArray[Any]:  # noqa: ANN401
    """Copy an array so that nobody can write into it.

    Parameters
    ----------
    array : array-like
        Any.
    dtype : str
        Type of its values.

    Returns
    -------
    array
        A private copy.
    """
    copy = np.array(array, dtype=dtype)
    copy.flags.writeable = False
    return copy


@dataclass(frozen=True, slots=True, kw_only=True)
class ContiguityGraph:
    """Which units touch, along which border, and what lies on it.

    Parameters
    ----------
    n_units : int
        Number of units; edges name them 0..n_units - 1.
    edges : int32[n_edges, 2]
        Undirected, each once, first end below the second, sorted.
    border_m : float64[n_edges]
        Length of the shared border in metres.
    barrier : int8[n_edges]
        Code of what lies on most of the border: index into `schema.BARRIERS`.
    barrier_m : float64[n_edges]
        Metres of the border on soft barriers.
    walls : int32[n_walls, 2]
        Pairs of units of one community that touch across a hard barrier only: no edges.
    wall_m : float64[n_walls]
        Length of that border in metres.
    """

    n_units: int
    edges: NDArray[np.int32]
    border_m: NDArray[np.float64]
    barrier: NDArray[np.int8]
    barrier_m: NDArray[np.float64]
    walls: NDArray[np.int32]
    wall_m: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Copy, freeze and check the arrays."""
        types = {"edges": "int32", "border_m": "float64", "barrier": "int8", "barrier_m": "float64",
                 "walls": "int32", "wall_m": "float64"}  # fmt: skip
        for name, dtype in types.items():
            object.__setattr__(self, name, freeze_array(getattr(self, name), dtype))
        m, w = len(self.edges), len(self.walls)
        sound = (
            self.edges.shape == (m, 2)
            and self.walls.shape == (w, 2)
            and self.border_m.shape == self.barrier.shape == self.barrier_m.shape == (m,)
            and self.wall_m.shape == (w,)
        )
        if not sound:
            raise GraphError(
                say(
                    "contiguity graph: need {edges} edges, {walls} walls, a value each, found other shapes; correct "
                    "the caller",
                    edges=m,
                    walls=w,
                )
            )
        both = np.concatenate([self.edges, self.walls])
        if both.size and (both.min() < 0 or both.max() >= self.n_units or (both[:, 0] >= both[:, 1]).any()):
            raise GraphError(
                say(
                    "contiguity graph: need pairs a < b of units 0..{last}, found others; correct the caller",
                    last=self.n_units - 1,
                )
            )
        if m and (self.barrier.min() < 0 or self.barrier.max() >= len(BARRIERS)):
            raise GraphError(
                say(
                    "contiguity graph: need barrier codes 0..{last}, found others; correct the caller",
                    last=len(BARRIERS) - 1,
                )
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """Labels of the units with their certificate: what `partition_graph` returns.

    Parameters
    ----------
    labels : int32[n_units]
        Grid of each unit, 0..n_grids - 1, numbered by first unit.
    communities : DataFrame
        One row per community: community, units, households, parts, cost, bound, gap, proven, reason, seconds.
    grids : DataFrame
        One row per grid: label, community, households, cost, in_band, cause.
    reproducible : bool
        False when the time limit cut the search short.
    """

    labels: NDArray[np.int32]
    communities: pd.DataFrame
    grids: pd.DataFrame
    reproducible: bool = True

    def __post_init__(self) -> None:
        """Freeze the labels and check that the grids stand in order."""
        object.__setattr__(self, "labels", freeze_array(self.labels, "int32"))
        used = np.unique(self.labels)
        if not np.array_equal(used, np.arange(len(self.grids))):
            raise PlanError(
                say(
                    "partition: need labels 0..{last}, each used, found others; correct the caller",
                    last=len(self.grids) - 1,
                )
            )
