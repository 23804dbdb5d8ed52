"""The urban fabric: units, and the graph of which of them touch."""

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.errors import GraphError, first_three
from gridplan.language import say
from gridplan.model.findings import Finding
from gridplan.schema import BARRIERS, SET_ASIDE_COLUMNS


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
class Fabric:
    """The urban fabric: units with their cells, communities, and the contiguity graph.

    Parameters
    ----------
    units : GeoDataFrame, n_units rows
        What is never split, sorted by community, building and entrance: unit_id, building_id (the first one where
        points coincide; "" for the ground of a community without buildings), entrance, community, community_code,
        subdistrict, compound, households, residents, source, key groups, x and y (metres: where the households
        are); geometry is the cell.
    buildings : DataFrame
        Every building or entrance that takes part: building_id, entrance, unit_id, households.
    communities : GeoDataFrame
        community, community_code, subdistrict, polygon; sorted by code, then subdistrict and name. Its rows are the
        values of `community_index`.
    community_index : int32[n_units]
        Row of `communities` each unit lies in.
    graph : ContiguityGraph
        On the rows of `units`.
    set_aside : DataFrame
        Buildings that could not take part: `SET_ASIDE_COLUMNS`.
    findings : tuple of Finding
        What was assumed, derived or repaired.
    """

    units: gpd.GeoDataFrame
    buildings: pd.DataFrame
    communities: gpd.GeoDataFrame
    community_index: NDArray[np.int32]
    graph: ContiguityGraph
    set_aside: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(SET_ASIDE_COLUMNS)))
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        """Check that the parts fit one another."""
        object.__setattr__(self, "community_index", freeze_array(self.community_index, "int32"))
        n = len(self.units)
        if not (self.graph.n_units == len(self.community_index) == n):
            raise GraphError(
                say(
                    "fabric: need one graph node and one community per unit ({units}), found others; correct the "
                    "caller",
                    units=n,
                )
            )
        if not self.units["unit_id"].is_unique:
            twice = first_three(self.units["unit_id"][self.units["unit_id"].duplicated()])
            raise GraphError(
                say("fabric, unit_id: need unique ids, found {ids} more than once; correct the caller", ids=twice)
            )
