"""Workbooks: tables as sheets that an office can read, filter and print."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from gridplan.language import word
from gridplan.reporting.tables import disarm

_HEAD: Final = PatternFill("solid", fgColor="1F4E79")
_WIDEST: Final = 60
_WIDE_FROM: Final = "⺀"  # from here on characters are two columns wide


def write_sheets(sheets: Mapping[str, pd.DataFrame], path: Path, fills: Mapping[str, str] | None = None) -> None:
    """Write one sheet per table: a heading that stays in sight, filters, columns as wide as their content.

    Parameters
    ----------
    sheets : mapping of str to DataFrame
        Title -> table; titles and names of columns are words of the catalogue.
    path : Path
        File to make.
    fills : mapping of str to str, optional
        Text of a cell -> its colour, hexadecimal.
    """
    book = Workbook(write_only=True)
    for title, frame in sheets.items():
        _write_sheet(book.create_sheet(str(word(title))), frame, fills or {})
    book.save(path)


def _write_sheet(sheet: Worksheet, frame: pd.DataFrame, fills: Mapping[str, str]) -> None:
    head = [str(word(str(name))) for name in frame.columns]
    rows = [[_plain(value) for value in row] for row in frame.itertuples(index=False)]
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(head))}{len(rows) + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.print_title_rows = "1:1"
    for k, name in enumerate(head):
        width = max(map(_width, [name, *(row[k] for row in rows[:1000])]))
        sheet.column_dimensions[get_column_letter(k + 1)].width = min(width, _WIDEST) + 3
    heading = {"fill": _HEAD, "font": Font(bold=True, color="FFFFFF")}
    sheet.append([_cell(sheet, name, **heading) for name in head])
    colours = {text: PatternFill("solid", fgColor=colour) for text, colour in fills.items()}
    for row in rows:
        sheet.append([_cell(sheet, value, fill=colours.get(str(value))) for value in row])


def _cell(sheet: Worksheet, value: Any, **look: Any) -> Cell:  # noqa: ANN401
    cell: Cell = WriteOnlyCell(sheet, value=disarm(value) if isinstance(value, str) else value)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    for name, style in look.items():
        if style is not None:
            setattr(cell, name, style)
    return cell


def _plain(value: Any) -> Any:  # noqa: ANN401 - what a cell can hold
    if isinstance(value, str):
        return str(value)
    plain = value.item() if hasattr(value, "item") else value
    return None if pd.isna(plain) else plain


def _width(value: object) -> int:
    """Columns the longest line of a text takes on a screen."""
    return max(sum(2 if c >= _WIDE_FROM else 1 for c in line) for line in str(value).split("\n"))
