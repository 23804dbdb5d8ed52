"""Add a households table (counts, a row a household, or a row a person) up by building and entrance."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.config import EstimateRules
from gridplan.errors import LayerError, first_three, nth_row
from gridplan.language import say, word
from gridplan.model import ENTRANCE_FIELDS
from gridplan.reading.addresses import entrance_key
from gridplan.reading.fields import Match, holds_persons, to_counts, to_flags, to_numbers, to_text
from gridplan.reading.headers import quote_names
from gridplan.reading.ledgers import COUNTS, PERSONS, Ledger, judge_ledger, may_be_persons
from gridplan.reading.locating import UNKNOWN, UNNAMED, Locator
from gridplan.reading.notes import Notes
from gridplan.reading.tables import Table
from gridplan.schema import KEY_GROUPS

_COUNTS: Final = ("households", "residents", *KEY_GROUPS)
_TEXTS: Final = ("building_id", "compound", "name", "address", "entrance", "room", "cancelled")
_PLACES: Final = ("x", "y")
_HANZI_DIGITS: Final = str.maketrans("一二三四五六七八九", "123456789")
_KEYS: Final = ("building_id", "entrance", "why", "label")
_MOST_RUNS: Final = 10_000
_CANCELLED: Final = frozenset(("注销", "已注销", "注 销", "撤销", "已撤销", "作废"))

Bring = Callable[[pd.DataFrame], pd.DataFrame]
"""Brings columns x and y to the working CRS."""


@dataclass(frozen=True, slots=True)
class Census:
    """What a households table counts.

    Parameters
    ----------
    entrances : DataFrame
        One row per building and entrance ("" = none given): `ENTRANCE_FIELDS`, all counts int64; buildings that exist
        alone.
    rows : int
        Rows of the table.
    households : int
        Households in them, set aside or not.
    has : frozenset of str
        Which of residents and the key groups the table counts.
    """

    entrances: pd.DataFrame
    rows: int
    households: int
    has: frozenset[str]

    def by_building(self) -> pd.DataFrame:
        """Add the entrances up.

        Returns
        -------
        DataFrame
            Counts by building_id, as index.
        """
        return self.entrances.drop(columns="entrance").groupby("building_id").sum()


def take_census(
    table: Table, match: Match, locator: Locator, bring: Bring, rules: EstimateRules, notes: Notes
) -> Census:
    """Add a households table up by building and entrance, chunk by chunk.

    Parameters
    ----------
    table : Table
        Counts, a row a household, or a row a person.
    match : Match
        Its fields.
    locator : Locator
        Finds the building of a row.
    bring : callable
        Brings columns x and y to the working CRS.
    rules : EstimateRules
        Persons per household, for rows that do not tell their residents.
    notes : Notes
        Takes what is assumed, and the rows that belong to no building.

    Returns
    -------
    Census
        Every row of the table is counted once, here or among those set aside.

    Raises
    ------
    LayerError
        If nothing tells the building, or values are no counts.
    """
    reader = _Reader(table, match, locator, bring, notes)
    pieces = [piece for chunk in reader.chunks() for piece in [reader.read(chunk)] if len(piece)]
    reader.check_rows()
    total = _add_up(pd.concat(pieces, ignore_index=True))
    total["residents"] = total["residents"] + (total.pop("silent") * rules.persons_per_household).round()
    total = total.astype(dict.fromkeys(["rows", *_COUNTS], "int64"))
    reader.tell(total)
    entrances = total.loc[total["why"] == "", list(ENTRANCE_FIELDS)].reset_index(drop=True)
    has = frozenset(match.fields) & frozenset(_COUNTS)
    households = int(total["households"].sum())
    return Census(
        entrances, reader.rows, households, has | ({"residents"} if reader.ledger.kind == PERSONS else frozenset())
    )


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


class _Reader:
    """Reads one table by chunks."""

    def __init__(self, table: Table, match: Match, locator: Locator, bring: Bring, notes: Notes) -> None:
        self.table, self.match, self.locator, self.bring, self.notes = table, match, locator, bring, notes
        self.where = table.ref.where
        self.ledger = Ledger(COUNTS)
        self.rows = 0
        self.values: list[str] = []

    def chunks(self) -> Iterator[pd.DataFrame]:
        """Read the columns that matter; judge what a row is by the first of them."""
        fields = self.match.fields
        wanted = [fields[c] for c in (*_TEXTS, *_COUNTS, *_PLACES) if c in fields]
        wanted += [self.match.kinds[k] for k in ("household_no", "relation", "head") if k in self.match.kinds]
        text = [name for name in wanted if name not in {fields.get(c) for c in _COUNTS}]
        for chunk in self.table.chunks(wanted, text):
            if not self.rows:
                self._begin(chunk)
            self.rows += len(chunk)
            yield chunk

    def read(self, chunk: pd.DataFrame) -> pd.DataFrame:
        """Turn a chunk into sums by building, entrance and, for those without building, reason and label."""
        chunk = self.ledger.fill_down(chunk, self.match)
        frame = self._locate(chunk)
        counts = self._counts(chunk)
        place = frame[["building_id", "entrance", "label"]]
        households = counts.get("households")
        households = self.ledger.households(place, chunk, self.match) if households is None else households
        residents = counts.get("residents", pd.Series(1.0 if self.ledger.kind == PERSONS else np.nan, chunk.index))
        frame["silent"] = households.where(residents.isna(), 0).astype("int64")
        frame["households"], frame["residents"] = households.astype("int64"), residents.fillna(0).astype("int64")
        for group in KEY_GROUPS:
            frame[group] = counts[group].fillna(0).astype("int64") if group in counts else 0
        frame["rows"], frame["first"] = 1, np.asarray(chunk.index)
        _label_runs(frame)
        return _add_up(frame)

    def check_rows(self) -> None:
        """Refuse a table without rows."""
        if not self.rows:
            raise LayerError(
                say("{where}: need at least one row, found none; fill it or take it away", where=self.where)
            )

    def tell(self, total: pd.DataFrame) -> None:
        """Set aside what belongs to no building, and say what was assumed."""
        lost = total[total["why"] != ""]
        for why, rows in lost.groupby("why", sort=True):
            label = rows["label"].where(rows["label"] != "", "row " + rows["first"].astype(str))
            label = label.where(
                (rows["label"] != "") | (rows["rows"] == 1), label + " and " + (rows["rows"] - 1).astype(str) + " more"
            )
            self.notes.put_aside("households", label, rows["households"], str(why), rows["rows"])
            code = "households_cancelled" if why == "cancelled" else "households_without_building"
            reason = say(
                "{households} households in {rows} rows are set aside ({why}), first {ids}",
                households=rows["households"].sum(), rows=rows["rows"].sum(), why=word(str(why)),
                ids=first_three(map(_say_label, label)),
            )  # fmt: skip
            self.notes.warn(code, "households", reason, float(rows["households"].sum()))
        if self.ledger.kind == PERSONS:
            self._tell_persons(total)

    def _begin(self, chunk: pd.DataFrame) -> None:
        """Judge the table by its first rows."""
        fields = self.match.fields
        for canonical in [c for c in ("building_id", "name", "compound") if c in fields]:
            if holds_persons(chunk[fields[canonical]]):
                name = fields.pop(canonical)
                self.match.personal.append(name)
                self.values.append(name)
                reason = say("{place}: {names} identify persons by their values and are not kept",
                             place=self.table.ref.place, names=name)  # fmt: skip
                self.notes.warn("personal_fields_dropped", "households", reason, 1.0)
        told = {"building_id", "address", "name"} & set(fields) or {"x", "y"} <= set(fields)
        if not told and self.values:
            raise LayerError(
                say(
                    "{where}, {names}: need ids of buildings, found numbers of identity cards or telephones, which are "
                    "not kept; give building ids, addresses or coordinates",
                    where=self.where, names=", ".join(self.values),
                )
            )  # fmt: skip
        if not told:
            raise LayerError(
                say(
                    "{where}: need building_id (楼栋编号), an address, a compound with the number of the building, or "
                    "x and y, found {names}; add or rename one of them",
                    where=self.where, names=quote_names(self.table.columns, "households"),
                )
            )  # fmt: skip
        self.ledger = judge_ledger(self.match, chunk)
        if may_be_persons(self.ledger, self.match):
            reason = say(
                "{place}: every row counts as one household; if it lists persons, add them up first",
                place=self.table.ref.place,
            )
            self.notes.warn("rows_may_be_persons", "households", reason)

    def _text(self, chunk: pd.DataFrame, canonical: str) -> pd.Series:
        name = self.match.fields.get(canonical)
        return pd.Series("", index=chunk.index, dtype=object) if name is None else to_text(chunk[name])

    def _locate(self, chunk: pd.DataFrame) -> pd.DataFrame:
        """Find building and entrance of each row; `why` and `label` where there is none."""
        ids = self._text(chunk, "building_id")
        entrance = _by_unique(self._text(chunk, "entrance"), entrance_key)
        frame = pd.DataFrame({"building_id": ids, "entrance": entrance, "why": UNNAMED, "label": ""}, dtype=object)
        frame.loc[ids != "", "why"], frame["label"] = UNKNOWN, ids
        known = self.locator.knows(ids)
        frame.loc[known, ["why", "label"]] = ""
        for found in (self._by_number, self._by_address, self._by_place):
            open_ = frame["why"].to_numpy() != ""
            if open_.any():
                found(chunk, frame, open_)
        frame.loc[frame["why"] != "", ["building_id", "entrance"]] = ""
        if "cancelled" in self.match.fields:
            said = self._text(chunk, "cancelled")
            gone = to_flags(said).fillna(value=False).to_numpy(dtype=bool) | said.isin(_CANCELLED).to_numpy()
            frame.loc[gone, ["building_id", "entrance", "label"]] = ""
            frame.loc[gone, "why"] = "cancelled"
        return frame

    def _by_number(self, chunk: pd.DataFrame, frame: pd.DataFrame, open_: NDArray[np.bool_]) -> None:
        if "name" in self.match.fields:
            compound, name = self._text(chunk, "compound")[open_], self._text(chunk, "name")[open_]
            _fill(frame, open_, *self.locator.by_number(compound, name))

    def _by_address(self, chunk: pd.DataFrame, frame: pd.DataFrame, open_: NDArray[np.bool_]) -> None:
        if "address" in self.match.fields:
            ids, why, entrance = self.locator.by_address(self._text(chunk, "address")[open_])
            own = frame.loc[open_, "entrance"].to_numpy()
            frame.loc[open_, "entrance"] = np.where(own == "", entrance, own)
            _fill(frame, open_, ids, why)

    def _by_place(self, chunk: pd.DataFrame, frame: pd.DataFrame, open_: NDArray[np.bool_]) -> None:
        if not {"x", "y"} <= set(self.match.fields):
            return
        xy = pd.DataFrame(index=chunk.index[open_])
        for axis in _PLACES:
            name = self.match.fields[axis]
            xy[axis], unreadable = to_numbers(chunk.loc[open_, name])
            if unreadable.any():
                raise LayerError(
                    say(
                        "{where}, {name}: need coordinates as numbers, found other text at {ids}; correct them",
                        where=self.where, name=name, ids=first_three(nth_row(i - 1) for i in xy.index[unreadable]),
                    )
                )  # fmt: skip
        nowhere = (xy["x"] == 0) & (xy["y"] == 0)
        moved = self.bring(xy.mask(nowhere)).to_numpy()
        _fill(frame, open_, *self.locator.by_place(moved[:, 0], moved[:, 1]))

    def _counts(self, chunk: pd.DataFrame) -> dict[str, pd.Series]:
        """Read the columns of counts; a flag of a person counts 1."""
        rows = pd.Series(chunk.index, index=chunk.index)
        counts: dict[str, Any] = {}
        for canonical in _COUNTS:
            name = self.match.fields.get(canonical)
            if name is None:
                continue
            values = chunk[name]
            if canonical in KEY_GROUPS and not pd.api.types.is_numeric_dtype(values.dtype):
                flags = to_flags(values)
                values = values.astype(object).where(flags.isna(), flags.astype("Int64").astype(object))
            counts[canonical] = to_counts(
                values, f"{self.where}, {name}", rows, name=_line, whole=canonical != "residents"
            )
        households = counts.get("households")
        if households is not None and households.isna().any():
            raise LayerError(
                say(
                    "{where}, {field}: need a count in every row, found none in lines {ids}; fill it",
                    where=self.where, field=self.match.fields["households"], ids=first_three(rows[households.isna()]),
                )
            )  # fmt: skip
        return counts

    def _tell_persons(self, total: pd.DataFrame) -> None:
        reason = say(
            "{place}: every row is a person; {persons} persons are {households} households, told apart by {field}",
            place=self.table.ref.place, persons=self.rows, households=total["households"].sum(),
            field=self.ledger.by or self.match.kinds["relation"],
        )  # fmt: skip
        self.notes.tell("rows_are_persons", "households", reason, float(self.rows))
        if self.ledger.alone:
            reason = say("{count} persons name no household and count as one each", count=self.ledger.alone)
            self.notes.warn("persons_without_household", "households", reason, float(self.ledger.alone))


def _fill(frame: pd.DataFrame, open_: NDArray[np.bool_], ids: NDArray[np.object_], why: NDArray[np.object_]) -> None:
    """Enter what was found; where nothing was, the first reason that says more than that nothing is named stays."""
    rows = np.flatnonzero(open_)
    hit = why == ""
    columns = {c: frame[c].to_numpy(dtype=object, copy=True) for c in ("building_id", "why", "label")}
    columns["building_id"][rows[hit]], columns["why"][rows[hit]], columns["label"][rows[hit]] = ids[hit], "", ""
    silent = rows[~hit & (columns["why"][rows] == UNNAMED)]
    columns["why"][silent] = why[~hit & (frame["why"].to_numpy()[rows] == UNNAMED)]
    for name, values in columns.items():
        frame[name] = values


def _label_runs(frame: pd.DataFrame) -> None:
    """Name the rows that belong to no building and have no id by their numbers: ``rows 12-40``."""
    lost = np.flatnonzero(((frame["why"] != "") & (frame["label"] == "")).to_numpy())
    if not len(lost):
        return
    numbers, why = frame["first"].to_numpy()[lost], frame["why"].to_numpy()[lost]
    starts = np.flatnonzero(np.append(True, (np.diff(numbers) != 1) | (why[1:] != why[:-1])))
    if len(starts) > _MOST_RUNS:
        return
    ends = np.append(starts[1:], len(lost)) - 1
    labels = [f"row {a}" if a == b else f"rows {a}-{b}" for a, b in zip(numbers[starts], numbers[ends], strict=True)]
    column = frame["label"].to_numpy(dtype=object, copy=True)
    column[lost] = np.repeat(np.array(labels, dtype=object), ends - starts + 1)
    frame["label"] = column


def _say_label(label: str) -> str:
    """Say the numbers of rows in the language in use; an id stays as it is."""
    run = re.fullmatch(r"rows? (\d+)(?:-(\d+))?", label)
    if run is None:
        return label
    return say("rows {first}-{last}", first=run[1], last=run[2]) if run[2] else nth_row(int(run[1]) - 1)


def _line(number: int) -> str:
    return say("line {number}", number=number)


def _by_unique(values: pd.Series, convert: Callable[[str], str]) -> pd.Series:
    codes, unique = pd.factorize(values)
    table = np.array([convert(value) for value in unique], dtype=object)
    return pd.Series(table[codes] if len(unique) else values, index=values.index, dtype=object)


def _add_up(frame: pd.DataFrame) -> pd.DataFrame:
    """Add rows up by building, entrance, reason and label."""
    sums = dict.fromkeys(["rows", "silent", *_COUNTS], "sum") | {"first": "min"}
    return frame.groupby(list(_KEYS), as_index=False, sort=False).agg(sums)
