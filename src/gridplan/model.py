"""The data that flows between the stages: frozen, and checked when made.

Frames stand at the edges (`Layers`, `Fabric`), arrays inside (`ContiguityGraph`, the labels of a `Partition`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS

from gridplan.errors import CRSError, GraphError, LayerError, PlanError, first_three
from gridplan.language import pack, say
from gridplan.schema import (
    ASSIGNMENT_COLUMNS,
    BARRIERS,
    CERTIFICATE_COLUMNS,
    CROSSWALK_COLUMNS,
    EDGE_COLUMNS,
    EXPLANATION_COLUMNS,
    FINDING_COLUMNS,
    FORCE_COLUMNS,
    GRID_COLUMNS,
    HISTORY_COLUMNS,
    KEY_GROUPS,
    PERSON_COLUMNS,
    ROLES,
    SET_ASIDE_COLUMNS,
    SEVERITIES,
    SHORTAGE_COLUMNS,
    UNIT_COLUMNS,
    UNITS,
    WALL_COLUMNS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a planner should know about the input or the plan.

    Parameters
    ----------
    code : str
        Kind of the finding in snake_case, stable across versions.
    severity : {"error", "warning", "notice"}
        Broken hard rule; broken strong rule or weighty assumption; assumption.
    subject : str
        What it is about: a grid code, a unit id, a community or a layer.
    reason : str
        One sentence with the numbers.
    value : float
        The number behind it; NaN where there is none.
    place : tuple of float or None
        x and y in metres in the CRS of the plan.
    """

    code: str
    severity: str
    subject: str
    reason: str
    value: float = float("nan")
    place: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Check the severity."""
        if self.severity not in SEVERITIES:
            raise PlanError(
                say(
                    "finding {code}: need a severity of {severities}, found {severity}; correct the caller",
                    code=self.code,
                    severities=", ".join(SEVERITIES),
                    severity=self.severity,
                )
            )


def findings_frame(findings: Iterable[Finding], crs: CRS) -> gpd.GeoDataFrame:
    """Lay findings out as a layer.

    Parameters
    ----------
    findings : iterable of Finding
        In the order in which they are to be read.
    crs : CRS
        CRS of the places.

    Returns
    -------
    GeoDataFrame, n_findings rows
        Columns `FINDING_COLUMNS`; points, or None without a place.
    """
    rows = list(findings)
    table = [(f.code, f.severity, f.subject, str(f.reason), f.value, pack(f.reason)) for f in rows]
    frame = pd.DataFrame(table, columns=list(FINDING_COLUMNS)).astype({"value": "float64"})
    xy = np.array([f.place or (np.nan, np.nan) for f in rows], dtype="float64").reshape(-1, 2)
    points = gpd.GeoSeries.from_xy(xy[:, 0], xy[:, 1], crs=crs, index=frame.index)
    return gpd.GeoDataFrame(frame, geometry=points.where(~np.isnan(xy[:, 0]), None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a layer came from and what was assumed when it was read.

    Parameters
    ----------
    role : str
        Role the layer plays.
    path, layer : str
        File name (without folders) and layer inside it.
    rows : int
        Rows read.
    households : int
        Households they hold.
    crs : str
        CRS of the file as found or assumed, for example ``EPSG:4550``.
    encoding : str
        Encoding of its text.
    sha256 : str
        Hash of the file.
    fields : dict of str to str
        Canonical field -> name of the field in the file.
    assumptions : tuple of str
        One sentence each.
    """

    role: str
    path: str
    layer: str
    rows: int
    households: int = 0
    crs: str = ""
    encoding: str = ""
    sha256: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    assumptions: tuple[str, ...] = ()


BUILDING_FIELDS = (
    "building_id", "households", "residents", "source", *KEY_GROUPS, "compound", "compound_code",
    "community", "community_code", "subdistrict",
)  # fmt: skip
"""Columns `Layers.buildings` always has, beside its geometry; texts are empty where unknown, counts are 0."""

ENTRANCE_FIELDS = ("building_id", "entrance", "households", "residents", *KEY_GROUPS)
"""Columns of `Layers.entrances`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """The layers of a district, read and brought to one metric CRS.

    Parameters
    ----------
    crs : CRS
        A projected CRS in metres; every frame is in it.
    buildings : GeoDataFrame
        One row per building, sorted by `building_id` (unique, text): polygons or points, households (int64),
        residents (int64), source ("counted", or how they were estimated), key groups (int64), compound,
        compound_code, community, community_code, subdistrict ("" = unknown).
    entrances : DataFrame or None
        One row per entrance (单元) of a building, sorted by building and entrance; its households add up to those
        of the building.
    compounds, communities, subdistricts, boundary, roads, railways, water, crossings : GeoDataFrame or None
        With the canonical fields of `schema.FIELDS`; None where the layer is not given.
    personnel, facilities, jurisdictions : DataFrame or None
        With the canonical fields; facilities and jurisdictions are GeoDataFrames.
    set_aside : DataFrame
        Rows that take no part: `SET_ASIDE_COLUMNS`; `rows` counts those of the file behind each.
    sources : tuple of Source
        One per layer read.
    findings : tuple of Finding
        What was assumed, repaired or ignored.
    """

    crs: CRS
    buildings: gpd.GeoDataFrame
    entrances: pd.DataFrame | None = None
    compounds: gpd.GeoDataFrame | None = None
    communities: gpd.GeoDataFrame | None = None
    subdistricts: gpd.GeoDataFrame | None = None
    boundary: gpd.GeoDataFrame | None = None
    roads: gpd.GeoDataFrame | None = None
    railways: gpd.GeoDataFrame | None = None
    water: gpd.GeoDataFrame | None = None
    crossings: gpd.GeoDataFrame | None = None
    personnel: pd.DataFrame | None = None
    facilities: gpd.GeoDataFrame | None = None
    jurisdictions: gpd.GeoDataFrame | None = None
    set_aside: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(SET_ASIDE_COLUMNS)))
    sources: tuple[Source, ...] = ()
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        """Check the contract that geometry relies on."""
        if not (self.crs.is_projected or self.crs.is_engineering):
            raise CRSError(say("layers: need a projected CRS in metres, found {name}; give --crs", name=self.crs.name))
        for role in ROLES:
            frame = getattr(self, role, None)
            if isinstance(frame, gpd.GeoDataFrame) and frame.crs != self.crs:
                raise CRSError(
                    say(
                        "{role}: need the CRS {needed}, found {crs}; use to_crs()",
                        role=role,
                        needed=self.crs.name,
                        crs=frame.crs,
                    )
                )
        _check_columns("buildings", self.buildings, BUILDING_FIELDS)
        ids = self.buildings["building_id"]
        if not ids.is_unique:
            twice = first_three(ids[ids.duplicated()])
            raise LayerError(
                say("buildings, building_id: need unique ids, found {ids} more than once; renumber them", ids=twice)
            )
        if not ids.is_monotonic_increasing:
            raise LayerError(say("buildings: need rows sorted by building_id; use sort_values()"))
        if (self.buildings["households"] < 0).any():
            bad = first_three(ids[self.buildings["households"] < 0])
            raise LayerError(say("buildings, households: need counts >= 0, found less at {ids}; correct them", ids=bad))
        if self.entrances is not None:
            _check_columns("entrances", self.entrances, ENTRANCE_FIELDS)


def _check_columns(where: str, frame: pd.DataFrame, needed: tuple[str, ...]) -> None:
    missing = [c for c in needed if c not in frame.columns]
    if missing:
        raise LayerError(
            say(
                "{where}: need the columns {needed}, missing {missing}; add them",
                where=where,
                needed=", ".join(needed),
                missing=", ".join(missing),
            )
        )


def _freeze(array: Any, dtype: str) -> NDArray[Any]:  # noqa: ANN401
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
            object.__setattr__(self, name, _freeze(getattr(self, name), dtype))
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
        object.__setattr__(self, "community_index", _freeze(self.community_index, "int32"))
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
        object.__setattr__(self, "labels", _freeze(self.labels, "int32"))
        used = np.unique(self.labels)
        if not np.array_equal(used, np.arange(len(self.grids))):
            raise PlanError(
                say(
                    "partition: need labels 0..{last}, each used, found others; correct the caller",
                    last=len(self.grids) - 1,
                )
            )


def _no_crosswalk() -> pd.DataFrame:
    texts, counts = CROSSWALK_COLUMNS[:2], CROSSWALK_COLUMNS[2:]
    return pd.DataFrame(columns=list(CROSSWALK_COLUMNS)).astype(
        dict.fromkeys(texts, "str") | dict.fromkeys(counts, "int64")
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlanData:
    """A plan as frames: what is written, audited, drawn and read back.

    Columns are those of `schema`, with their units in ``frame.attrs["units"]``; polygons are in `crs`, in metres. Key
    groups hold full counts here; exports that leave the bureau suppress small ones.

    Parameters
    ----------
    crs : CRS
        A projected CRS in metres.
    grids : GeoDataFrame
        `GRID_COLUMNS`, one row per grid, sorted by grid_code; polygons.
    units : GeoDataFrame
        `UNIT_COLUMNS` and x, y (metres), one row per unit, sorted by community, building and entrance;
        cell polygons.
    buildings : DataFrame
        building_id, entrance, unit_id, households: every building that takes part, sorted.
    communities : GeoDataFrame
        community, community_code, subdistrict; polygons.
    edges : DataFrame
        `EDGE_COLUMNS`; unit_a and unit_b are unit ids, barrier a text of `BARRIERS`.
    walls : DataFrame
        `WALL_COLUMNS`: units of one community that touch across a hard barrier only.
    certificate : DataFrame
        `CERTIFICATE_COLUMNS`, one row per community.
    assignment : DataFrame
        `ASSIGNMENT_COLUMNS`: who serves which grid; sorted by grid, force and person.
    set_aside : DataFrame
        `SET_ASIDE_COLUMNS`: what takes no part, with the reason.
    findings : GeoDataFrame
        `FINDING_COLUMNS`; points or None.
    context : GeoDataFrame
        kind ("road", "railway" or "water"), name; lines and polygons to draw behind the plan.
    run : dict of str to object
        How the plan was made, JSON-able: version, created, seed, effort, reproducible, rules, sources, stages.
    forces : DataFrame
        `FORCE_COLUMNS`: what each force needs and has, with cost and bound; empty where nobody was assigned.
    persons : DataFrame
        `PERSON_COLUMNS`: every person by id, also without a grid, with capacity and load.
    shortages : DataFrame
        `SHORTAGE_COLUMNS`: grids that lack persons of a force, why, and the smallest remedy.
    crosswalk : DataFrame
        `CROSSWALK_COLUMNS`: what went from which grid of the previous plan to which; empty without one.
    history : DataFrame
        `HISTORY_COLUMNS`: what became of every code, retired ones of all former plans among them.
    explanations : DataFrame
        `EXPLANATION_COLUMNS`: why grids outside the band, and those with findings, are as they are.
    """

    crs: CRS
    grids: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    buildings: pd.DataFrame
    communities: gpd.GeoDataFrame
    edges: pd.DataFrame
    walls: pd.DataFrame
    certificate: pd.DataFrame
    assignment: pd.DataFrame
    set_aside: pd.DataFrame
    findings: gpd.GeoDataFrame
    context: gpd.GeoDataFrame
    run: dict[str, Any]
    forces: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(FORCE_COLUMNS)))
    persons: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PERSON_COLUMNS)))
    shortages: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(SHORTAGE_COLUMNS)))
    crosswalk: pd.DataFrame = field(default_factory=_no_crosswalk)
    history: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(HISTORY_COLUMNS)))
    explanations: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(EXPLANATION_COLUMNS)))

    def __post_init__(self) -> None:
        """Check the columns that every output relies on."""
        needed = {"grids": GRID_COLUMNS, "units": UNIT_COLUMNS, "edges": EDGE_COLUMNS, "walls": WALL_COLUMNS,
                  "certificate": CERTIFICATE_COLUMNS, "assignment": ASSIGNMENT_COLUMNS,
                  "set_aside": SET_ASIDE_COLUMNS, "findings": FINDING_COLUMNS, "forces": FORCE_COLUMNS,
                  "persons": PERSON_COLUMNS, "shortages": SHORTAGE_COLUMNS,
                  "crosswalk": CROSSWALK_COLUMNS, "history": HISTORY_COLUMNS,
                  "explanations": EXPLANATION_COLUMNS}  # fmt: skip
        for name, columns in needed.items():
            missing = [c for c in columns if c not in getattr(self, name).columns]
            if missing:
                raise PlanError(
                    say(
                        "plan, {name}: need the columns of the schema, missing {missing}; add them",
                        name=name,
                        missing=", ".join(missing),
                    )
                )
        for name, units in UNITS.items():
            getattr(self, name).attrs["units"] = dict(units)
