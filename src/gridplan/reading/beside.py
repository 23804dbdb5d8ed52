"""What is read beside a finished plan: rosters, jurisdictions, hazards, grids that others drew."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from gridplan.errors import LayerError
from gridplan.language import say, word
from gridplan.model import Finding, Source
from gridplan.reading.crs import to_degrees, transform
from gridplan.reading.encodings import check_encoding
from gridplan.reading.fields import Match, match_fields, tell_left, to_text
from gridplan.reading.guessing import guess_crs
from gridplan.reading.layers import hash_file
from gridplan.reading.notes import Notes
from gridplan.reading.shapes import repair, unwrap
from gridplan.reading.sources import SHEETS, LayerRef, list_layers, name_key
from gridplan.reading.surroundings import canonical_frame, make_layer, make_personnel
from gridplan.reading.tables import open_table
from gridplan.reading.vectors import middle, read_vector

_NAMES: Final = ("姓名", "name")
"""Columns that hold the name of a person."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Roster:
    """Personnel as read beside a plan.

    Parameters
    ----------
    people : DataFrame
        All canonical fields, sorted by person_id; places in metres.
    names : dict of str to str
        Person id -> name; empty unless asked for, and never part of a plan.
    source : dict of str to object
        Where it came from, as plans keep it.
    findings : tuple of Finding
        What an office should know of the file.
    """

    people: pd.DataFrame
    names: dict[str, str]
    source: dict[str, Any]
    findings: tuple[Finding, ...] = ()


def read_roster(
    file: str | Path, crs: CRS, near: tuple[float, float], *, encoding: str | None = None, names: bool = False
) -> Roster:
    """Read personnel for a plan.

    Parameters
    ----------
    file : path
        ``FILE`` or ``FILE:sheet``: a CSV, a workbook, or the fields of a vector file.
    crs : CRS
        CRS of the plan.
    near : tuple of float
        A place in the district, in metres of `crs`.
    encoding : str or None
        Encoding of a CSV or DBF file; None lets the bytes decide.
    names : bool
        Keep the names of persons beside the table.

    Returns
    -------
    Roster
        Without anything that identifies persons, but for `names`.

    Raises
    ------
    LayerError
        If the file cannot be read.
    """
    ref = refer("personnel", file)
    table = open_table(ref, check_encoding(encoding) if encoding else None)
    match, notes = match_fields(ref.role, table.columns, table.cut), Notes()
    tell_left(match, ref.role, ref.place, notes)
    called = _name_column(match) if names else None
    wanted = [*match.fields.values(), *([called] if called else [])]
    pieces = list(table.chunks(wanted, wanted))
    frame = pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame(columns=wanted)
    frame = frame.rename(columns={name: c for c, name in match.fields.items()})
    people = make_personnel(ref, frame, crs, to_degrees(crs, *near))
    source = Source(
        role=ref.role, path=ref.path.name, layer=ref.layer, rows=len(frame) + len(table.aside),
        encoding=table.encoding, sha256=hash_file(ref.path), fields=dict(match.fields),
        assumptions=tuple(table.assumptions),
    )  # fmt: skip
    known = {}
    if called and "person_id" in frame:
        known = dict(zip(to_text(frame["person_id"]), to_text(frame[called]), strict=True))
    return Roster(people=people, names=known, source=plain_source(source), findings=tuple(notes.findings))


def roster_of(frame: pd.DataFrame, crs: CRS, near: tuple[float, float]) -> Roster:
    """Take personnel from a table in memory.

    Parameters
    ----------
    frame : DataFrame
        Under canonical or Chinese names.
    crs : CRS
        CRS of the plan.
    near : tuple of float
        A place in the district, in metres of `crs`.

    Returns
    -------
    Roster
        Without anything that identifies persons.

    Raises
    ------
    LayerError
        If the CRS of the places cannot be told.
    """
    match, notes = match_fields("personnel", frame.columns), Notes()
    tell_left(match, "personnel", word("personnel"), notes)
    table = frame[list(match.fields.values())].set_axis(list(match.fields), axis=1).reset_index(drop=True)
    ref = LayerRef("personnel", Path("table"))
    people = make_personnel(ref, table, crs, to_degrees(crs, *near))
    source = Source(role=ref.role, path="", layer="", rows=len(frame), fields=dict(match.fields))
    return Roster(people=people, names={}, source=plain_source(source), findings=tuple(notes.findings))


def read_areas(
    role: str, file: str | Path, crs: CRS, near: tuple[float, float], *, encoding: str | None = None
) -> gpd.GeoDataFrame:
    """Read a layer of geometries for a plan.

    Parameters
    ----------
    role : str
        "jurisdictions", "hazards", "bases" or "grids".
    file : path
        ``FILE`` or ``FILE:layer``.
    crs : CRS
        CRS of the plan.
    near : tuple of float
        A place in the district, in metres of `crs`.
    encoding : str or None
        Encoding of the text of a shapefile; None lets the bytes decide.

    Returns
    -------
    GeoDataFrame
        The canonical fields of the role, in `crs`.

    Raises
    ------
    LayerError
        If the file cannot be read, is empty or holds other geometries.
    """
    ref = refer(role, file)
    loaded = read_vector(ref, check_encoding(encoding) if encoding else None)
    if loaded.shapes is None or not len(loaded.frame):
        raise LayerError(say("{where}: need at least one geometry, found none; check the layer", where=ref.where))
    match = match_fields(role, loaded.frame.columns, loaded.cut if loaded.cut_names else None)
    frame = loaded.frame[list(match.fields.values())].set_axis(list(match.fields), axis=1)
    shapes, _ = repair(unwrap(loaded.shapes), largest=False)
    x, y = middle(shapes)
    source = loaded.crs
    if source is None and not np.isnan(x):
        source = guess_crs(x, y, to_degrees(crs, *near), ref.where)
    return make_layer(ref, frame, transform(shapes, source or crs, crs, ref.where), crs, Notes())


def read_sketch(file: str | Path, crs: CRS, near: tuple[float, float]) -> gpd.GeoDataFrame:
    """Read edits drawn on a map: every layer of a file, or one of them.

    Parameters
    ----------
    file : path
        ``FILE`` or ``FILE:layer``.
    crs : CRS
        CRS of the district.
    near : tuple of float
        A place in it, in metres of `crs`.

    Returns
    -------
    GeoDataFrame
        kind and grid_code as text; single lines and polygons.

    Raises
    ------
    LayerError
        If the file cannot be read, is empty or holds other geometries.
    """
    path = Path(file)
    layers = list_layers(path) if path.suffix.lower() == ".gpkg" and path.is_file() else []
    places = [f"{path}:{name}" for name in layers] or [str(file)]
    parts = [read_areas("edits", place, crs, near) for place in places]
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=crs)


def read_grids(
    file: str | Path, crs: CRS, near: tuple[float, float], *, encoding: str | None = None
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Read grids that somebody drew: polygons, or a list of buildings.

    Parameters
    ----------
    file : path
        ``FILE`` or ``FILE:layer``: a vector file of polygons, or a CSV or workbook with a building and a grid a row.
    crs : CRS
        CRS of the district.
    near : tuple of float
        A place in it, in metres of `crs`.
    encoding : str or None
        Encoding of text files; None lets the bytes decide.

    Returns
    -------
    GeoDataFrame or DataFrame, dict
        grid_code, building_id and entrance as text; and where it came from, as plans keep it.

    Raises
    ------
    LayerError
        If the file cannot be read, or a list does not say which building is in which grid.
    """
    ref = refer("grids", file)
    if ref.path.suffix.lower() not in {".csv", *SHEETS}:
        layer = read_areas("grids", file, crs, near, encoding=encoding)
        source = Source(role="grids", path=ref.path.name, layer=ref.layer, rows=len(layer), sha256=hash_file(ref.path))
        return layer, plain_source(source)
    frame, source = _read_list(ref, encoding, ("building_id", "grid_code"), None)
    return frame, plain_source(source)


def read_scores(file: str | Path | pd.DataFrame, *, encoding: str | None = None) -> tuple[pd.DataFrame, list[str]]:
    """Read figures of an evaluation: a CSV or a workbook.

    Parameters
    ----------
    file : path or DataFrame
        ``FILE``, ``FILE:sheet``, or the table itself.
    encoding : str or None
        Encoding of a CSV; None lets the bytes decide.

    Returns
    -------
    DataFrame, list of str
        The canonical fields of scores, and what is wrong with their numbers.

    Raises
    ------
    LayerError
        If the file cannot be read, or has neither satisfaction nor response.
    """
    faults: list[str] = []
    if isinstance(file, pd.DataFrame):
        match = match_fields("scores", file.columns)
        table = file[list(match.fields.values())].set_axis(list(match.fields), axis=1).reset_index(drop=True)
        return canonical_frame("scores", table, faults=faults), faults
    frame, _ = _read_list(refer("scores", file), encoding, (), faults)
    return frame, faults


def _read_list(
    ref: LayerRef, encoding: str | None, needed: tuple[str, ...], faults: list[str] | None
) -> tuple[pd.DataFrame, Source]:
    """Read the canonical fields of a table."""
    table = open_table(ref, check_encoding(encoding) if encoding else None)
    match = match_fields(ref.role, table.columns, table.cut)
    missing = [name for name in needed if name not in match.fields]
    if ref.role == "scores" and not {"satisfaction", "response"} & set(match.fields):
        missing = ["satisfaction", "response"]
    if missing:
        raise LayerError(
            say("{where}: need columns {names}, found {columns}; name them so", where=ref.where,
                names=", ".join(missing), columns=", ".join(table.columns))
        )  # fmt: skip
    wanted = list(match.fields.values())
    pieces = list(table.chunks(wanted, wanted))
    frame = pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame(columns=wanted)
    frame = canonical_frame(ref.role, frame.set_axis(list(match.fields), axis=1), ref.where, faults)
    source = Source(
        role=ref.role, path=ref.path.name, layer=ref.layer, rows=len(frame), encoding=table.encoding,
        sha256=hash_file(ref.path), fields=dict(match.fields),
    )  # fmt: skip
    return frame, source


def plain_source(source: Source) -> dict[str, Any]:
    """Lay a source out as a plan keeps it.

    Parameters
    ----------
    source : Source
        Where a layer came from.

    Returns
    -------
    dict
        JSON-able.
    """
    return asdict(source) | {"assumptions": list(source.assumptions)}


def _name_column(match: Match) -> str | None:
    """Find the column with the names of persons, which is printed when asked for and never kept."""
    known = {name_key(name) for name in _NAMES}
    return next((c for c in match.personal if name_key(c) in known), None)


def refer(role: str, file: str | Path) -> LayerRef:
    """Find ``FILE`` or ``FILE:layer``; the colon of a Windows drive is none.

    Parameters
    ----------
    role : str
        What is read.
    file : path
        As a user gives it.

    Returns
    -------
    LayerRef
        Where it lies.

    Raises
    ------
    LayerError
        If there is no such file or layer.
    """
    path, layer = Path(file), ""
    head, colon, tail = str(file).rpartition(":")
    if not path.exists() and colon and head and tail[:1] not in ("\\", "/"):
        path, layer = Path(head), tail
    if not path.is_file():
        raise LayerError(say("{role}: need a file, found none at {path}; check the path", role=word(role), path=file))
    if path.suffix.lower() == ".gpkg":
        layers = list_layers(path)
        if layer not in ("", *layers) or (not layer and len(layers) != 1):
            needed = say("the layer {name}", name=layer) if layer else say("one layer of that role")
            raise LayerError(
                say(
                    "{role} ({name}): need {needed}, found {names}; give FILE:layer",
                    role=word(role), name=path.name, needed=needed, names=", ".join(layers),
                )
            )  # fmt: skip
        layer = layer or layers[0]
    return LayerRef(role, path, layer)
