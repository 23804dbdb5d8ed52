"""Find what is the header of a table, and what around its rows is no row: titles, totals, notes, headers again.

People lay tables out to be printed: a title on top, groups of columns under one merged cell, a total at the foot.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from gridplan.errors import LayerError, first_three
from gridplan.language import say
from gridplan.reading.fields import is_known, match_fields, to_text

LOOK_ROWS: Final = 20
"""Rows from the top among which the header is looked for."""

Span = tuple[tuple[int, int], tuple[int, int]]
"""Merged cells: first and last (row, column), from 0."""

_TOTALS: Final = frozenset(f"{word}{colon}" for word in (
    "合计", "合 计", "合  计", "总计", "总 计", "小计", "小 计", "共计", "总合计", "累计", "total", "Total", "TOTAL",
) for colon in ("", "：", ":"))  # fmt: skip
_NOTE: Final = re.compile(
    r"(制表|填表|审核|复核|统计人|负责人|联系人|填报|单位负责|数据来源|截止|截至|(?:注|备注|说明|日期)[:：])"
)
_TAIL_ROWS: Final = 8

FURNITURE: Final = {
    "empty": "an empty row",
    "total": "a total",
    "header": "a header again",
    "note": "a note below the table",
}
"""What is no row of a table -> how it is called among what is set aside."""


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a table.

    Parameters
    ----------
    names : list of str
        One name for each column, all different.
    start : int
        First row below it, from 0.
    rows : int
        Rows it takes.
    score : int
        Columns it names that are known.
    """

    names: list[str]
    start: int
    rows: int
    score: int

    @property
    def above(self) -> int:
        """Rows above the header: titles.

        Returns
        -------
        int
            How many.
        """
        return self.start - self.rows


def find_header(rows: Sequence[Sequence[object]], role: str, where: str, spans: Iterable[Span] = ()) -> Header:
    """Find the row, or the two rows, that name the columns.

    Parameters
    ----------
    rows : sequence of sequences
        Cells of the first `LOOK_ROWS` rows, as values or text.
    role : str
        Role of the layer.
    where : str
        Layer, as messages name it.
    spans : iterable of Span
        Merged cells.

    Returns
    -------
    Header
        The one that names most known columns, the upper one where two name as many; the first row where none is
        known.

    Raises
    ------
    LayerError
        If there is no name, or a known one stands twice.
    """
    width = max((len(row) for row in rows), default=0)
    texts = [[_cell(value) for value in row] + [""] * (width - len(row)) for row in rows[:LOOK_ROWS]]
    merged = list(spans)
    best: Header | None = None
    for at, row in enumerate(texts):
        below = texts[at + 1] if at + 1 < len(texts) else None
        double = below is not None and _is_double(row, below, at, merged)
        names = _joined(_spread(row, at, merged, below), below, role) if double and below is not None else row
        names = names[: max(len(rows[at]), len(rows[at + 1]) if double else 0)]
        found = Header(names, at + 1 + double, 1 + double, _score(names, role))
        if any(names) and (best is None or found.score > best.score):
            best = found
    if best is None:
        raise LayerError(say("{where}: need a row of column names, found none; add it", where=where))
    return Header(_different(best.names, role, where), best.start, best.rows, best.score)


def find_furniture(chunk: pd.DataFrame, names: Sequence[str], text: Iterable[str], *, tail: bool) -> pd.Series:
    """Tell which rows of a table are none.

    Parameters
    ----------
    chunk : DataFrame, n rows
        With the first column of the table and those of `text`; others are looked at in the tail alone.
    names : sequence of str
        All columns of the table.
    text : iterable of str
        Columns of text.
    tail : bool
        The table ends with this chunk.

    Returns
    -------
    Series of str, n values
        A key of `FURNITURE`; "" for a row.
    """
    kind = pd.Series("", index=chunk.index, dtype=object)
    kind[chunk.isna().all(axis=1)] = "empty"
    looked = [name for name in dict.fromkeys([names[0], *text]) if name in chunk]
    again = np.zeros(len(chunk), dtype=int)
    for name in looked:
        codes, values = pd.factorize(chunk[name])  # a look at each distinct value is five times faster
        listed = np.asarray(values, dtype=object).tolist()
        if not (_TOTALS | {name}).isdisjoint(listed):
            kind[np.isin(codes, [i for i, value in enumerate(listed) if value in _TOTALS])] = "total"
            again += np.isin(codes, [i for i, value in enumerate(listed) if value == name])
    kind[again >= min(2, len(looked))] = "header"
    if tail and len(names) > 2:  # noqa: PLR2004 - in a narrow table a row of one value is nothing strange
        last = chunk.iloc[-_TAIL_ROWS:]
        lonely = last.notna().sum(axis=1) == 1
        said = to_text(last.astype(object).bfill(axis=1).iloc[:, 0])
        kind[last.index[lonely & said.str.match(_NOTE)]] = "note"
    return kind


def quote_names(names: Iterable[str], role: str) -> str:
    """Name the columns of a table in a message: none that may be a value because the header is missing.

    Parameters
    ----------
    names : iterable of str
        Names of its columns.
    role : str
        Role of the layer.

    Returns
    -------
    str
        The names, or their number where none of them is known.
    """
    names = list(names)
    if any(is_known(role, name) for name in names):
        return ", ".join(names)
    return say("{count} columns of other names", count=len(names))


def _cell(value: object) -> str:
    return "" if value is None or value != value else str(value).strip()  # noqa: PLR0124 - NaN alone differs from itself


def _score(names: Sequence[str], role: str) -> int:
    match = match_fields(role, [name for name in names if name])
    return len(match.fields) + len(match.personal)


def _is_double(row: list[str], below: list[str], at: int, merged: list[Span]) -> bool:
    """Tell whether a row and the next one name the columns together."""
    if any(_is_number(cell) for cell in below):
        return False
    wide = any(top == at and bottom == at and right > left for (top, left), (bottom, right) in merged)
    tall = any(top == at and bottom == at + 1 for (top, _), (bottom, _) in merged)
    if merged:
        return (wide or tall) and sum(map(bool, row)) > 1
    filled = [(bool(cell), bool(other)) for cell, other in zip(row, below, strict=True)]
    return (False, True) in filled and (True, False) in filled and filled[0] == (True, False)


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[-+]?[\d.,]+(户|人|套|层)?", text))


def _spread(row: list[str], at: int, merged: list[Span], below: list[str] | None) -> list[str]:
    """Let a name that stands over several columns stand in each of them."""
    spread = list(row)
    for (top, left), (bottom, right) in merged:
        if top == bottom == at:
            spread[left : right + 1] = [row[left]] * (right + 1 - left)
    if not merged and below is not None:
        for i in range(1, len(spread)):
            spread[i] = spread[i] or (spread[i - 1] if below[i] else "")
    return spread


def _joined(upper: list[str], lower: list[str] | None, role: str) -> list[str]:
    """Join the two names of each column: the way that is known, else both."""
    names = []
    for one, two in zip(upper, lower or upper, strict=True):
        ways = [one + two, two + one, two, one] if one and two else [one or two]
        names.append(next((way for way in ways if is_known(role, way)), ways[0]))
    return names


def _different(names: list[str], role: str, where: str) -> list[str]:
    """Name each column differently; one that is known may stand once only."""
    named = [name for name in names if name]
    twice = sorted({name for name in named if named.count(name) > 1 and is_known(role, name)})
    if twice or not named:
        raise LayerError(
            say(
                "{where}: need different column names, found {names} more than once; rename them",
                where=where, names=first_three(twice),
            )
        )  # fmt: skip
    seen: dict[str, int] = {}
    different = []
    for i, name in enumerate(names):
        seen[name] = seen.get(name, 0) + 1
        different.append(f"({i + 1})" if not name else name if seen[name] == 1 else f"{name} ({i + 1})")
    return different
