"""The urban fabric: units with their cells, and the graph of which of them touch."""

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.errors import GraphError, first_three
from gridplan.language import say
from gridplan.model.arrays import ContiguityGraph, freeze_array
from gridplan.model.findings import Finding
from gridplan.schema import SET_ASIDE_COLUMNS


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
