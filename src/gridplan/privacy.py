"""Counts of key groups for others: small ones hidden, and beside them enough that no total gives them away.

A count below the least one is hidden (0 tells nothing about anybody and stays). What is left is a system of sums: the
counts of the grids add up to that of their community, those to the subdistrict and the district. The hidden counts
behind one published total are a *pool*. A pool is safe when there is a large count among them and their sum is so far
above the least it could be that each small one may be any small number. Where a pool is not safe, the first published
count beside it is hidden too, whatever its size, and where none is left, the total itself; its pool then lies behind
the next total above. What is hidden follows from published numbers and the order of the grids, never from a hidden
number, so that even who knows this method learns no count: the tests reckon it out for all small tables. Usual
secondary suppression, which hides the smallest count beside it [1]_, fails them.

References
----------
.. [1] Hundepool et al. (2012), Statistical Disclosure Control, Wiley, chapter 4.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.schema import KEY_GROUPS

LOAD_STEP: Final = 10
"""Weighted households are told to this: the load of a grid, to the tenth, would tell the counts that weigh in it."""

LEVELS: Final = ("district", "subdistrict", "community")
"""Areas whose totals are published, from the largest."""

_KEYS: Final = {
    "district": [],
    "subdistrict": ["subdistrict"],
    "community": ["subdistrict", "community_code", "community"],
}
Key = tuple[str, ...]
Frame = TypeVar("Frame", bound=pd.DataFrame)
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedCounts:
    """Counts of key groups as anybody may see them; hidden ones are missing.

    Parameters
    ----------
    grids : DataFrame of Int64, n_grids rows
        One column per key group, indexed as the grids.
    totals : dict of tuple to dict
        Key of an area -> group -> count or None. The key is () for the district, (subdistrict,) for a subdistrict and
        (subdistrict, community_code, community) for a community.
    """

    grids: pd.DataFrame
    totals: dict[Key, dict[str, int | None]]


def share_counts(grids: pd.DataFrame, min_count: int) -> SharedCounts:
    """Hide small counts of key groups, and what would give them away.

    Parameters
    ----------
    grids : DataFrame, n_grids rows
        With subdistrict, community_code, community and the key groups.
    min_count : int
        Counts from 1 to below this are hidden; 0 and 1 hide nothing.

    Returns
    -------
    SharedCounts
        The same for every export of a plan, so that two of them tell no more than one.
    """
    shown: dict[str, Any] = {}
    totals: dict[Key, dict[str, int | None]] = {}
    district = _Area.of(grids)
    for group in KEY_GROUPS:
        values = grids[group].to_numpy(dtype="int64")
        hidden = _hide(district, values, min_count)
        shown[group] = pd.Series(values, index=grids.index, dtype="Int64").mask(hidden)
        for area in district.walk():
            totals.setdefault(area.key, {})[group] = int(values[area.rows].sum()) if area.shown else None
    return SharedCounts(grids=pd.DataFrame(shown, index=grids.index), totals=totals)


def shared_grids(grids: Frame, min_count: int) -> Frame:
    """Replace the counts of key groups, and a load that they weigh in, by what anybody may see.

    Parameters
    ----------
    grids : DataFrame, n_grids rows
        With subdistrict, community_code, community and the key groups.
    min_count : int
        Counts from 1 to below this are hidden.

    Returns
    -------
    DataFrame, n_grids rows
        The same with nullable key groups; `load` is rounded where it is not just the households.
    """
    shown = share_counts(grids, min_count).grids
    weighted = min_count > 1 and bool((grids["load"] != grids["households"]).any())
    load = (grids["load"] / LOAD_STEP).round() * LOAD_STEP if weighted else grids["load"]
    return grids.assign(**{group: shown[group] for group in KEY_GROUPS}, load=load)


def _hide(district: "_Area", values: Ints, least: int) -> Bools:
    hidden: Bools = (values > 0) & (values < least)
    for area in district.walk():
        area.shown, area.safe = True, False
    _settle(district, values, hidden, least)
    return hidden


@dataclass(slots=True)
class _Area:
    """A district, a subdistrict or a community: its grids; is its total published, over a safe pool."""

    key: Key
    rows: Ints
    parts: list["_Area"] = field(default_factory=list)
    shown: bool = True
    safe: bool = False

    @classmethod
    def of(cls, grids: pd.DataFrame, level: int = 0, key: Key = (), rows: Ints | None = None) -> "_Area":
        """Build the areas from the columns of the grids."""
        rows = np.arange(len(grids)) if rows is None else rows
        if level + 1 == len(LEVELS):
            return cls(key, rows)
        names: Sequence[str] = _KEYS[LEVELS[level + 1]]
        groups = grids.iloc[rows][names].astype(str).groupby(list(names), sort=True).indices
        parts = [cls.of(grids, level + 1, k if isinstance(k, tuple) else (str(k),), rows[i]) for k, i in groups.items()]
        return cls(key, rows, parts)

    def walk(self) -> Iterator["_Area"]:
        """Visit the area and all inside it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def open_rows(self) -> Ints:
        """List the grids between which and this area no other total is published."""
        if not self.parts:
            return self.rows
        return np.concatenate([np.zeros(0, np.int64), *(p.open_rows() for p in self.parts if not p.shown)])

    def closed_parts(self) -> Iterator["_Area"]:
        """Visit the areas inside whose totals are published and add up, with the open grids, to this one."""
        for part in self.parts:
            yield from (part,) if part.shown else part.closed_parts()

    def safe_pools(self) -> int:
        """Count the safe pools inside that were opened after all: each has bound the sum once."""
        return sum(p.safe_pools() + p.safe for p in self.parts if not p.shown)


def _settle(area: _Area, values: Ints, hidden: Bools, least: int) -> None:
    """Make the pool behind a total safe, or hide the total; the areas inside come first."""
    for part in area.parts:
        _settle(part, values, hidden, least)
    while len(pool := _pool(area, hidden)) and not _safe(pool, values, least, area.safe_pools() + 1):
        if not _widen(area, values, hidden):
            area.shown = False
            return
    area.safe = len(pool) > 0


def _pool(area: _Area, hidden: Bools) -> Ints:
    rows = area.open_rows()
    return rows[hidden[rows]]


def _safe(pool: Ints, values: Ints, least: int, times: int) -> bool:
    """Whether there is a large count among the hidden ones, and their sum is far enough above the least it can be."""
    large = int((values[pool] >= least).sum())
    spare = int(values[pool].sum()) - large * least - (len(pool) - large)
    return large > 0 and spare >= times * (least - 1)


def _widen(area: _Area, values: Ints, hidden: Bools) -> bool:
    """Hide the first published count behind the total, or the total of the first area inside that has one."""
    rows = area.open_rows()
    counts = rows[~hidden[rows] & (values[rows] > 0)]
    if len(counts):
        hidden[counts[0]] = True
        return True
    part = next((p for p in area.closed_parts() if values[p.rows].any()), None)
    if part is None:
        return False
    part.shown = False
    while not len(_pool(part, hidden)):
        _widen(part, values, hidden)
    return True
