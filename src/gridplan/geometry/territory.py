"""Communities and study area: which ground is planned, and to whom it belongs."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.config import GeometryRules
from gridplan.errors import LayerError, first_three
from gridplan.geometry.overlaps import find_overlapping
from gridplan.language import say
from gridplan.model import Finding, Layers

Shapes = NDArray[np.object_]
"""Array of shapely geometries."""

AREAL: Final = 2
"""Dimension of polygons."""

GAP_M: Final = 3.0
"""A gap between communities narrower than this is an error of drawing, not ground of nobody."""

TOUCH_M: Final = 0.01
"""Thinner slivers vanish on the lattice by themselves."""

PLACE = ("community", "community_code", "subdistrict")
"""What names a community, in the order of the columns of `Fabric.communities`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """The ground that is planned, before anything is drawn on it.

    Parameters
    ----------
    names : DataFrame, n_communities rows
        `PLACE`, sorted by code, then subdistrict and name.
    polygons : array of geometries, n_communities values, or None
        Ground of each community; None where it follows from the buildings (a column, or one for all).
    of_building : int32[n_buildings]
        Row of `names` the column of a building says; -1 where it says nothing.
    study : geometry
        The study area.
    findings : tuple of Finding
        What was assumed.
    """

    names: pd.DataFrame
    polygons: Shapes | None
    of_building: NDArray[np.int32]
    study: shapely.Geometry
    findings: tuple[Finding, ...]


def draw_territory(layers: Layers, rules: GeometryRules) -> Territory:
    """Find the communities and the study area.

    Parameters
    ----------
    layers : Layers
        As read.
    rules : GeometryRules
        For `study_buffer_m`.

    Returns
    -------
    Territory
        From the community polygons, else from the column of the buildings, else one community for all.

    Raises
    ------
    LayerError
        If the community polygons or the study area hold no ground.
    """
    if layers.communities is not None and len(layers.communities):
        return _from_polygons(layers, layers.communities)
    study = _study_area(layers, rules)
    keys = place_keys(layers.buildings)
    if (keys != "").any():
        return _from_column(layers, keys, study)
    names = pd.DataFrame({"community": ["all"], "community_code": [""], "subdistrict": [""]})
    reason = say(
        "No communities were given, neither as polygons nor as a column, so the whole study area is one community."
    )
    finding = Finding(code="communities_missing", severity="warning", subject="communities", reason=reason)
    rows = np.zeros(len(layers.buildings), dtype="int32")
    return Territory(names=names, polygons=None, of_building=rows, study=study, findings=(finding,))


def place_keys(frame: pd.DataFrame) -> NDArray[np.object_]:
    """Key the communities that the rows of a frame name.

    Parameters
    ----------
    frame : DataFrame
        With any of `PLACE`.

    Returns
    -------
    array of str, one per row
        The code, else subdistrict and name, else the empty text.
    """
    community, code, subdistrict = (_texts(frame, c) for c in PLACE)
    named = np.where(community != "", "name|" + subdistrict + "|" + community, "")
    return np.asarray(np.where(code != "", "code|" + code, named), dtype=object)


def _texts(frame: pd.DataFrame, column: str) -> NDArray[np.object_]:
    """Texts of a column, empty where it is missing or has none."""
    if column not in frame.columns:
        return np.full(len(frame), "", dtype=object)
    values = frame[column]
    return np.where(values.isna(), "", values.astype(str).str.strip()).astype(object)


def _name_table(frame: pd.DataFrame, keys: NDArray[np.object_]) -> tuple[pd.DataFrame, NDArray[np.int32]]:
    """Name each key by its first row; return the sorted names and the row of names of each row of the frame."""
    table = pd.DataFrame({c: _texts(frame, c) for c in PLACE} | {"key": keys})
    names = table[table["key"] != ""].sort_values([*PLACE, "key"]).drop_duplicates("key")
    names = names.sort_values(["community_code", "subdistrict", "community"], kind="stable").reset_index(drop=True)
    rows = pd.Index(names["key"]).get_indexer(pd.Index(keys)).astype("int32")
    return names[list(PLACE)], rows


def _from_polygons(layers: Layers, frame: gpd.GeoDataFrame) -> Territory:
    """Take the communities from their polygons; those without a name are keyed by their place."""
    frame = frame.assign(geometry=repaired(frame)).reset_index(drop=True)
    frame = frame.assign(subdistrict=_subdistricts(frame, layers.subdistricts))
    frame = frame[~frame.geometry.is_empty].reset_index(drop=True)
    if frame.empty:
        raise LayerError(say("communities: need polygons with an area, found none; check the layer"))
    keys = place_keys(frame)
    nameless = keys == ""
    anchor = frame.geometry.representative_point()
    keys[nameless] = [f"place|{x:.0f}|{y:.0f}" for x, y in zip(anchor.x[nameless], anchor.y[nameless], strict=True)]
    names, rows = _name_table(frame, keys)
    parts = np.asarray(frame.geometry.array)
    polygons = np.array([shapely.union_all(parts[rows == i]) for i in range(len(names))], dtype=object)
    said = pd.Index(np.asarray(pd.Series(keys).groupby(rows).first())).get_indexer(
        pd.Index(place_keys(layers.buildings)),
    )
    overlaps = find_overlapping(_labels(names), polygons, "communities")
    polygons, slivers = _without_slivers(polygons)
    study = shapely.union_all(polygons)
    return Territory(
        names=names,
        polygons=polygons,
        of_building=said.astype("int32"),
        study=study,
        findings=(*overlaps, *slivers, *_uncovered(layers, study)),
    )


def _labels(names: pd.DataFrame) -> pd.Series:
    """Name each community as people do, else by its code."""
    return names["community"].where(names["community"] != "", names["community_code"])


def _without_slivers(polygons: Shapes) -> tuple[Shapes, tuple[Finding, ...]]:
    """Close the gaps between communities narrower than `GAP_M`, and say how large gaps and overlaps were."""
    whole = shapely.union_all(polygons)
    closed = shapely.buffer(shapely.buffer(whole, GAP_M / 2, join_style="mitre"), -GAP_M / 2, join_style="mitre")
    gaps = shapely.get_parts(shapely.difference(closed, whole))
    gaps = gaps[~shapely.is_empty(shapely.buffer(gaps, -TOUCH_M / 2))]
    near = shapely.buffer(gaps, TOUCH_M)
    gap, heir = shapely.STRtree(polygons).query(near, predicate="intersects")
    held = np.round(shapely.area(shapely.intersection(near[gap], polygons[heir])), 6)
    order = np.lexsort((heir, -held, gap))
    first = order[np.unique(gap[order], return_index=True)[1]]
    filled = polygons.copy()
    for row in np.unique(heir[first]):
        filled[row] = shapely.union_all([polygons[row], *gaps[gap[first[heir[first] == row]]]])
    double = float(shapely.area(polygons).sum() - whole.area)
    bare = float(shapely.area(gaps).sum())
    found = [
        (
            "community_gaps",
            bare,
            say("Gaps of {area:.0f} m2 between communities were given to the longer neighbour.", area=bare),
        ),
        (
            "community_overlaps",
            double,
            say("Communities overlap on {area:.0f} m2; the first one by code keeps it.", area=double),
        ),
    ]
    return filled, tuple(
        Finding(code=code, severity="notice", subject="communities", reason=reason, value=area)
        for code, area, reason in found if area >= 1.0
    )  # fmt: skip


def repaired(frame: gpd.GeoDataFrame) -> Shapes:
    """Return the polygons of a layer, made valid.

    Parameters
    ----------
    frame : GeoDataFrame, n rows
        Any layer.

    Returns
    -------
    array of Polygon or MultiPolygon, n values
        Empty where a row has no area.
    """
    shapes = np.asarray(frame.geometry.array).copy()
    shapes[shapely.is_missing(shapes)] = shapely.Polygon()
    shapes = shapely.force_2d(shapes)
    shapes[shapely.get_dimensions(shapes) != AREAL] = shapely.Polygon()
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    shapes[shapely.area(shapes) <= 0] = shapely.Polygon()
    return np.asarray(shapes)


def _subdistricts(frame: gpd.GeoDataFrame, layer: gpd.GeoDataFrame | None) -> NDArray[np.object_]:
    """Subdistrict of each polygon: its column, else where it lies, else nothing."""
    said = _texts(frame, "subdistrict")
    if layer is None or not len(layer) or (said != "").all():
        return said
    tree = shapely.STRtree(repaired(layer))
    row, hit = tree.query(shapely.point_on_surface(np.asarray(frame.geometry.array)), predicate="intersects")
    first = pd.Series(hit).groupby(row).min()
    found = np.full(len(frame), "", dtype=object)
    found[first.index] = _texts(layer, "subdistrict")[first.to_numpy()]
    return np.where(said != "", said, found)


def _uncovered(layers: Layers, study: shapely.Geometry) -> tuple[Finding, ...]:
    """Say how much of the boundary layer no community covers, where it is more than a hundredth."""
    if layers.boundary is None or not len(layers.boundary):
        return ()
    whole = shapely.union_all(repaired(layers.boundary))
    bare = shapely.difference(whole, study)
    if bare.area <= whole.area / 100:
        return ()
    reason = say(
        "The communities leave {bare:.2f} km2 of the {whole:.2f} km2 inside the boundary uncovered; only the ground "
        "of the communities is planned.",
        bare=bare.area / 1e6,
        whole=whole.area / 1e6,
    )
    spot = bare.representative_point()
    return (
        Finding(
            code="boundary_uncovered", severity="warning", subject="boundary", reason=reason, value=bare.area,
            place=(spot.x, spot.y),
        ),
    )  # fmt: skip


def _study_area(layers: Layers, rules: GeometryRules) -> shapely.Geometry:
    """Study area without community polygons: the boundary, else the buildings buffered and closed."""
    if layers.boundary is not None and len(layers.boundary):
        study = shapely.union_all(repaired(layers.boundary))
    else:
        reach = rules.study_buffer_m
        shapes = np.asarray(layers.buildings.geometry.array)
        shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
        wide = shapely.union_all(shapely.buffer(shapely.convex_hull(shapes), 2 * reach, quad_segs=4))
        study = shapely.buffer(wide, -reach, quad_segs=4)
    if study.is_empty:
        raise LayerError(
            say("study area: need a boundary, communities or buildings with an area, found none; give one of them")
        )
    return study


def _from_column(layers: Layers, keys: NDArray[np.object_], study: shapely.Geometry) -> Territory:
    """Take the communities from the column of the buildings; one that names none follows its nearest neighbour."""
    names, rows = _name_table(layers.buildings, keys)
    mute = rows < 0
    findings: tuple[Finding, ...] = ()
    if mute.any():
        shapes = np.asarray(layers.buildings.geometry.array)
        with_shape = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        known = np.nonzero(~mute & with_shape)[0]
        asking = np.nonzero(mute & with_shape)[0]
        if known.size and asking.size:
            near = shapely.STRtree(shapely.centroid(shapes[known])).nearest(shapely.centroid(shapes[asking]))
            rows[asking] = rows[known[near]]
        ids = first_three(layers.buildings["building_id"][mute])
        reason = say(
            "{count} buildings name no community and take that of their nearest neighbour: {ids}.",
            count=mute.sum(),
            ids=ids,
        )
        findings = (
            Finding(
                code="community_by_neighbour", severity="warning", subject="buildings", reason=reason,
                value=float(mute.sum()),
            ),
        )  # fmt: skip
    return Territory(names=names, polygons=None, of_building=rows, study=study, findings=findings)
