"""The doors of the model: what is made is valid, and cannot be changed."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import CRS
from shapely import Point

from gridplan.errors import CRSError, GraphError, LayerError, PlanError
from gridplan.model import BUILDING_FIELDS, ContiguityGraph, Finding, Layers, Partition, findings_frame

METRIC = CRS.from_epsg(4550)


def make_buildings(ids: list[str], households: list[int], crs: CRS = METRIC) -> gpd.GeoDataFrame:
    """Make the least frame that `Layers` takes."""
    frame = pd.DataFrame({c: [""] * len(ids) for c in BUILDING_FIELDS})
    frame["building_id"], frame["households"] = ids, households
    return gpd.GeoDataFrame(frame, geometry=[Point(i, 0) for i in range(len(ids))], crs=crs)


def make_graph(**changes: object) -> ContiguityGraph:
    """Make a graph of three units in a row."""
    arrays: dict[str, object] = {
        "n_units": 3, "edges": [[0, 1], [1, 2]], "border_m": [5, 6], "barrier": [0, 1], "barrier_m": [0, 6],
        "walls": np.zeros((0, 2)), "wall_m": [],
    }  # fmt: skip
    return ContiguityGraph(**(arrays | changes))  # type: ignore[arg-type]


def test_arrays_of_the_graph_are_private_and_frozen() -> None:
    """Neither the caller's array nor the graph's can change the graph."""
    edges = np.array([[0, 1], [1, 2]])
    graph = make_graph(edges=edges)
    edges[0] = 2
    assert graph.edges[0].tolist() == [0, 1]
    with pytest.raises(ValueError, match="read-only"):
        graph.border_m[0] = 1


@pytest.mark.parametrize(
    "changes",
    [
        {"edges": [[0, 3], [1, 2]]},
        {"edges": [[1, 1], [1, 2]]},
        {"edges": [[1, 0], [1, 2]]},
        {"border_m": [5]},
        {"barrier": [0, 9]},
        {"walls": [[0, 2]]},
    ],
)
def test_contradicting_arrays_are_refused(changes: dict[str, object]) -> None:
    """Ends in range and in order, one value per edge, known barriers."""
    with pytest.raises(GraphError, match="contiguity graph"):
        make_graph(**changes)


@pytest.mark.parametrize(
    ("ids", "households", "message"),
    [
        (["a", "a"], [1, 1], "unique ids, found a"),
        (["b", "a"], [1, 1], "sorted"),
        (["a", "b"], [1, -1], "counts >= 0, found less at b"),
    ],
)
def test_layers_refuse_buildings_that_break_the_contract(ids: list[str], households: list[int], message: str) -> None:
    """The message names the field and the ids."""
    with pytest.raises(LayerError, match=message):
        Layers(crs=METRIC, buildings=make_buildings(ids, households))


def test_layers_refuse_degrees() -> None:
    """Areas and distances need metres."""
    degrees = CRS.from_epsg(4490)
    with pytest.raises(CRSError, match="metres"):
        Layers(crs=degrees, buildings=make_buildings(["a"], [1], degrees))


def test_findings_keep_their_place_and_their_order() -> None:
    """A finding without a place has no geometry, one with a place a point."""
    frame = findings_frame(
        [Finding(code="a", severity="notice", subject="s", reason="r"),
         Finding(code="b", severity="error", subject="s", reason="r", value=2, place=(3.0, 4.0))],
        METRIC,
    )  # fmt: skip
    assert frame["code"].tolist() == ["a", "b"]
    assert frame.geometry.iloc[0] is None
    assert frame.geometry.iloc[1].equals(Point(3, 4))
    assert len(findings_frame([], METRIC)) == 0


def test_partition_refuses_labels_with_gaps() -> None:
    """Every grid has a unit, every label a grid."""
    frame = pd.DataFrame({"label": [0, 1]})
    with pytest.raises(PlanError, match="labels"):
        Partition(labels=np.array([0, 2], dtype=np.int32), communities=pd.DataFrame(), grids=frame)
