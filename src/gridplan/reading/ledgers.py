"""Tell how many households the rows of a table are: a count each, a household each, or a person each.

What identifies a person tells the households of a ledger apart, as hashes that are forgotten with the table.
"""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.reading.fields import Match, to_text

COUNTS: Final = "counts"
ROWS: Final = "rows"
PERSONS: Final = "persons"
_HEADS: Final = frozenset(("户主", "本人", "本人或户主", "户主本人", "户主或本人", "head"))
_SHARED: Final = 0.1
_PLACE: Final = ("building_id", "compound", "name", "address", "entrance", "room")


@dataclass(slots=True)
class Ledger:
    """How the rows of one table become households.

    Parameters
    ----------
    kind : {"counts", "rows", "persons"}
        What a row is.
    by : str
        Field of the file that tells the households of persons apart; "" where heads of household are counted.
    """

    kind: str
    by: str = ""
    _seen: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, dtype="uint64"))
    _last: dict[str, Any] = field(default_factory=dict)
    alone: int = 0

    def fill_down(self, chunk: pd.DataFrame, match: Match) -> pd.DataFrame:
        """Let the members of a household stand where its head does: ledgers name the place in the first row alone.

        Parameters
        ----------
        chunk : DataFrame, n rows
            Columns as in the file.
        match : Match
            Its fields.

        Returns
        -------
        DataFrame, n rows
            With place and household filled where the relation to the head says that the row is a member.
        """
        relation = match.kinds.get("relation")
        if self.kind != PERSONS or relation is None:
            return chunk
        role = to_text(chunk[relation])
        member = (role != "") & ~role.isin(_HEADS)
        family = (~member).cumsum()
        names = [match.fields[c] for c in _PLACE if c in match.fields]
        names += [match.kinds[k] for k in ("household_no", "head") if k in match.kinds]
        filled = chunk.copy()
        for name in names:
            known = chunk[name].astype(object).where(to_text(chunk[name]) != "")
            above = known.groupby(family).ffill().where(family > 0, known.ffill().fillna(self._last.get(name, np.nan)))
            filled[name] = known.where(known.notna() | ~member, above)
            if len(filled):
                self._last[name] = filled[name].iloc[-1]
        return filled

    def households(self, place: pd.DataFrame, chunk: pd.DataFrame, match: Match) -> pd.Series:
        """Count the households that begin in each row.

        Parameters
        ----------
        place : DataFrame, n rows
            What says where each row lives.
        chunk : DataFrame, n rows
            Columns as in the file.
        match : Match
            Its fields.

        Returns
        -------
        Series of float64, n values
            1 for the first row of a household, 0 for its others.
        """
        if self.kind == ROWS:
            return pd.Series(1.0, index=chunk.index)
        if not self.by:
            return to_text(chunk[match.kinds["relation"]]).isin(_HEADS).astype("float64")
        key = to_text(chunk[self.by])
        alone = key == ""
        self.alone += int(alone.sum())
        parts = place.assign(key=key.where(~alone, "\x1f" + chunk.index.astype(str)))
        marks = pd.util.hash_pandas_object(parts, index=False).to_numpy()
        first = ~pd.Series(marks).duplicated().to_numpy() & ~np.isin(marks, self._seen)
        self._seen = np.union1d(self._seen, marks[first])
        return pd.Series(first.astype("float64"), index=chunk.index)


def judge_ledger(match: Match, some: pd.DataFrame) -> Ledger:
    """Tell what a row of a table is.

    Parameters
    ----------
    match : Match
        Its fields.
    some : DataFrame
        Its first rows.

    Returns
    -------
    Ledger
        Counts where there is a field of them; persons where the rows tell the relation to the head of household, or
        share household numbers or rooms; else a household each.
    """
    fields, kinds = match.fields, match.kinds
    if "households" in fields:
        return Ledger(COUNTS)
    names = [kinds[k] for k in ("household_no", "head") if k in kinds]
    room = [fields["room"]] if "room" in fields else []
    if "relation" in kinds:
        return Ledger(PERSONS, next(iter((*names, *room)), ""))
    if "residents" in fields:
        return Ledger(ROWS)
    one_each = "person" in kinds or "person_no" in kinds
    place = [fields[c] for c in _PLACE if c in fields]
    for name in [*names, *(room if one_each else [])]:
        if _is_shared(some, [*place, name], name):
            return Ledger(PERSONS, name)
    return Ledger(ROWS)


def may_be_persons(ledger: Ledger, match: Match) -> bool:
    """Tell whether rows that count as households may be persons all the same.

    Parameters
    ----------
    ledger : Ledger
        What they were judged to be.
    match : Match
        Their fields.

    Returns
    -------
    bool
        True where they name persons and nothing else tells.
    """
    return ledger.kind == ROWS and "residents" not in match.fields and bool({"person", "person_no"} & set(match.kinds))


def _is_shared(some: pd.DataFrame, names: list[str], key: str) -> bool:
    """Tell whether more than one in ten rows shares its household with another one."""
    rows = pd.DataFrame({name: to_text(some[name]) for name in dict.fromkeys(names)})
    rows = rows[rows[key] != ""]
    return bool(len(rows)) and bool(rows.duplicated(keep=False).mean() > _SHARED)
