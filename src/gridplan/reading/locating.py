"""Find the building that a row of a households table means: by id, by compound and number, by address, by place."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.reading.addresses import Reader, number_key, place_key, without_area
from gridplan.reading.crs import Geometries
from gridplan.reading.fields import to_text
from gridplan.reading.shapes import is_missing

UNKNOWN: Final = "no building has this id"
UNNAMED: Final = "no building is named"
NOWHERE: Final = "no building has this address"
SEVERAL: Final = "several buildings have this address"
FAR: Final = "no building is near"

Texts = NDArray[np.object_]

_FOUND: Final = ""


@dataclass(slots=True)
class Locator:
    """Knows the buildings by id, by (compound or street, number), and by place.

    Parameters
    ----------
    ids : Series of str, n values
        Ids of the buildings.
    shapes : object[n]
        Their geometries in the working CRS, or None.
    reach_m : float
        A point farther than this from every building belongs to none.
    texts : (Series of str, Series of str, Series of str) or None
        Compound, name or number, and address of each building; "" = unknown. They are learned when first asked for.
    """

    ids: pd.Series
    shapes: Geometries
    reach_m: float
    texts: tuple[pd.Series, pd.Series, pd.Series] | None = None
    _known: frozenset[str] = field(init=False)
    _by_address: dict[tuple[str, str], str] = field(default_factory=dict)
    _places: set[str] = field(default_factory=set)
    _tails: dict[str, str] = field(default_factory=dict)
    _tree: shapely.STRtree | None = None
    _reader: Reader = field(default_factory=Reader)

    def __post_init__(self) -> None:
        """Remember the ids."""
        self._known = frozenset(self.ids)

    def _learn(self) -> None:
        """Learn the addresses of the buildings, once."""
        if self.texts is None:
            return
        (compound, name, address), self.texts = self.texts, None
        names, addresses = self._reader.read(name), self._reader.read(address)
        rows = zip(self.ids, compound, name, names, addresses, strict=True)
        for one, estate, own, told, full in rows:
            number = number_key(own) or full.number
            keys = {(place_key(estate), number), (told.place, told.number)}
            keys |= {(full.place, full.number), (without_area(full.place), full.number), (full.place, number)}
            for place, figure in keys:
                if place and figure:
                    self._places.add(place)
                    same = self._by_address.setdefault((place, figure), one)
                    self._by_address[place, figure] = one if same == one else ""

    def knows(self, ids: pd.Series) -> NDArray[np.bool_]:
        """Tell which ids are those of buildings.

        Parameters
        ----------
        ids : Series of str
            Ids.

        Returns
        -------
        bool[n]
            True where there is such a building.
        """
        codes, unique = pd.factorize(ids)
        return np.array([one in self._known for one in unique], dtype=bool)[codes]

    def by_number(self, compound: pd.Series, name: pd.Series) -> tuple[Texts, Texts]:
        """Find buildings by compound and number.

        Parameters
        ----------
        compound, name : Series of str, m values
            As they stand in the table.

        Returns
        -------
        ids, reasons : object[m]
            The id, or "" and why there is none.
        """
        self._learn()
        pairs = pd.MultiIndex.from_arrays([compound, name])
        codes, unique = pairs.factorize()
        found = [self._pair(place, number) for place, number in unique]
        return _columns(found, codes)

    def by_address(self, texts: pd.Series) -> tuple[Texts, Texts, Texts]:
        """Find buildings by address.

        Parameters
        ----------
        texts : Series of str, m values
            Addresses as they stand in the table.

        Returns
        -------
        ids, reasons, entrances : object[m]
            The id, or "" and why there is none; the entrance the address names.
        """
        self._learn()
        read = self._reader.read(texts.to_numpy(dtype=object).tolist())
        found = {key: self._find(*key) for key in {(a.place, a.number) for a in read}}
        ids, reasons = _columns([found[a.place, a.number] for a in read], None)
        entrances = np.empty(len(read), dtype=object)
        entrances[:] = [a.entrance for a in read]
        return ids, reasons, entrances

    def by_place(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[Texts, Texts]:
        """Find buildings by place: the one around a point, else the nearest within reach.

        Parameters
        ----------
        x, y : float64[m]
            In the working CRS; NaN = unknown.

        Returns
        -------
        ids, reasons : object[m]
            The id, or "" and why there is none.
        """
        there = np.flatnonzero(~is_missing(self.shapes))
        if self._tree is None:
            self._tree = shapely.STRtree(self.shapes[there])
        ids, reasons = np.full(len(x), "", dtype=object), np.full(len(x), UNNAMED, dtype=object)
        known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        reasons[known] = FAR
        points = shapely.points(x[known], y[known])
        asked, hit = self._tree.query_nearest(points, max_distance=self.reach_m, all_matches=True)
        table = pd.DataFrame({"row": asked, "id": self.ids.to_numpy(dtype=object)[there[hit]]})
        # Where several are as near, as a tower on its podium, the smallest footprint is meant, then the first id.
        table["area"] = np.round(shapely.area(self.shapes[there[hit]]), 3)
        first = table.sort_values(["row", "area", "id"]).drop_duplicates("row")
        ids[known[first["row"]]], reasons[known[first["row"]]] = first["id"].to_numpy(), _FOUND
        return ids, reasons

    def _pair(self, compound: str, name: str) -> tuple[str, str]:
        if not compound and not name:
            return "", UNNAMED
        if name in self._known and not compound:
            return name, _FOUND
        told = self._reader.read([name])[0]
        place = place_key(compound) or told.place
        return self._find(place, number_key(name))

    def _find(self, place: str, number: str) -> tuple[str, str]:
        if not place and not number:
            return "", UNNAMED
        one = self._by_address.get((place, number))
        if one is None:
            one = self._by_address.get((self._tail(place), number))
        if one is None:
            return "", NOWHERE
        return (one, _FOUND) if one else ("", SEVERAL)

    def _tail(self, place: str) -> str:
        """Longest known place at the end of a text: what stands before it is city, street and number."""
        if place not in self._tails:
            ends = (place[i:] for i in range(1, len(place) - 1))
            self._tails[place] = next((end for end in ends if end in self._places), "")
        return self._tails[place]


def make_locator(
    ids: pd.Series, frame: pd.DataFrame, shapes: Geometries, compounds: tuple[pd.Series, Geometries] | None,
    reach_m: float,
) -> Locator:  # fmt: skip
    """Learn the buildings of a layer.

    Parameters
    ----------
    ids : Series of str, n values
        Ids.
    frame : DataFrame, n rows
        Raw values under canonical names.
    shapes : object[n]
        Geometries in the working CRS, or None.
    compounds : (Series of str, object[m]) or None
        Names and polygons of the compounds, for buildings that name none.
    reach_m : float
        How far a point may lie from its building.

    Returns
    -------
    Locator
        It does not depend on the order of the buildings.
    """
    empty = pd.Series("", index=ids.index)
    texts = [to_text(frame[c]) if c in frame else empty for c in ("compound", "name", "address")]
    if compounds is not None:
        texts[0] = texts[0].mask(texts[0] == "", _around(shapes, *compounds))
    return Locator(ids, shapes, reach_m, (texts[0], texts[1], texts[2]))


def _around(shapes: Geometries, names: pd.Series, polygons: Geometries) -> pd.Series:
    """Name the compound around each building."""
    spots = shapely.point_on_surface(shapes)
    row, hit = shapely.STRtree(polygons).query(spots, predicate="intersects")
    found = pd.DataFrame({"row": row, "name": names.to_numpy(dtype=object)[hit]}).sort_values(["row", "name"])
    around = np.full(len(shapes), "", dtype=object)
    first = found.drop_duplicates("row")
    around[first["row"]] = first["name"]
    return pd.Series(around)


def _columns(found: Sequence[tuple[str, str]], codes: NDArray[np.intp] | None) -> tuple[Texts, Texts]:
    pairs = np.empty((len(found), 2), dtype=object)
    if found:
        pairs[:] = found
    if codes is not None:
        pairs = pairs[codes]
    return pairs[:, 0].copy(), pairs[:, 1].copy()
