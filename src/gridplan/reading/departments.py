"""Grids of departments (police, urban management, party) beside those of a plan: all their faults told at once."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from gridplan.errors import LayerError, first_three, nth_row
from gridplan.language import join, say
from gridplan.reading.beside import refer
from gridplan.reading.crs import Geometries, parse_crs, transform
from gridplan.reading.encodings import check_encoding
from gridplan.reading.fields import match_fields, to_text
from gridplan.reading.shapes import check_kinds, is_missing, unwrap
from gridplan.reading.sources import LayerRef
from gridplan.reading.vectors import Loaded, read_vector

Places = Sequence[tuple[str, str | Path | gpd.GeoDataFrame]]

_ROLE: Final = "departments"


def split_departments(texts: Iterable[str]) -> list[tuple[str, str]]:
    """Take ``NAME=FILE`` apart.

    Parameters
    ----------
    texts : iterable of str
        As a user gives them.

    Returns
    -------
    list of (str, str)
        Department and place; a text without a name has an empty one, which `read_departments` refuses.
    """
    parts = [text.partition("=") if "=" in text else ("", "", text) for text in texts]
    return [(name.strip(), place) for name, _, place in parts]


def read_departments(
    places: Places,
    target: CRS,
    bounds: tuple[float, float, float, float],
    *,
    crs: str | None = None,
    encoding: str | None = None,
) -> dict[str, gpd.GeoDataFrame]:
    """Read the grids of departments.

    Parameters
    ----------
    places : sequence of (str, path or GeoDataFrame)
        Department, and ``FILE`` or ``FILE:layer`` of polygons, or the layer itself.
    target : CRS
        CRS of the plan.
    bounds : tuple of float
        Left, bottom, right and top of the plan, in metres.
    crs : str or None
        CRS of layers that name none, or a wrong one.
    encoding : str or None
        Encoding of the text of a shapefile; None lets the bytes decide.

    Returns
    -------
    dict of str to GeoDataFrame
        Department -> code and name as text, valid polygons in `target`, sorted by code.

    Raises
    ------
    LayerError
        If a department has no name or stands twice, or a layer has no column of codes, no CRS, rows without a code or a
        usable polygon, or codes twice, or lies elsewhere; all faults at once.
    """
    own = parse_crs(crs, "--crs")
    known = check_encoding(encoding) if encoding else None
    found, faults = dict[str, gpd.GeoDataFrame](), _name_faults([name for name, _ in places])
    for name, place in places:
        try:
            found[name] = _read(place, target, bounds, own, known)
        except LayerError as error:
            faults += [say("department {name}: {fault}", name=name or place, fault=text) for text in error.args]
    if faults:
        raise LayerError(join(faults, "\n"))
    return found


def _name_faults(names: list[str]) -> list[str]:
    faults: list[str] = []
    if not names:
        faults.append(say("departments: need at least one, found none; give NAME=FILE"))
    if "" in names:
        faults.append(say("departments: need a name for each, found none; give NAME=FILE"))
    folded = [name.casefold() for name in names]
    twice = sorted({name for name, key in zip(names, folded, strict=True) if name and folded.count(key) > 1})
    if twice:
        faults.append(
            say("departments: need each once, found {names} twice; give another name", names=first_three(twice))
        )
    return faults


def _read(
    place: str | Path | gpd.GeoDataFrame,
    target: CRS,
    bounds: tuple[float, float, float, float],
    own: CRS | None,
    encoding: str | None,
) -> gpd.GeoDataFrame:
    loaded = _load(place, encoding)
    columns = [str(c) for c in loaded.frame.columns]
    match = match_fields(_ROLE, columns, loaded.cut if loaded.cut_names else None)
    faults: list[str] = []
    if "code" not in match.fields:
        listed = join(columns) or say("none")
        faults.append(say("need a column of codes (code, 网格编码), found {columns}; name one so", columns=listed))
    source = own or loaded.crs
    if source is None:
        faults.append(say("need a CRS, found none; set it in the file, or give --crs"))
    if loaded.shapes is None or not len(loaded.frame):
        faults.append(say("need at least one polygon, found none; check the layer"))
        raise LayerError(*faults)
    fields = {c: to_text(loaded.frame[match.fields[c]]) if c in match.fields else "" for c in ("code", "name")}
    table = pd.DataFrame(fields, index=loaded.frame.index).reset_index(drop=True)
    shapes = unwrap(loaded.shapes)
    faults += _row_faults(table["code"], shapes, coded="code" in match.fields)
    if faults or source is None:
        raise LayerError(*faults)
    moved = transform(shapes, source, target, "CRS")
    if not shapely.intersects(moved, shapely.box(*bounds)).any():
        raise LayerError(say("need areas that meet the plan, found none; check the CRS of the layer"))
    order = np.argsort(table["code"].to_numpy(dtype=str), kind="stable")
    return gpd.GeoDataFrame(table.iloc[order].reset_index(drop=True), geometry=moved[order], crs=target)


def _load(place: str | Path | gpd.GeoDataFrame, encoding: str | None) -> Loaded:
    if not isinstance(place, gpd.GeoDataFrame):
        return read_vector(refer(_ROLE, place), encoding)
    plain = pd.DataFrame(place.drop(columns=place.geometry.name)).rename(columns=str)
    crs = parse_crs(place.crs, "CRS")
    return Loaded(LayerRef(_ROLE, Path("layer")), plain, shapely.force_2d(place.geometry.to_numpy()), crs)


def _row_faults(codes: pd.Series, shapes: Geometries, *, coded: bool) -> list[str]:
    """Name the rows without a code or a usable polygon, and the codes that stand twice."""
    rows = pd.Series([nth_row(i) for i in range(len(codes))], dtype=object)
    called = rows.where(codes == "", codes.astype(object))
    faults = []
    try:
        check_kinds(shapes, ("polygons",), say("geometry"), called)
    except LayerError as error:
        faults.append(error.message)
    missing, bare, twice = is_missing(shapes), (codes == "") & coded, codes.duplicated() & (codes != "")
    if bare.any():
        faults.append(say("need a code in every row, found none at {ids}; complete them", ids=first_three(rows[bare])))
    if twice.any():
        ids = first_three(codes[twice].drop_duplicates())
        faults.append(say("need each code once, found {ids} again; dissolve their rows or correct them", ids=ids))
    if missing.any():
        faults.append(
            say(
                "need a polygon in every row, found none at {ids}; draw or remove them",
                ids=first_three(called[missing]))
        )  # fmt: skip
    broken = ~shapely.is_valid(shapes) & ~missing
    if broken.any():
        why = shapely.is_valid_reason(shapes[broken][0])
        faults.append(
            say("need valid polygons, found {ids} invalid, first {why}; repair them (QGIS: Fix geometries)",
                ids=first_three(called[broken]), why=why)
        )  # fmt: skip
    return faults
