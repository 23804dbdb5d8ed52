"""Plan data <-> one GeoPackage: layers, tables and QGIS styles, read back exactly as they were written."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gridplan.config import Rules
from gridplan.errors import PlanError
from gridplan.language import say
from gridplan.model import PlanData
from gridplan.reporting.columns import decode_frame, describe_columns, encode_frame, pack_rows, unpack_rows
from gridplan.reporting.styles import qgis_styles

FORMAT: Final = 3
OPTIONAL: Final = ("micro_grids", "footprints", "micro_members")
"""Layers and a table that are written where they hold something."""
LAYERS: Final = ("grids", "units", "communities", "findings", "context", "micro_grids", "footprints")
TABLES: Final = (
    "buildings",
    "edges",
    "walls",
    "certificate",
    "assignment",
    "forces",
    "persons",
    "shortages",
    "set_aside",
    "crosswalk",
    "history",
    "explanations",
    "micro_members",
)

_HEAD: Final = "_format"
_KINDS: Final = ("Point", "LineString", "Polygon")
_SUFFIX: Final = ("_points", "", "_areas")
"""Layers of `context` by dimension: QGIS wants one kind of geometry in a layer."""

_COLLECTION: Final = 7
"""Type of a geometry collection in shapely."""


def write_geopackage(plan: PlanData, rules: Rules, path: Path) -> None:
    """Write every frame of a plan, and the styles QGIS draws them with.

    Parameters
    ----------
    plan : PlanData
        The plan; its polygons are two-dimensional.
    rules : Rules
        Sizes the classes of the styles follow.
    path : Path
        File to make; it must not exist.
    """
    with _unsynced():
        _write_all(plan, rules, path)


def read_plan_data(path: str | Path) -> PlanData:
    """Read a plan back from its GeoPackage.

    Parameters
    ----------
    path : path
        The ``plan.gpkg`` of a plan.

    Returns
    -------
    PlanData
        Equal to the plan that was written: types, order, geometry and missing values.

    Raises
    ------
    PlanError
        If the file is missing or holds no plan.
    """
    path = Path(path)
    run = _read_run(path)
    head = run.pop(_HEAD)
    if head["format"] != FORMAT:
        raise PlanError(
            say(
                "{path}: need a plan of format {format}, found format {found}; use the gridplan that wrote it",
                path=path,
                format=FORMAT,
                found=head["format"],
            )
        )
    crs = CRS.from_user_input(head["crs"])
    try:
        layers = {name: _read_layer(path, head["frames"][name], crs) for name in LAYERS if _there(name, head)}
        tables = {
            name: _read_table(path, name, head["frames"][name]["columns"]) for name in TABLES if name in head["frames"]
        }
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, KeyError, ValueError) as error:
        raise PlanError(
            say(
                "{path}: need all layers, tables and columns of a plan, found none of {error}: an older gridplan "
                "({version}) wrote it, or it is damaged; make it anew by `gridplan partition`, same input and rules",
                path=path,
                error=error,
                version=run.get("version", "?"),
            )
        ) from error
    return PlanData(crs=crs, run=run, **layers, **tables)


def _there(name: str, head: dict[str, Any]) -> bool:
    return name not in OPTIONAL or name in head["frames"]


def assignment_areas(plan: PlanData) -> gpd.GeoDataFrame:
    """Draw who serves where, to look at: the grids of each person of each force as one area.

    Parameters
    ----------
    plan : PlanData
        With an assignment.

    Returns
    -------
    GeoDataFrame, one row per force and person
        force, person_id, staff, grids, households, load, capacity, unit, pieces.
    """
    shapes: Any = pd.Series(plan.grids.geometry.to_numpy(), index=plan.grids["grid_code"])
    groups = plan.assignment.groupby(["force", "person_id"], sort=True)["grid_code"]
    areas = groups.agg(lambda codes: _unite(shapes[codes])).rename("geometry")
    columns = ["force", "person_id", "staff", "grids", "households", "load", "capacity", "unit", "pieces"]
    table = plan.persons[columns].merge(areas.reset_index(), on=["force", "person_id"])
    return gpd.GeoDataFrame(table, geometry="geometry", crs=plan.crs)


def _unite(cells: Any) -> Any:  # noqa: ANN401 - geometries
    return shapely.coverage_union_all(np.asarray(cells))


def _write_all(plan: PlanData, rules: Rules, path: Path) -> None:
    frames: dict[str, Any] = {}
    left = [name for name in OPTIONAL if not len(getattr(plan, name))]
    layers, tables = ([name for name in names if name not in left] for names in (LAYERS, TABLES))
    for name in layers:
        frames[name] = _write_layer(name, getattr(plan, name), plan.crs, path)
    for name in tables:
        frame = getattr(plan, name)
        frames[name] = {"columns": describe_columns(frame)}
        _append(encode_frame(frame), path, name)
    if len(plan.assignment):
        _append(assignment_areas(plan), path, "assignment_areas", geometry_type="MultiPolygon", promote_to_multi=True)
    run = {**plan.run, _HEAD: {"format": FORMAT, "crs": _crs_text(plan.crs), "frames": frames}}
    texts = [json.dumps(value, ensure_ascii=False) for value in run.values()]
    _append(pd.DataFrame({"key": list(run), "value": texts}), path, "run")
    styled = [part["layer"] for name in layers for part in frames[name]["parts"]]
    styled += ["assignment_areas"] if len(plan.assignment) else []
    _append(qgis_styles(rules, styled), path, "layer_styles", layer_options={"FID": "id"})


@contextmanager
def _unsynced() -> Iterator[None]:
    """Let SQLite not wait for the disk: an unfinished file is thrown away anyhow."""
    option = "OGR_SQLITE_SYNCHRONOUS"
    before = pyogrio.get_gdal_config_option(option)
    pyogrio.set_gdal_config_options({option: "OFF"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({option: before})


def _append(frame: pd.DataFrame, path: Path, layer: str, **options: Any) -> None:  # noqa: ANN401
    if not path.exists():
        options["dataset_options"] = {"VERSION": "1.2"}  # a later one makes QGIS 3.22 warn
    pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG", append=path.exists(), **options)


def _write_layer(name: str, frame: gpd.GeoDataFrame, crs: CRS, path: Path) -> dict[str, Any]:
    """Write a layer, `context` in one part per dimension; return what reading it back takes."""
    plain = pd.DataFrame(frame.drop(columns=frame.geometry.name)).reset_index(drop=True)
    encoded = encode_frame(plain)
    shapes = frame.geometry.to_numpy()
    parts = []
    for layer, dimension, rows in _split(name, shapes):
        kind = _kind(shapes[rows], dimension)
        part = gpd.GeoDataFrame(encoded.iloc[rows], geometry=shapes[rows], crs=crs)
        multi = kind.startswith("Multi")
        _append(part, path, layer, geometry_type=kind, promote_to_multi=multi, layer_options={"GEOMETRY_NAME": "geom"})
        whole = _is_multi(shapes[rows]) & (shapely.get_num_geometries(shapes[rows]) == 1)
        parts.append({"layer": layer, "rows": pack_rows(rows), "multi": pack_rows(np.flatnonzero(whole))})
    name = frame.geometry.name
    return {
        "columns": describe_columns(plain), "geometry": name, "column": frame.columns.get_loc(name), "parts": parts
    }  # fmt: skip


def _split(name: str, shapes: NDArray[Any]) -> list[tuple[str, int, NDArray[np.int64]]]:
    """Layer name, dimension and rows of each part of a layer."""
    everything = np.arange(len(shapes))
    if name != "context":
        return [(name, 0 if name == "findings" else 2, everything)]
    dimension = np.where(shapely.get_dimensions(shapes) < 0, 1, shapely.get_dimensions(shapes))
    kept = [d for d in (1, 2, 0) if d == 1 or (dimension == d).any()]
    return [(name + _SUFFIX[d], d, everything[dimension == d]) for d in kept]


def _kind(shapes: NDArray[Any], dimension: int) -> str:
    if (shapely.get_type_id(shapes) == _COLLECTION).any():
        return "Unknown"
    return ("Multi" if _is_multi(shapes).any() else "") + _KINDS[dimension]


def _is_multi(shapes: NDArray[Any]) -> NDArray[np.bool_]:
    return np.isin(shapely.get_type_id(shapes), (4, 5, 6))


def _read_layer(path: Path, described: dict[str, Any], crs: CRS) -> gpd.GeoDataFrame:
    frames, shapes, order = [], [], []
    for part in described["parts"]:
        layer = pyogrio.read_dataframe(path, layer=part["layer"])
        frames.append(pd.DataFrame(layer.drop(columns=layer.geometry.name)))
        shapes.append(_demote(layer.geometry.to_numpy(), unpack_rows(part["multi"])))
        order.append(unpack_rows(part["rows"]))
    back = np.argsort(np.concatenate(order), kind="stable")
    filled = [f for f in frames if len(f)] or frames[:1]
    plain = decode_frame(pd.concat(filled, ignore_index=True).iloc[back], described["columns"])
    geometry = gpd.GeoSeries(np.concatenate(shapes)[back], crs=crs, index=plain.index)
    name = described["geometry"]
    plain.insert(described["column"], name, geometry)
    return gpd.GeoDataFrame(plain, geometry=name)


def _demote(shapes: NDArray[Any], multi: NDArray[np.int64]) -> NDArray[Any]:
    """Undo the promotion to multi-part geometries, but for those that were multi-part of one part."""
    single = _is_multi(shapes) & (shapely.get_num_geometries(shapes) == 1)
    single[multi] = False
    return np.where(single, shapely.get_geometry(shapes, 0), shapes)


def _read_table(path: Path, name: str, columns: list[dict[str, str]]) -> pd.DataFrame:
    return decode_frame(pyogrio.read_dataframe(path, layer=name, read_geometry=False), columns)


def _read_run(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise PlanError(
            say(
                "{path}: need the GeoPackage of a plan, found no such file; give the folder of a plan or its plan.gpkg",
                path=path,
            )
        )
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            run = {key: json.loads(value) for key, value in database.execute("SELECT key, value FROM run ORDER BY fid")}
    except (sqlite3.Error, json.JSONDecodeError) as error:
        run = {"": str(error)}
    if _HEAD not in run:
        found = run.get("", say("a table run of another kind"))
        raise PlanError(
            say(
                "{path}: need the plan.gpkg of a plan, found none ({found}); give a file that gridplan has written",
                path=path,
                found=found,
            )
        )
    return run


def _crs_text(crs: CRS) -> str:
    """Name the CRS by its code where that says everything, else in full."""
    authority = crs.to_authority(min_confidence=100)
    if authority is not None and CRS.from_authority(*authority) == crs:
        return ":".join(authority)
    return crs.to_wkt()
