"""A whole plan as frames."""

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from gridplan.errors import PlanError
from gridplan.language import say
from gridplan.schema import (
    ASSIGNMENT_COLUMNS,
    CERTIFICATE_COLUMNS,
    CROSSWALK_COLUMNS,
    EDGE_COLUMNS,
    EXPLANATION_COLUMNS,
    FINDING_COLUMNS,
    FOOTPRINT_COLUMNS,
    FORCE_COLUMNS,
    GRID_COLUMNS,
    HISTORY_COLUMNS,
    MICRO_COLUMNS,
    MICRO_MEMBER_COLUMNS,
    PERSON_COLUMNS,
    SET_ASIDE_COLUMNS,
    SHORTAGE_COLUMNS,
    UNIT_COLUMNS,
    UNITS,
    WALL_COLUMNS,
)


def _no_crosswalk() -> pd.DataFrame:
    texts, counts = CROSSWALK_COLUMNS[:2], CROSSWALK_COLUMNS[2:]
    return pd.DataFrame(columns=list(CROSSWALK_COLUMNS)).astype(
        dict.fromkeys(texts, "str") | dict.fromkeys(counts, "int64")
    )


def _no_micro_grids() -> gpd.GeoDataFrame:
    counts = dict.fromkeys(("households", "residents", "buildings"), "int64")
    frame = pd.DataFrame(columns=list(MICRO_COLUMNS)).astype(counts | {"area_m2": "float64", "in_band": "bool"})
    return gpd.GeoDataFrame(frame, geometry=[])


def _no_micro_members() -> pd.DataFrame:
    return pd.DataFrame(columns=list(MICRO_MEMBER_COLUMNS)).astype({"households": "int64"})


def _no_footprints() -> gpd.GeoDataFrame:
    frame = pd.DataFrame(columns=list(FOOTPRINT_COLUMNS)).astype({"building_id": "str", "households": "int64"})
    return gpd.GeoDataFrame(frame, geometry=[])


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
    micro_grids : GeoDataFrame
        `MICRO_COLUMNS`, sorted by micro_code; polygons that tile the grids. Empty where the rules ask for none.
    micro_members : DataFrame
        `MICRO_MEMBER_COLUMNS`: the micro-grid of every building or entrance.
    footprints : GeoDataFrame
        `FOOTPRINT_COLUMNS`, sorted by building_id: outlines of the buildings that take part, to draw; polygons. Empty
        where the input has points.
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
    micro_grids: gpd.GeoDataFrame = field(default_factory=_no_micro_grids)
    micro_members: pd.DataFrame = field(default_factory=_no_micro_members)
    footprints: gpd.GeoDataFrame = field(default_factory=_no_footprints)

    def __post_init__(self) -> None:
        """Check the columns that every output relies on."""
        needed = {"grids": GRID_COLUMNS, "units": UNIT_COLUMNS, "edges": EDGE_COLUMNS, "walls": WALL_COLUMNS,
                  "certificate": CERTIFICATE_COLUMNS, "assignment": ASSIGNMENT_COLUMNS,
                  "set_aside": SET_ASIDE_COLUMNS, "findings": FINDING_COLUMNS, "forces": FORCE_COLUMNS,
                  "persons": PERSON_COLUMNS, "shortages": SHORTAGE_COLUMNS,
                  "crosswalk": CROSSWALK_COLUMNS, "history": HISTORY_COLUMNS,
                  "explanations": EXPLANATION_COLUMNS, "micro_grids": MICRO_COLUMNS,
                  "micro_members": MICRO_MEMBER_COLUMNS, "footprints": FOOTPRINT_COLUMNS}  # fmt: skip
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
