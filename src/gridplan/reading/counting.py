"""Decide how many households and residents each building has: by table, by column, or by estimate."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.config import EstimateRules
from gridplan.errors import first_three, nth_row
from gridplan.language import join, say, word
from gridplan.reading.crs import Geometries
from gridplan.reading.estimates import estimate, tell_residential
from gridplan.reading.fields import Match, to_counts, to_numbers, to_text
from gridplan.reading.households import Census
from gridplan.reading.notes import Notes
from gridplan.schema import KEY_GROUPS

_MEASURES: Final = ("suites", "entrances", "flats_per_landing", "floors", "living_area_m2", "floor_area_m2", "year")


@dataclass(slots=True)
class RawBuildings:
    """Buildings as read: raw values under canonical names, geometries in the working CRS.

    Parameters
    ----------
    where : str
        Layer, as messages name it.
    frame : DataFrame, n rows
        Raw values, indexed 0..n-1.
    shapes : object[n]
        Geometries or None.
    match : Match
        Names of the fields in the file.
    notes : Notes
        Takes what is assumed.
    ids : Series of str, n values
        The ids, or "row 1", "row 2" while there are none.
    """

    where: str
    frame: pd.DataFrame
    shapes: Geometries
    match: Match
    notes: Notes
    ids: pd.Series = field(init=False)

    def __post_init__(self) -> None:
        """Name the rows."""
        rows = pd.Series([nth_row(i) for i in range(len(self.frame))], dtype=object)
        self.ids = to_text(self.frame["building_id"]) if "building_id" in self.frame else rows

    def counts(self, name: str, *, whole: bool = True) -> pd.Series:
        """Read a column of counts.

        Parameters
        ----------
        name : str
            Canonical field.
        whole : bool
            Refuse 12.5; else it is rounded.

        Returns
        -------
        Series of float64
            Whole numbers >= 0; NaN where unknown, everywhere if there is no such column.

        Raises
        ------
        LayerError
            If values are no counts.
        """
        if name not in self.frame:
            return pd.Series(np.nan, index=self.frame.index)
        return to_counts(self.frame[name], f"{self.where}, {self.match.fields[name]}", self.ids, whole=whole)

    def residents(self) -> pd.Series:
        """Read the column of residents; one that is 0 everywhere was never filled in.

        Returns
        -------
        Series of float64
            Whole numbers >= 0; NaN where unknown.
        """
        residents = self.counts("residents", whole=False)
        return residents if (residents > 0).any() else residents.mask(residents == 0)

    def measures(self) -> pd.DataFrame:
        """Read the numbers that only serve estimates: what cannot be read is unknown, and said.

        Returns
        -------
        DataFrame of float64
            NaN where unknown.
        """
        found = {}
        for name in _MEASURES:
            if name not in self.frame:
                continue
            found[name], unreadable = to_numbers(self.frame[name])
            if unreadable.any():
                reason = say(
                    "{field} is no number at {ids}; it counts as unknown",
                    field=self.match.fields[name],
                    ids=first_three(self.ids[unreadable]),
                )
                self.notes.warn("number_unreadable", "buildings", reason, float(unreadable.sum()))
        return pd.DataFrame(found, index=self.frame.index)


def count(
    raw: RawBuildings,
    census: Census | None,
    measures: pd.DataFrame,
    ground_m2: NDArray[np.float64],
    rules: EstimateRules,
) -> pd.DataFrame:
    """Count the households and residents of every building.

    Parameters
    ----------
    raw : RawBuildings
        The buildings, n rows.
    census : Census or None
        What the households table counts: it wins over the columns of the buildings.
    measures : DataFrame, n rows
        What `RawBuildings.measures` gives.
    ground_m2 : float64[n]
        Footprints, without the ground of others that stand on them.
    rules : EstimateRules
        The rates.

    Returns
    -------
    DataFrame, n rows
        households (int64), source ("" at 0), residents and the key groups (int64).

    Raises
    ------
    LayerError
        If values are no counts.
    """
    column = raw.counts("households")
    totals, known = pd.DataFrame(index=column.index), column
    if census is not None:
        totals = census.by_building().reindex(raw.ids).fillna(0).reset_index(drop=True)
        known = totals["households"]
        _compare(raw, known, column)
    counted = known.notna().to_numpy()
    households = known.fillna(0).to_numpy("int64", copy=True)
    source = np.where(households > 0, "counted", "").astype(object)
    if not counted.all():
        guess, how = estimate(_evidence(raw, measures), ground_m2, rules)
        households[~counted], source[~counted] = guess[~counted], how[~counted]
    frame = pd.DataFrame({"households": households, "source": pd.Series(source, dtype="str")})
    _tell_estimates(raw, frame, counted)
    taken = totals["residents"] if census is not None and "residents" in census.has else raw.residents()
    frame["residents"] = _complete_residents(raw, frame["households"], taken, rules)
    for group in KEY_GROUPS:
        members = totals[group] if census is not None and group in census.has else raw.counts(group)
        frame[group] = members.fillna(0).astype("int64")
    return frame


def _compare(raw: RawBuildings, table: pd.Series, column: pd.Series) -> None:
    """Say where a column of the buildings differs from the households table."""
    differ = column.notna() & (column != table)
    if differ.any():
        reason = say(
            "the households table counts {table:.0f} households, the buildings' column {column:.0f}; they differ at "
            "{count} buildings, first {ids}; the table is taken",
            table=table.sum(),
            column=column.sum(),
            count=differ.sum(),
            ids=first_three(raw.ids[differ]),
        )
        raw.notes.warn("households_differ", "buildings", reason, float(table.sum() - column.sum()))


def _evidence(raw: RawBuildings, measures: pd.DataFrame) -> pd.DataFrame:
    """Collect what households can be estimated from."""
    residents, residential = raw.residents(), tell_residential(raw.frame)
    empty = residential.fillna(value=False) & (residents == 0)
    if empty.any():
        reason = say("{count} residential buildings have 0 residents and count as empty", count=empty.sum())
        raw.notes.tell("residential_but_empty", "buildings", reason, float(empty.sum()))
    return measures.assign(residents=residents, residential=residential)


def _tell_estimates(raw: RawBuildings, frame: pd.DataFrame, counted: NDArray[np.bool_]) -> None:
    if counted.all():
        return
    total, guessed = int(frame["households"].sum()), frame[~counted & (frame["households"] > 0)]
    estimated = int(guessed["households"].sum())
    ways = guessed.groupby("source")["households"].sum()
    how = [say("{count} by {way}", count=count, way=word(str(way))) for way, count in ways.items()]
    share = estimated / total if total else 0.0
    reason = say(
        "{estimated} of {total} households ({share:.0%}) are estimated: {how}",
        estimated=estimated,
        total=total,
        share=share,
        how=join(how) or word("none"),
    )
    raw.notes.warn("households_estimated", "buildings", reason, share)


def _complete_residents(
    raw: RawBuildings, households: pd.Series, residents: pd.Series, rules: EstimateRules
) -> pd.Series:
    """Fill unknown residents from the households."""
    silent = residents.isna() & (households > 0)
    if silent.any():
        rate = rules.persons_per_household
        reason = say("residents of {count} buildings are taken as {rate} per household", count=silent.sum(), rate=rate)
        raw.notes.tell("residents_estimated", "buildings", reason, float(silent.mean()))
    return residents.fillna((households * rules.persons_per_household).round()).astype("int64")
