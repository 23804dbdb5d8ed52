"""Kinds of sites and the buildings that stand on them: sizes, floors, entrances, gaps."""

from dataclasses import dataclass
from typing import Final

HOUSING: Final = "住宅"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of site.

    Parameters
    ----------
    use : str
        Planned use of its buildings (规划用途).
    types : tuple of (float, int, int, int, int)
        Types of building: length in metres, entrances, flats on a floor of an entrance (0 where nobody lives),
        fewest and most floors. Where `house` is true, flats are dwellings of the whole house.
    depth : tuple of float
        Least and greatest depth in metres.
    gap, lane : tuple of float
        Metres between buildings of a row and between rows, least and greatest.
    years : tuple of int
        First and last year of building.
    inset : float
        Metres from the edge of the site to the first building.
    fill : float
        Share of the site, from the north, that is built on; the rest is a playground or a court.
    compound : bool
        Whether the site is a compound with a name.
    house : bool
        Whether a building is a house without entrances and flats.
    """

    use: str = HOUSING
    types: tuple[tuple[float, int, int, int, int], ...]
    depth: tuple[float, float]
    gap: tuple[float, float]
    lane: tuple[float, float]
    years: tuple[int, int]
    inset: float = 6.0
    fill: float = 1.0
    compound: bool = False
    house: bool = False


KINDS: Final = {
    "slab": Kind(
        types=((32, 2, 2, 6, 6), (32, 2, 2, 6, 6), (46, 3, 2, 6, 6), (46, 3, 2, 6, 6), (60, 4, 2, 6, 7)),
        depth=(12, 13.5), gap=(10, 13), lane=(17, 22), years=(1982, 2000), compound=True,
    ),
    "works": Kind(
        types=((46, 3, 2, 5, 7), (60, 4, 2, 5, 6), (32, 2, 3, 6, 7)),
        depth=(12, 13), gap=(10, 16), lane=(18, 23), years=(1956, 1988), compound=True,
    ),
    "mid": Kind(
        types=((44, 2, 2, 11, 11), (44, 2, 2, 14, 18), (62, 3, 2, 16, 18), (44, 2, 3, 16, 18)),
        depth=(14, 16), gap=(14, 22), lane=(36, 46), years=(1999, 2016), compound=True,
    ),
    "tower": Kind(
        types=((30, 1, 8, 33, 33), (30, 1, 6, 27, 32)),
        depth=(25, 25.5), gap=(26, 40), lane=(45, 60), years=(2007, 2023), inset=10.0, compound=True,
    ),
    "villa": Kind(
        types=((13, 1, 1, 2, 3), (18, 1, 2, 2, 3)),
        depth=(11, 13), gap=(10, 13), lane=(13, 17), years=(2001, 2015), compound=True, house=True,
    ),
    "village": Kind(
        types=((10, 1, 1, 1, 1), (10, 1, 2, 1, 2), (12, 1, 3, 2, 3)),
        depth=(7, 9.5), gap=(2, 5), lane=(2, 6), years=(1965, 2005), inset=2.0, compound=True, house=True,
    ),
    "loose": Kind(
        types=((32, 2, 2, 4, 6), (46, 3, 2, 6, 7), (44, 2, 3, 8, 12)),
        depth=(12, 14), gap=(12, 20), lane=(26, 34), years=(1958, 2008),
    ),
    "shops": Kind(
        use="商业", types=((28, 1, 0, 1, 2), (42, 1, 0, 2, 3), (60, 1, 0, 2, 2)),
        depth=(9, 11), gap=(6, 10), lane=(20, 20), years=(1990, 2018), inset=0.4,
    ),
    "school": Kind(
        use="教育", types=((58, 1, 0, 4, 5), (40, 1, 0, 2, 4)),
        depth=(14, 16), gap=(14, 18), lane=(25, 30), years=(1978, 2019), fill=0.55,
    ),
    "hospital": Kind(
        use="医疗", types=((70, 1, 0, 6, 18), (48, 1, 0, 3, 8)),
        depth=(20, 24), gap=(18, 26), lane=(24, 34), years=(1972, 2018),
    ),
    "mall": Kind(
        use="商业", types=((100, 1, 0, 4, 6),), depth=(62, 70), gap=(30, 30), lane=(60, 60), years=(2005, 2020),
    ),
    "office": Kind(
        use="办公", types=((38, 1, 0, 10, 24), (54, 1, 0, 6, 14)),
        depth=(24, 28), gap=(20, 30), lane=(32, 44), years=(1996, 2020),
    ),
    "factory": Kind(
        use="工业", types=((64, 1, 0, 1, 2), (96, 1, 0, 1, 1)),
        depth=(26, 36), gap=(14, 22), lane=(16, 24), years=(1955, 2012),
    ),
}  # fmt: skip
"""Kinds by name; a site may also be "green": nothing stands on it."""

DWELLINGS: Final = tuple(name for name, kind in KINDS.items() if kind.use == HOUSING)
"""Kinds where people live."""

LANDMARK: Final = (64.0, 18.0, 4, 4, 30)
"""The 480-household tower: length, depth, entrances, flats on a floor of an entrance, floors."""
