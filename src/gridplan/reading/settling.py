"""Give every layer the CRS its numbers are in: what the file says, corrected where the numbers contradict it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from gridplan.errors import CRSError, LayerError
from gridplan.language import join, say, word
from gridplan.reading.crs import LOCAL, Geometries, describe, to_degrees, transformation
from gridplan.reading.fields import Match
from gridplan.reading.guessing import fitting_crs, guess_crs, is_degrees, is_swapped, same_meridian
from gridplan.reading.notes import Notes
from gridplan.reading.sources import LayerRef
from gridplan.reading.vectors import Loaded, middle

_FAR_KM: Final = 20.0
_NEAR_KM: Final = 5.0
_WIDEST_LOCAL_M: Final = 200_000
_TAILS: Final = (0.05, 0.95)

Place = tuple[float, float]


@dataclass(slots=True)
class Spatial:
    """A layer with geometry on its way in.

    Parameters
    ----------
    loaded : Loaded
        As in the file.
    match : Match
        Its fields.
    frame : DataFrame, n rows
        Raw values under canonical names.
    shapes : object[n]
        Geometries or None.
    crs : CRS or None
        None until it is known.
    """

    loaded: Loaded
    match: Match
    frame: pd.DataFrame
    shapes: Geometries
    crs: CRS | None

    @property
    def ref(self) -> LayerRef:
        """Where it lies.

        Returns
        -------
        LayerRef
            Role and file.
        """
        return self.loaded.ref

    @property
    def known(self) -> CRS:
        """Give its CRS, once it is known.

        Returns
        -------
        CRS
            Its CRS.

        Raises
        ------
        CRSError
            If it is not known.
        """
        if self.crs is None:
            raise CRSError(say("{where}: need a CRS, found none; give --crs", where=self.ref.where))
        return self.crs


def settle_crs(spatial: Mapping[str, Spatial], told: CRS | None, notes: Notes) -> Place:
    """Give every layer its CRS, in place.

    Parameters
    ----------
    spatial : mapping of str to Spatial
        Role -> layer; with buildings.
    told : CRS or None
        What the user says of layers that tell no CRS, or a wrong one.
    notes : Notes
        Takes what is assumed.

    Returns
    -------
    tuple of float
        Longitude and latitude of the district; NaN on a local grid.

    Raises
    ------
    CRSError
        If a CRS cannot be told, contradicts the others, or lies in another place than they do.
    """
    houses = spatial["buildings"]
    if np.isnan(middle(houses.shapes)[0]):
        raise LayerError(
            say(
                "{where}: need at least one building with a geometry, found none; check the layer",
                where=houses.ref.where,
            )
        )
    real = [layer for layer in spatial.values() if not np.isnan(middle(layer.shapes)[0])]
    for layer in real:
        _straighten(layer, notes)
    if told == LOCAL or (told is None and _are_local(real)):
        _take_local(spatial, real, notes)
        return float("nan"), float("nan")
    anchor = _anchor(real)
    for layer in real:
        if layer.crs is None:
            _assume(layer, told, anchor, notes)
            anchor = anchor or to_degrees(layer.known, *middle(layer.shapes))
    for layer in spatial.values():
        layer.crs = layer.crs or houses.known
    _check_places(real, told, notes)
    place = to_degrees(houses.known, *middle(houses.shapes))
    if not np.isfinite(place).all():
        raise CRSError(
            say("{where}: need coordinates inside their CRS, found others; give --crs", where=houses.ref.where)
        )
    return place


def _straighten(layer: Spatial, notes: Notes) -> None:
    """Swap axes that are swapped, and forget a CRS that the numbers contradict."""
    x, y = middle(layer.shapes)
    if is_swapped(x, y, layer.crs):
        layer.shapes = shapely.transform(layer.shapes, lambda xy: xy[:, ::-1])
        sentence = say("{place} has x and y swapped: they are swapped back", place=layer.ref.place)
        layer.loaded.assumptions.append(sentence)
        notes.warn("axes_swapped", layer.ref.role, sentence)
        x, y = y, x
    if layer.crs is None:
        return
    other = same_meridian(layer.crs, x)
    if other is None and layer.crs.is_geographic == is_degrees(x, y):
        return
    if other is None and layer.crs.is_projected and not is_degrees(x, y):
        return
    sentence = say(
        "{place} says {crs}, which numbers like {x:.6g}, {y:.6g} contradict",
        place=layer.ref.place, crs=describe(layer.crs), x=x, y=y,
    )  # fmt: skip
    layer.loaded.assumptions.append(sentence)
    notes.warn("crs_contradicted", layer.ref.role, sentence)
    layer.crs = other
    if other is not None:
        _tell(layer, say("judged by the size of its numbers"), notes, weighty=True)


def _anchor(real: Iterable[Spatial]) -> Place | None:
    """Find where a layer with a known CRS lies, the buildings first."""
    for layer in sorted(real, key=lambda one: one.ref.role != "buildings"):
        if layer.crs is not None:
            place = to_degrees(layer.crs, *middle(layer.shapes))
            if np.isfinite(place).all():
                return place
    return None


def _assume(layer: Spatial, told: CRS | None, anchor: Place | None, notes: Notes) -> None:
    """Take the CRS the user told where the numbers agree with it, else guess."""
    x, y = middle(layer.shapes)
    if told is not None and told.is_geographic == is_degrees(x, y):
        layer.crs = told
        _tell(layer, say("as told"), notes, weighty=False)
    else:
        layer.crs = guess_crs(x, y, anchor, layer.ref.where)
        _tell(layer, say("judged by the size of its numbers"), notes, weighty=True)


def _tell(layer: Spatial, how: str, notes: Notes, *, weighty: bool) -> None:
    sentence = say(
        "{place} does not tell its CRS: taken as {crs} ({name}), {how}",
        place=layer.ref.place, crs=layer.known.to_string(), name=layer.known.name, how=how,
    )  # fmt: skip
    layer.loaded.assumptions.append(sentence)
    (notes.warn if weighty else notes.tell)("crs_assumed", layer.ref.role, sentence)


def _are_local(real: list[Spatial]) -> bool:
    """Tell whether no layer tells a CRS, no known one fits any, and all lie together."""
    if any(layer.crs is not None for layer in real):
        return False
    if any(fitting_crs(*middle(layer.shapes), None) for layer in real):
        return False
    boxes = np.array([_box(layer.shapes) for layer in real])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return bool(1 < (high - low).max() < _WIDEST_LOCAL_M and np.abs(boxes).max() < 1e7)  # noqa: PLR2004


def _take_local(spatial: Mapping[str, Spatial], real: list[Spatial], notes: Notes) -> None:
    placed = [layer.ref.where for layer in real if layer.crs is not None]
    if placed:
        raise CRSError(
            say("--crs: need layers without CRS for a local grid, found one in {places}; give the CRS of the grid",
                places=join(placed))
        )  # fmt: skip
    for layer in spatial.values():
        layer.crs = LOCAL
        layer.loaded.assumptions.append(say("taken as a local metric grid"))
    sentence = say(
        "no layer tells its CRS and no known one fits: all are taken as one local metric grid in metres; the plan has "
        "no place on the globe, and no grids.geojson is written"
    )
    notes.warn("crs_local", "buildings", sentence)


def _box(shapes: Geometries) -> tuple[float, float, float, float]:
    """Box around most of a layer, which outliers do not stretch."""
    bounds = shapely.bounds(shapes)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    low, high = np.quantile(bounds[:, :2], _TAILS[0], axis=0), np.quantile(bounds[:, 2:], _TAILS[1], axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _check_places(real: list[Spatial], told: CRS | None, notes: Notes) -> None:
    """Refuse a layer that lies far from the others where its numbers fit them in another CRS."""
    suspects, group = _apart(real)
    faults = []
    for layer in suspects:
        near = [crs for crs in _alternatives(layer, group, told) if _gap_km(_reach(layer, crs), group) < _NEAR_KM]
        km = _gap_km(_reach(layer, layer.known), group)
        if told is not None and told in near:
            sentence = say(
                "{place} says {crs}, where it lies {km:.0f} km from the other layers: taken as {told}, as told",
                place=layer.ref.place, crs=describe(layer.known), km=km, told=describe(told),
            )  # fmt: skip
            layer.crs = told
            layer.loaded.assumptions.append(sentence)
            notes.warn("crs_corrected", layer.ref.role, sentence)
        elif near:
            faults.append(
                say(
                    "{where}: need the CRS of its numbers, found {crs}, where it lies {km:.0f} km from the other "
                    "layers; correct it, or give --crs {code}, which fits",
                    where=layer.ref.where, crs=describe(layer.known), km=km, code=near[0].to_epsg() or near[0].name,
                )
            )  # fmt: skip
        elif np.isfinite(km):
            reason = say("{role} lies {km:.0f} km from the buildings; check its CRS", role=word(layer.ref.role), km=km)
            notes.warn("layer_far_away", layer.ref.role, reason, km * 1000)
    if faults:
        raise CRSError(join(faults, "\n"))


def _apart(real: list[Spatial]) -> tuple[list[Spatial], list[tuple[float, ...]]]:
    """Tell the layers that lie apart from those they must meet: the buildings, unless all others meet without them."""
    reach = [_reach(layer, layer.known) for layer in real]
    first = next(i for i, layer in enumerate(real) if layer.ref.role == "buildings")
    far = [i for i in range(len(real)) if not _gap_km(reach[i], [reach[first]]) < _FAR_KM]
    others = [i for i in range(len(real)) if i != first]
    together = all(_gap_km(reach[i], [reach[others[0]]]) < _FAR_KM for i in others)
    if len(others) > 1 and len(far) == len(others) and together:
        return [real[first]], [reach[i] for i in others]
    return [real[i] for i in far], [r for i, r in enumerate(reach) if i not in far]


def _alternatives(layer: Spatial, group: list[tuple[float, ...]], told: CRS | None) -> list[CRS]:
    """List the CRS the numbers of a layer may be in, the told one first."""
    middle_of = np.mean([[(b[0] + b[2]) / 2, (b[1] + b[3]) / 2] for b in group], axis=0)
    fits = fitting_crs(*middle(layer.shapes), (float(middle_of[0]), float(middle_of[1])))
    return ([told] if told is not None else []) + [crs for crs in fits if crs != layer.crs]


def _reach(layer: Spatial, crs: CRS) -> tuple[float, ...]:
    """Box of a layer in degrees; infinite where it lies outside its CRS."""
    left, low, right, high = _box(layer.shapes)
    project = transformation(crs, CRS.from_epsg(4326), layer.ref.where)
    lon, lat = project(np.array([left, right, left, right]), np.array([low, low, high, high]))
    return float(np.min(lon)), float(np.min(lat)), float(np.max(lon)), float(np.max(lat))


def _gap_km(one: tuple[float, ...], group: list[tuple[float, ...]]) -> float:
    """Kilometres between a box in degrees and the nearest of others."""
    gaps = []
    for other in group:
        east = max(one[0] - other[2], other[0] - one[2], 0.0) * np.cos(np.radians((one[1] + other[1]) / 2))
        north = max(one[1] - other[3], other[1] - one[3], 0.0)
        gaps.append(111.2 * float(np.hypot(east, north)))
    return min(gaps, default=0.0)
