"""What is read beside a finished plan: rosters, jurisdictions, hazards."""

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
from gridplan.reading.fields import Match, match_fields, to_text
from gridplan.reading.guessing import guess_crs
from gridplan.reading.layers import load_layer, open_ledger
from gridplan.reading.notes import Notes
from gridplan.reading.sources import LayerRef, list_layers, name_key
from gridplan.reading.surroundings import make_layer, make_personnel
from gridplan.reading.tables import open_table
from gridplan.reading.vectors import middle

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
        What was dropped or assumed.
    """

    people: pd.DataFrame
    names: dict[str, str]
    source: dict[str, Any]
    findings: tuple[Finding, ...]


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
        If the file cannot be read, or numbers are none.
    """
    ref, notes = _refer("personnel", file), Notes()
    opened = open_ledger(ref, check_encoding(encoding) if encoding else None, notes)
    frame = opened.whole()
    people = make_personnel(ref, frame, crs, to_degrees(crs, *near))
    called = _names(ref, opened.match, encoding) if names else {}
    source = opened.source(len(frame), notes)
    return Roster(people=people, names=called, source=plain_source(source), findings=tuple(notes.findings))


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
        If numbers are none.
    """
    match = match_fields("personnel", frame.columns)
    table = frame[list(match.fields.values())].set_axis(list(match.fields), axis=1).reset_index(drop=True)
    ref = LayerRef("personnel", Path("table"))
    people = make_personnel(ref, table, crs, to_degrees(crs, *near))
    source = Source(role=ref.role, path="", layer="", rows=len(frame), fields=dict(match.fields))
    return Roster(people=people, names={}, source=plain_source(source), findings=())


def read_areas(
    role: str, file: str | Path, crs: CRS, near: tuple[float, float], *, encoding: str | None = None
) -> gpd.GeoDataFrame:
    """Read a layer of geometries for a plan.

    Parameters
    ----------
    role : str
        "jurisdictions" or "hazards".
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
    ref = _refer(role, file)
    layer = load_layer(ref, check_encoding(encoding) if encoding else None, Notes())
    if not len(layer.frame):
        raise LayerError(say("{where}: need at least one geometry, found none; check the layer", where=ref.where))
    x, y = middle(layer.shapes)
    source = layer.crs
    if source is None and not np.isnan(x):
        source = guess_crs(x, y, to_degrees(crs, *near), ref.where)
    return make_layer(ref, layer.frame, transform(layer.shapes, source or crs, crs, ref.where), crs, Notes())


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


def _names(ref: LayerRef, match: Match, encoding: str | None) -> dict[str, str]:
    """Read ids and names alone, for the roster that is printed."""
    known = {name_key(name) for name in _NAMES}
    called = next((c for c in match.personal if name_key(c) in known), None)
    if called is None or "person_id" not in match.fields:
        return {}
    wanted = [match.fields["person_id"], called]
    frame = pd.concat(open_table(ref, encoding).chunks(wanted, wanted), ignore_index=True)
    return dict(zip(to_text(frame[wanted[0]]), to_text(frame[called]), strict=True))


def _refer(role: str, file: str | Path) -> LayerRef:
    """Find ``FILE`` or ``FILE:layer``; the colon of a Windows drive is none."""
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
