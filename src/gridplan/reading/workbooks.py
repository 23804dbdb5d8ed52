"""Read the sheets of workbooks: titles, headers in two rows, merged cells, several sheets of one table."""

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gridplan.errors import LayerError
from gridplan.language import say
from gridplan.reading.fields import match_fields
from gridplan.reading.headers import LOOK_ROWS, Header, Span, find_furniture, find_header
from gridplan.reading.sources import LayerRef
from gridplan.reading.vectors import Loaded
from gridplan.schema import COUNTED


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    rows: list[list[Any]]
    spans: list[Span]
    header: Header


def read_workbook(ref: LayerRef) -> Loaded:
    """Read a table of a workbook.

    Parameters
    ----------
    ref : LayerRef
        The file, and the sheet if one is named: else the one whose header is known best, with all that have the same
        header.

    Returns
    -------
    Loaded
        Without geometries; the index holds the numbers of the rows in the sheet. Rows that are none stand in `aside`.

    Raises
    ------
    LayerError
        If it cannot be read, or holds no table.
    """
    sheets = [_sheet(ref, name, rows, spans) for name, rows, spans in _open(ref) if len(rows) > 1]
    if not sheets:
        raise LayerError(say("{where}: need a sheet with column names and rows, found none; fill it", where=ref.where))
    best = max(sheets, key=lambda sheet: sheet.header.score)
    taken = [sheet for sheet in sheets if sheet.header.names == best.header.names]
    loaded = Loaded(ref, pd.DataFrame())
    frames = [_frame(sheet, ref.role, loaded) for sheet in taken]
    loaded.frame = pd.concat(frames) if len(frames) > 1 else frames[0]
    _tell(loaded, taken, len(sheets) > len(taken))
    return loaded


def _open(ref: LayerRef) -> list[tuple[str, list[list[Any]], list[Span]]]:
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - workbooks are not always read

    try:
        book = CalamineWorkbook.from_path(ref.path)
        names = [ref.layer] if ref.layer else list(book.sheet_names)
        sheets = [book.get_sheet_by_name(name) for name in names]
        return [
            (name, sheet.to_python(skip_empty_area=False), list(sheet.merged_cell_ranges or ()))
            for name, sheet in zip(names, sheets, strict=True)
        ]
    except (CalamineError, OSError, ValueError) as error:
        raise _unreadable(ref) from error
    except BaseException as error:
        # A panic of the reader, written in Rust, is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise _unreadable(ref) from error


def _unreadable(ref: LayerRef) -> LayerError:
    return LayerError(
        say(
            "{where}: need a readable workbook{sheet}, found another or a damaged one; save it again as .xlsx",
            where=ref.where, sheet=say(" with a sheet {name}", name=ref.layer) if ref.layer else "",
        )
    )  # fmt: skip


def _sheet(ref: LayerRef, name: str, rows: list[list[Any]], spans: list[Span]) -> _Sheet:
    if not any(cell not in ("", None) for row in rows[:LOOK_ROWS] for cell in row):
        return _Sheet(name, rows, spans, Header([], 0, 0, -1))
    return _Sheet(name, rows, spans, find_header(rows, ref.role, ref.where, spans))


def _frame(sheet: _Sheet, role: str, loaded: Loaded) -> pd.DataFrame:
    """Lay the rows of a sheet out, with merged cells filled and what is no row taken away."""
    names, start = sheet.header.names, sheet.header.start
    if not names:
        raise LayerError(
            say("{where}: need a sheet with column names and rows, found none; fill it", where=loaded.ref.where)
        )
    rows = [list(row) for row in sheet.rows]
    counts = {c for c, field in enumerate(names) if field in _counted(role, names)}
    for (top, left), (bottom, right) in sheet.spans:
        for row in range(max(top + 1, start), bottom + 1 if top >= start else 0):
            if left not in counts and left == right:
                rows[row][left] = rows[top][left]
    index = pd.RangeIndex(start + 1, len(rows) + 1)
    width = len(names)
    body = [row[:width] + [""] * (width - len(row)) for row in rows[start:]]
    frame = pd.DataFrame(body, columns=pd.Index(names), dtype=object, index=index)
    frame = frame.loc[:, [re.fullmatch(r"\(\d+\)", c) is None for c in names]]
    frame = frame.mask(frame == "")
    frame = frame.loc[: frame.last_valid_index() or 0] if frame.notna().to_numpy().any() else frame.iloc[:0]
    kind = find_furniture(frame, list(frame.columns), list(frame.columns), tail=True)
    loaded.aside += [(int(row), kind[row]) for row in frame.index[kind != ""]]
    return frame[kind == ""]


def _counted(role: str, names: list[str]) -> set[str]:
    """Columns of counts: a merged one counts once, so it is not filled."""
    fields = match_fields(role, names).fields
    return {fields[c] for c in COUNTED if c in fields}


def _tell(loaded: Loaded, taken: list[_Sheet], more: bool) -> None:  # noqa: FBT001
    header = taken[0].header
    if header.above:
        loaded.assumptions.append(say("{count} rows above the header are titles", count=header.above))
    if header.rows > 1:
        loaded.assumptions.append(say("two rows name the columns"))
    names = ", ".join(sheet.name for sheet in taken)
    if more and len(taken) == 1:
        loaded.assumptions.append(say("sheet {name} is read, the others are not", name=names))
    elif len(taken) > 1:
        loaded.assumptions.append(say("sheets {names} are read as one table", names=names))
