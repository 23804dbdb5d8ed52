"""The layers of a district as they are read."""

from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from gridplan.errors import CRSError, LayerError, first_three
from gridplan.language import say
from gridplan.model.findings import Finding
from gridplan.schema import KEY_GROUPS, ROLES, SET_ASIDE_COLUMNS


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
