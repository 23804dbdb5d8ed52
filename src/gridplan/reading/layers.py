"""Read the layers of a district: any files in, `Layers` out."""

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np
import pandas as pd
from pyproj import CRS

from gridplan.config import Rules
from gridplan.errors import GridplanError, LayerError, first_three, nth_row
from gridplan.language import join, say, word
from gridplan.model import Layers, Source
from gridplan.progress import Report, silent
from gridplan.reading.buildings import make_buildings, settle_buildings
from gridplan.reading.counting import RawBuildings
from gridplan.reading.crs import Geometries, choose_working_crs, parse_crs, transform, transformation
from gridplan.reading.encodings import check_encoding
from gridplan.reading.fields import Match, match_fields, read_basis, tell_left, to_text
from gridplan.reading.headers import FURNITURE
from gridplan.reading.households import Census, take_census
from gridplan.reading.locating import Locator, make_locator
from gridplan.reading.notes import Notes
from gridplan.reading.private import PERSONAL_VALUE, mask_persons
from gridplan.reading.settling import Spatial, settle_crs
from gridplan.reading.shapes import from_coordinates, repair, unwrap
from gridplan.reading.shifts import refuse_shifted
from gridplan.reading.sources import SHAPEFILE_PARTS, TABLE_ROLES, TABLES, LayerRef, find_layers
from gridplan.reading.surroundings import bring_places, make_layer, make_personnel
from gridplan.reading.tables import Table, open_table, read_table
from gridplan.reading.vectors import Loaded, middle, read_vector

_BEYOND_IDS: Final = frozenset(("name", "address", "x"))
"""Fields by which a row of the households finds its building without an id."""


def read_layers(
    source: str | Path | None = None,
    *,
    roles: Mapping[str, str | Path] | None = None,
    rules: Rules | None = None,
    crs: str | int | None = None,
    encoding: str | None = None,
    fields: Mapping[str, Mapping[str, str]] | None = None,
    report: Report = silent,
) -> Layers:
    """Read the layers of a district and bring them to one metric CRS.

    Parameters
    ----------
    source : path or None
        A folder whose files, or a GeoPackage whose layers, are named by their role (楼栋.shp, communities.gpkg);
        names that are no role are ignored with a notice. None where `roles` names everything.
    roles : mapping of str to path or None
        Role -> ``FILE`` or ``FILE:layer``; wins over `source`.
    rules : Rules or None
        Rates of the estimates; None takes the defaults.
    crs : str, int or None
        CRS of the files that do not tell theirs, or a wrong one, for example 4550; ``local`` for a metric grid of
        their own; None guesses it from the numbers.
    encoding : str or None
        Encoding of the text in CSV files and shapefiles; None lets the bytes decide.
    fields : mapping or None
        Role -> canonical field of `schema.FIELDS` -> field of the file; wins over the aliases.
    report : Report
        Progress callback, stage "reading".

    Returns
    -------
    Layers
        In a CGCS2000 3-degree zone in China, in the CRS of the buildings or UTM elsewhere; in metres, snapped to
        1 mm. Does not depend on the order of the rows in the files.

    Raises
    ------
    LayerError
        If a layer is missing, given twice, unreadable or breaks its contract.
    EncodingError
        If text cannot be decoded with certainty.
    CRSError
        If a CRS is missing and cannot be guessed, or cannot be transformed exactly.
    """
    try:
        return _read(source, roles, rules or Rules(), crs, encoding, fields, report)
    except GridplanError as error:
        if PERSONAL_VALUE.search(str(error)):
            raise type(error)(mask_persons(str(error))) from None
        raise


def _read(
    source: str | Path | None, roles: Mapping[str, str | Path] | None, rules: Rules, crs: str | int | None,
    encoding: str | None, fields: Mapping[str, Mapping[str, str]] | None, report: Report,
) -> Layers:  # fmt: skip
    notes = Notes()
    told = parse_crs(crs, "--crs")
    encoding = check_encoding(encoding) if encoding else None
    refs = {
        r: dataclasses.replace(ref, told=(fields or {}).get(r, {}))
        for r, ref in find_layers(source, roles, notes).items()
    }
    total = len(refs) + 1
    spatial: dict[str, Spatial] = {}
    report("reading", 0, total)
    for ref in refs.values():
        if ref.role not in TABLE_ROLES:
            spatial[ref.role] = _load(ref, encoding, rules.household_basis, notes)
            report("reading", len(spatial), total)
    anchor = settle_crs(spatial, told, notes)
    first = spatial["buildings"]
    target = choose_working_crs(first.known, *middle(first.shapes))
    origins = {role: _source(layer) for role, layer in spatial.items()}
    for layer in spatial.values():
        layer.shapes = transform(layer.shapes, layer.known, target, layer.ref.where)
    refuse_shifted({role: layer.shapes for role, layer in spatial.items()}, target, anchor)
    raw = RawBuildings(first.ref.where, first.frame, first.shapes, first.match, notes)
    ledger = _open(refs["households"], encoding, rules.household_basis, notes) if "households" in refs else None
    settle_buildings(raw, named=ledger is not None and not _BEYOND_IDS & set(ledger.match.fields))
    census = None
    if ledger is not None:
        locator = _locator(raw, spatial.get("compounds"), rules.geometry.household_reach_m)
        census = _count(ledger, locator, target, anchor, rules, notes)
    buildings, entrances = make_buildings(raw, census, target, rules)
    frames: dict[str, Any] = {
        role: make_layer(layer.ref, layer.frame, layer.shapes, target, notes)
        for role, layer in spatial.items()
        if role != "buildings"
    }
    personnel = None
    if "personnel" in refs:
        roster = _open(refs["personnel"], encoding, rules.household_basis, notes)
        people = roster.whole()
        personnel = make_personnel(refs["personnel"], people, target, anchor)
        origins["personnel"] = roster.source(len(people), notes)
    if ledger is not None and census is not None:
        origins["households"] = ledger.source(census.rows, notes, census.households)
    settled = int(buildings["households"].sum()) + notes.households_aside("buildings")
    origins["buildings"] = dataclasses.replace(origins["buildings"], households=settled)
    report("reading", total, total)
    return Layers(
        crs=target, buildings=buildings, entrances=entrances, personnel=personnel, set_aside=notes.set_aside(),
        sources=tuple(origins[role] for role in refs), findings=tuple(notes.findings), **frames,
    )  # fmt: skip


def probe_layer(ref: LayerRef, *, encoding: str | None = None, rules: Rules | None = None) -> None:
    """Try what can be told of a layer alone, where the buildings that place it cannot be used.

    Parameters
    ----------
    ref : LayerRef
        The layer.
    encoding : str or None
        As of `read_layers`.
    rules : Rules or None
        As of `read_layers`.

    Raises
    ------
    LayerError
        If the file, its fields or its geometries cannot be used.
    CRSError
        If it is in a CRS that cannot be transformed exactly.
    """
    basis, notes = (rules or Rules()).household_basis, Notes()
    if ref.role in TABLE_ROLES:
        _open(ref, encoding, basis, notes)
        return
    layer = _load(ref, encoding, basis, notes)
    if layer.crs is not None:
        transformation(layer.crs, CRS.from_epsg(4490), ref.where)
    make_layer(ref, layer.frame, layer.shapes, layer.crs or CRS.from_epsg(4490), notes)


@dataclass(slots=True)
class _Opened:
    """A table with its fields matched."""

    table: Table
    match: Match

    def whole(self) -> pd.DataFrame:
        """Read all rows under canonical names."""
        fields = self.match.fields
        wanted = list(fields.values())
        pieces = list(self.table.chunks(wanted, wanted))
        frame = pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame(columns=wanted)
        return frame.rename(columns={name: c for c, name in fields.items()})

    def source(self, rows: int, notes: Notes, households: int = 0) -> Source:
        """Say where the table came from, and set aside what is no row of it."""
        table, ref = self.table, self.table.ref
        _put_furniture_aside(ref, table.aside, notes)
        return Source(
            role=ref.role, path=ref.path.name, layer=ref.layer, rows=rows + len(table.aside), households=households,
            encoding=table.encoding, sha256=_hash(ref), fields=dict(self.match.fields),
            assumptions=tuple(table.assumptions),
        )  # fmt: skip


def _open(ref: LayerRef, encoding: str | None, basis: str, notes: Notes) -> _Opened:
    table = _database().open_rows(ref) if ref.database else open_table(ref, encoding)
    match = match_fields(ref.role, table.columns, table.cut, _told(ref, table.columns), basis)
    _tell_match(ref, match, basis, notes)
    return _Opened(table, match)


def _told(ref: LayerRef, columns: Iterable[str]) -> Mapping[str, str]:
    """Check that the file has the fields the user says it has."""
    names = [str(name) for name in columns]
    faults = []
    for canonical, name in ref.told.items():
        if name not in names:
            close = get_close_matches(name, names, n=1)
            hint = say("did you mean {name}?", name=close[0]) if close else say("correct the rule file")
            faults.append(
                say("{where}: need the field {name} for {field}, found {names}; {hint}", where=ref.where, name=name,
                    field=canonical, names=join(names), hint=hint)
            )  # fmt: skip
    if faults:
        raise LayerError(join(faults, "\n"))
    return ref.told


def _put_furniture_aside(ref: LayerRef, aside: list[tuple[int, str]], notes: Notes) -> None:
    """Set totals, notes and headers that stand among the rows of a table aside."""
    for kind, reason in FURNITURE.items():
        rows = [row for row, is_ in aside if is_ == kind]
        if rows:
            notes.put_aside(ref.role, [f"row {row}" for row in rows], [0] * len(rows), reason)
            names = first_three(nth_row(row - 1) for row in rows)
            said = say("{place}: {count} rows are no rows of the table ({kind}), first {ids}; they are set aside",
                       place=ref.place, count=len(rows), kind=word(reason), ids=names)  # fmt: skip
            notes.tell("rows_skipped", ref.role, said, float(len(rows)))


def _locator(raw: RawBuildings, compounds: Spatial | None, reach_m: float) -> Locator:
    around = None
    if compounds is not None and "compound" in compounds.frame:
        around = to_text(compounds.frame["compound"]), compounds.shapes
    return make_locator(raw.ids, raw.frame, raw.shapes, around, reach_m)


def _count(
    ledger: _Opened, locator: Locator, crs: CRS, anchor: tuple[float, float], rules: Rules, notes: Notes
) -> Census:
    where, known = ledger.table.ref.where, ledger.table.crs

    def bring(xy: pd.DataFrame) -> pd.DataFrame:
        return bring_places(xy, crs, anchor, where, known)

    return take_census(ledger.table, ledger.match, locator, bring, rules.estimates, notes)


def _tell_match(ref: LayerRef, match: Match, basis: str, notes: Notes) -> None:
    for sentence in match.doubled:
        notes.tell("field_doubled", ref.role, say("{place}: {sentence}", place=ref.place, sentence=sentence))
    if match.personal:
        reason = say(
            "{place}: {names} identify persons and are not kept", place=ref.place, names=", ".join(match.personal)
        )
        notes.tell("personal_fields_dropped", ref.role, reason, float(len(match.personal)))
    counts = match.fields.get("households", "")
    if read_basis(counts) not in ("", basis):
        reason = say(
            "{place}: {field} counts {found} households, the rules ask for {basis} ones; they may differ by a quarter",
            place=ref.place, field=counts, found=word(read_basis(counts)), basis=word(basis),
        )  # fmt: skip
        notes.warn("household_basis_differs", ref.role, reason)
    tell_left(match, ref.role, ref.place, notes)


def _load(ref: LayerRef, encoding: str | None, basis: str, notes: Notes) -> Spatial:
    """Read one layer and reduce it to its canonical fields, still raw."""
    loaded = _read_one(ref, encoding)
    cut = loaded.cut if loaded.cut_names else None
    match = match_fields(ref.role, loaded.frame.columns, cut, _told(ref, loaded.frame.columns), basis)
    _tell_match(ref, match, basis, notes)
    frame = loaded.frame[list(match.fields.values())].set_axis(list(match.fields), axis=1)
    shapes = loaded.shapes
    if shapes is None:
        if not {"x", "y"} <= set(frame.columns):
            raise LayerError(say("{where}: need geometries or columns x and y, found none; add them", where=ref.where))
        shapes = from_coordinates(frame["x"], frame["y"], ref.where)
    if not len(frame) and ref.role == "buildings":
        raise LayerError(say("{where}: need at least one row, found none; check the layer", where=ref.where))
    shapes = _repair(ref, frame, unwrap(shapes), notes)
    _put_furniture_aside(ref, loaded.aside, notes)
    return Spatial(loaded, match, frame, shapes, loaded.crs)


def _repair(ref: LayerRef, frame: pd.DataFrame, shapes: Geometries, notes: Notes) -> Geometries:
    """Repair what is invalid in the file, before the snap to a millimetre adds to it."""
    fixed, broken = repair(shapes, largest=ref.role == "buildings")
    if broken.any():
        rows = np.flatnonzero(broken)
        ids = (
            to_text(frame["building_id"]).iloc[rows] if "building_id" in frame else [nth_row(i) for i in rows.tolist()]
        )
        reason = say("{count} invalid polygons are repaired, first {ids}", count=len(rows), ids=first_three(ids))
        notes.tell("geometry_repaired", ref.role, reason, float(len(rows)))
    return fixed


def _source(layer: Spatial) -> Source:
    crs = layer.known
    code = crs.to_epsg()
    loaded = layer.loaded
    return Source(
        role=layer.ref.role, path=layer.ref.path.name, layer=layer.ref.layer, rows=len(layer.frame) + len(loaded.aside),
        crs=f"EPSG:{code}" if code else crs.name, encoding=loaded.encoding, sha256=_hash(layer.ref),
        fields=dict(layer.match.fields), assumptions=tuple(loaded.assumptions),
    )  # fmt: skip


def _read_one(ref: LayerRef, encoding: str | None) -> Loaded:
    if ref.database:
        loaded: Loaded = _database().read_database(ref)
        return loaded
    return read_table(ref, encoding) if ref.path.suffix.lower() in TABLES else read_vector(ref, encoding)


def _hash(ref: LayerRef) -> str:
    return _database().hash_rows(ref) if ref.database else hash_file(ref.path)


def _database() -> ModuleType:
    return import_module("gridplan.reading.postgis")  # databases are not always read


def hash_file(path: Path) -> str:
    """Hash a file; a shapefile over its parts, in a fixed order.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
        SHA-256 in hexadecimal.
    """
    parts = [path]
    if path.suffix.lower() == ".shp":
        files = {f.suffix.lower(): f for f in path.parent.iterdir() if f.stem == path.stem}
        parts = [files[part] for part in SHAPEFILE_PARTS if part in files]
    digest = hashlib.sha256()
    for part in parts:
        with part.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
