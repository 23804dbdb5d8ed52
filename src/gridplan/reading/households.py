"""Add a households table (one row a household, or counts) up by building and entrance."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from gridplan.config import EstimateRules
from gridplan.errors import LayerError, first_three
from gridplan.language import say
from gridplan.model import ENTRANCE_FIELDS
from gridplan.reading.fields import Match, to_counts, to_text
from gridplan.reading.notes import Notes
from gridplan.reading.sources import name_key
from gridplan.reading.tables import Table
from gridplan.schema import KEY_GROUPS

_KEYS: Final = ("building_id", "entrance")
_COUNTS: Final = ("households", "residents", *KEY_GROUPS)
_HANZI_DIGITS: Final = str.maketrans("一二三四五六七八九", "123456789")
_ONE_A_PERSON: Final = frozenset(name_key(name) for name in ("与户主关系", "姓名", "身份证号码", "身份证号"))


@dataclass(frozen=True, slots=True)
class Census:
    """What a households table counts.

    Parameters
    ----------
    entrances : DataFrame
        One row per building and entrance ("" = none given): `ENTRANCE_FIELDS`, all counts int64.
    rows : int
        Rows of the table.
    has : frozenset of str
        Which of residents and the key groups the table counts.
    """

    entrances: pd.DataFrame
    rows: int
    has: frozenset[str]

    def by_building(self) -> pd.DataFrame:
        """Add the entrances up.

        Returns
        -------
        DataFrame
            Counts by building_id, as index.
        """
        return self.entrances.drop(columns="entrance").groupby("building_id").sum()


def take_census(table: Table, match: Match, rules: EstimateRules, notes: Notes) -> Census:
    """Add a households table up by building and entrance, chunk by chunk.

    Parameters
    ----------
    table : Table
        One row a household, or a count of households in every row.
    match : Match
        Its fields.
    rules : EstimateRules
        Persons per household, for rows that do not tell their residents.
    notes : Notes
        Takes what is assumed.

    Returns
    -------
    Census
        Every row of the table counted once; rows without building under the id "".

    Raises
    ------
    LayerError
        If there is no building_id, or values that are no counts.
    """
    if "building_id" not in match.fields:
        raise LayerError(
            say(
                "{where}: need building_id (楼栋编号), found {names}; add or rename it",
                where=table.ref.where,
                names=", ".join(table.columns),
            )
        )
    persons = [n for n in match.personal if name_key(n) in _ONE_A_PERSON]
    if persons and "households" not in match.fields:
        reason = say(
            "{place}: every row counts as one household; if it lists persons, add them up first", place=table.ref.place
        )
        notes.warn("rows_may_be_persons", "households", reason)
    pieces, rows = [], 0
    for chunk in _chunks(table, match):
        pieces.append(_add_up(_read_chunk(chunk, table.ref.where, match, rows)))
        rows += len(chunk)
    if not rows:
        raise LayerError(
            say("{where}: need at least one row, found none; fill it or take it away", where=table.ref.where)
        )
    total = _add_up(pd.concat(pieces, ignore_index=True))
    total["residents"] = total["residents"] + (total.pop("silent") * rules.persons_per_household).round()
    counts = ["households", "residents", *KEY_GROUPS]
    total = total.astype(dict.fromkeys(counts, "int64"))
    return Census(total[list(ENTRANCE_FIELDS)], rows, frozenset(match.fields) & frozenset(_COUNTS))


def natural_key(entrance: str) -> tuple[tuple[int, int, str], ...]:
    """Order entrances as people do: 1, 2, 10.

    Parameters
    ----------
    entrance : str
        For example ``2单元``.

    Returns
    -------
    tuple
        Key to sort by.
    """
    parts = re.findall(r"\d+|\D+", entrance.translate(_HANZI_DIGITS))
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts)


def sort_entrances(frame: pd.DataFrame) -> pd.DataFrame:
    """Sort entrances by building, and naturally inside it.

    Parameters
    ----------
    frame : DataFrame
        With building_id and entrance.

    Returns
    -------
    DataFrame
        Sorted, with a new index.
    """
    ranks = {e: i for i, e in enumerate(sorted(frame["entrance"].unique(), key=lambda e: (natural_key(e), e)))}
    order = frame.assign(rank=frame["entrance"].map(ranks)).sort_values(["building_id", "rank"], kind="stable")
    return order.drop(columns="rank").reset_index(drop=True)


def _line(number: int) -> str:
    return say("line {number}", number=number)


def _chunks(table: Table, match: Match) -> Iterator[pd.DataFrame]:
    wanted = {c: match.fields[c] for c in (*_KEYS, *_COUNTS) if c in match.fields}
    text = [wanted[c] for c in _KEYS if c in wanted]
    for chunk in table.chunks(list(wanted.values()), text):
        yield chunk.rename(columns={name: canonical for canonical, name in wanted.items()})


def _read_chunk(chunk: pd.DataFrame, where: str, match: Match, start: int) -> pd.DataFrame:
    """Turn a chunk into keys and whole numbers; `silent` counts the households that do not tell their residents."""
    lines = pd.Series(np.arange(start + 2, start + 2 + len(chunk)), index=chunk.index)
    frame = pd.DataFrame({k: chunk.get(k, "") for k in _KEYS}, index=chunk.index)
    counts = {
        c: to_counts(chunk[c], f"{where}, {match.fields[c]}", lines, name=_line, whole=c != "residents")
        for c in _COUNTS
        if c in chunk
    }
    households = counts.get("households", pd.Series(1.0, index=chunk.index))
    if households.isna().any():
        empty = first_three(lines[households.isna()])
        raise LayerError(
            say(
                "{where}, {field}: need a count in every row, found none in lines {ids}; fill it",
                where=where,
                field=match.fields["households"],
                ids=empty,
            )
        )
    residents = counts.get("residents", pd.Series(np.nan, index=chunk.index))
    frame["silent"] = households.where(residents.isna(), 0).astype("int64")
    frame["households"], frame["residents"] = households.astype("int64"), residents.fillna(0).astype("int64")
    for group in KEY_GROUPS:
        frame[group] = counts[group].fillna(0).astype("int64") if group in counts else 0
    return frame


def _add_up(frame: pd.DataFrame) -> pd.DataFrame:
    """Add rows up by building and entrance; the keys are cleaned once per distinct value."""
    for key in _KEYS:
        frame[key] = to_text(frame[key])
    return frame.groupby(list(_KEYS), as_index=False, sort=False).sum()
