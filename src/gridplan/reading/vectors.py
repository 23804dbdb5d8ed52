"""Read vector layers: Shapefile, GeoPackage, GeoJSON, FlatGeobuf, GeoParquet."""

import re
import struct
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS

from gridplan.errors import CRSError, LayerError
from gridplan.language import join, say
from gridplan.reading.crs import Geometries, parse_crs
from gridplan.reading.encodings import choose_encoding, decode, decode_all
from gridplan.reading.guessing import is_degrees
from gridplan.reading.sources import TABLE_ROLES, LayerRef

_NAME_BYTES: Final = 10
_LOST: Final = "EPSG:-1"


@dataclass(slots=True)
class Loaded:
    """A layer as it stands in its file, with text decoded.

    Parameters
    ----------
    ref : LayerRef
        Where it lies.
    frame : DataFrame
        Its fields, named as in the file.
    shapes : object[n] or None
        Its geometries in two dimensions; None for a table.
    crs : CRS or None
        What the file says.
    encoding : str
        Encoding of its text.
    cut_names : bool
        The format cuts field names after 10 bytes.
    assumptions : list of str
        One sentence each.
    aside : list of (int, str)
        Number in the file and kind of each row that is none: "total", "header" or "note".
    """

    ref: LayerRef
    frame: pd.DataFrame
    shapes: Geometries | None = None
    crs: CRS | None = None
    encoding: str = "utf-8"
    cut_names: bool = False
    assumptions: list[str] = field(default_factory=list)
    aside: list[tuple[int, str]] = field(default_factory=list)

    def cut(self, name: str) -> str:
        """Cut a field name as the format does.

        Parameters
        ----------
        name : str
            Whole name.

        Returns
        -------
        str
            What is left of it in the file.
        """
        raw = name.encode(self.encoding, "replace")[:_NAME_BYTES] if self.cut_names else name.encode()
        return decode(raw, self.encoding if self.cut_names else "utf-8") or name


def read_vector(ref: LayerRef, encoding: str | None) -> Loaded:
    """Read one layer.

    Parameters
    ----------
    ref : LayerRef
        A file of `sources.VECTORS`, or a .dbf alone for a table.
    encoding : str or None
        Encoding of the text of a shapefile; None lets the bytes decide.

    Returns
    -------
    Loaded
        The layer.

    Raises
    ------
    LayerError
        If the file or a part of it is missing, or it cannot be read.
    """
    suffix = ref.path.suffix.lower()
    if suffix in (".parquet", ".geoparquet"):
        return _read_parquet(ref)
    shapefile = suffix in (".shp", ".dbf", ".shx")
    if shapefile:
        _check_parts(ref)
    meta, wkb, data = _read_raw(ref, "ISO-8859-1" if shapefile else None)
    rows = pd.RangeIndex(len(data[0]) if len(data) else len(wkb))
    frame = pd.DataFrame(dict(zip(meta["fields"], data, strict=True)), index=rows)
    loaded = Loaded(ref, frame)
    if wkb is not None and meta["geometry_type"] is not None:
        loaded.shapes = shapely.from_wkb(wkb, on_invalid="fix")
        if re.search(r"Z|M$|25D|2\.5D", meta["geometry_type"]):
            loaded.assumptions.append(say("heights and measures are left out"))
        loaded.crs = parse_crs(None if meta["crs"] == _LOST else meta["crs"], ref.where)
        _doubt_geojson(loaded)
    if shapefile:
        _decode_dbf(loaded, encoding)
    return loaded


def middle(shapes: Geometries) -> tuple[float, float]:
    """Find the middle of a layer, which outliers do not move.

    Parameters
    ----------
    shapes : object[n]
        Geometries or None.

    Returns
    -------
    tuple of float
        Medians of x and y; NaN where there is no geometry.
    """
    bounds = shapely.bounds(shapes)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return float("nan"), float("nan")
    x, y = np.median(bounds[:, [0, 2]].mean(axis=1)), np.median(bounds[:, [1, 3]].mean(axis=1))
    return float(x), float(y)


def _read_raw(ref: LayerRef, encoding: str | None) -> tuple[dict[str, Any], Any, Any]:
    try:
        with warnings.catch_warnings():
            # GDAL's warnings quote values, which may be personal; what matters is found again by our own checks.
            warnings.simplefilter("ignore")
            meta, _, wkb, data = pyogrio.raw.read(
                ref.path, layer=ref.layer or None, encoding=encoding, force_2d=True, datetime_as_string=True
            )
    except Exception as error:  # on damaged files the reader fails in ways it does not document
        layers = "" if not ref.layer else say(" with a layer {name}", name=ref.layer)
        raise LayerError(
            say(
                "{where}: need a readable file{layers}, found another or a damaged one; export it again",
                where=ref.where,
                layers=layers,
            )
        ) from error
    return meta, wkb, data


def _read_parquet(ref: LayerRef) -> Loaded:
    table_alone = ref.role in TABLE_ROLES
    try:
        frame = pd.read_parquet(ref.path) if table_alone else gpd.read_parquet(ref.path)
    except ImportError as error:
        raise LayerError(
            say('{where}: need pyarrow for GeoParquet, found none; pip install "gridplan[parquet]"', where=ref.where)
        ) from error
    except CRSError:
        raise
    except (ValueError, OSError, TypeError, KeyError) as error:
        raise LayerError(
            say("{where}: need GeoParquet with a geometry, found another file; export it again", where=ref.where)
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        return Loaded(ref, frame)
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    return Loaded(ref, table, shapes, parse_crs(frame.crs, ref.where))


def _check_parts(ref: LayerRef) -> None:
    """Refuse a shapefile without its parts: nothing is repaired in place."""
    have = {file.suffix.lower(): file for file in ref.path.parent.iterdir() if file.stem == ref.path.stem}
    needed = (".dbf",) if ref.path.suffix.lower() == ".dbf" and ref.role in TABLE_ROLES else (".shp", ".shx", ".dbf")
    missing = [f"{ref.path.stem}{part}" for part in needed if part not in have]
    broken = [have[part].name for part in needed if part in have and not _is_whole(have[part])]
    found = [say("missing {names}", names=join(missing, "and"))] if missing else []
    if broken:
        found.append(say("cut short {names}", names=join(broken, "and")))
    if found:
        raise LayerError(
            say(
                "{where}: need a whole shapefile (.shp, .shx, .dbf), {found}; copy all of its files again",
                where=ref.where,
                found=join(found),
            )
        )


def _is_whole(part: Path) -> bool:
    """Compare the size of a part with what its header says: GDAL reads what is left without a word."""
    with part.open("rb") as file:
        head = file.read(32)
    if len(head) < 32:  # noqa: PLR2004 - both headers are at least that long
        return False
    if part.suffix.lower() == ".dbf":
        records, header, record = struct.unpack_from("<IHH", head, 4)
        return part.stat().st_size >= int(header) + int(records) * int(record)
    (words,) = struct.unpack_from(">I", head, 24)
    return part.stat().st_size >= 2 * int(words)


def _doubt_geojson(loaded: Loaded) -> None:
    """GeoJSON that says nothing is in degrees by law, but bureaus write metres into it."""
    if loaded.ref.path.suffix.lower() in (".geojson", ".json") and loaded.shapes is not None:
        x, y = middle(loaded.shapes)
        if loaded.crs is not None and loaded.crs.is_geographic and not np.isnan(x) and not is_degrees(x, y):
            loaded.crs = None


def _decode_dbf(loaded: Loaded, encoding: str | None) -> None:
    """Decode names and text that were read byte for byte as ISO-8859-1."""
    where = loaded.ref.where
    frame = loaded.frame
    texts = [c for c in frame.columns if frame[c].dtype == object or pd.api.types.is_string_dtype(frame[c].dtype)]
    raw = {c.encode("latin-1") for c in frame.columns}
    for column in texts:
        raw.update(v.encode("latin-1") for v in frame[column].dropna().unique())
    foreign = {text for text in raw if not text.isascii()}
    if encoding:
        found, how = encoding, say("as told")
    else:
        found, how = choose_encoding(foreign, where, _hint(loaded.ref.path)), say("judged by the bytes")
    loaded.encoding, loaded.cut_names = found, True
    table = {k.decode("latin-1"): v for k, v in decode_all(foreign, found, where).items()}
    for column in texts:
        frame[column] = frame[column].map(lambda v: table.get(v, v), na_action="ignore")
    loaded.frame = frame.set_axis([table.get(c, c) for c in frame.columns], axis=1)
    if found != "ascii":
        loaded.assumptions.append(say("text is {found}, {how}", found=found, how=how))


def _hint(path: Path) -> str:
    """Read what the .cpg says."""
    files = [f for f in path.parent.iterdir() if f.stem == path.stem and f.suffix.lower() == ".cpg"]
    text = files[0].read_bytes()[:40].decode("latin-1") if files else ""
    return re.sub(r"\s", "", text)
