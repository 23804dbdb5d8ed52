"""Sheets of a workbook for people: styled, filtered, ready to print, and no cell that runs."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from gridplan.reporting.tables import disarm

_HEAD: Final = PatternFill("solid", fgColor="1F4E79")
GAP: Final = PatternFill("solid", fgColor="F8CBAD")
OWN: Final = PatternFill("solid", fgColor="FFE699")
_BAND: Final = PatternFill("solid", fgColor="F2F6FA")
_LINE: Final = Border(bottom=Side(style="thin", color="D9D9D9"))
_WIDEST: Final = 60

Row = Sequence[Any]


def add_sheet(
    book: Workbook, title: str, head: Row, rows: list[Any], *, widths: Sequence[int] = (), filters: bool = True
) -> None:
    """Write one table: a coloured heading that stays in sight, columns as wide as their content.

    Parameters
    ----------
    book : Workbook
        Write-only.
    title : str
        Of the sheet.
    head : sequence of str
        Headings.
    rows : list of sequence
        Cells; a pair of a value and a fill is a coloured one.
    widths : sequence of int
        Widths of the columns; by their content if not given.
    filters : bool
        Whether the headings have filters.
    """
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2" if not filters else "B2"
    for k, width in enumerate(widths or _widths(head, rows)):
        sheet.column_dimensions[get_column_letter(k + 1)].width = width
    if filters:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(head))}{len(rows) + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    sheet.append([_cell(sheet, text, fill=_HEAD, font=Font(bold=True, color="FFFFFF")) for text in head])
    for i, row in enumerate(rows):
        band = _BAND if i % 2 else None
        sheet.append([_cell(sheet, *(v if isinstance(v, tuple) else (v, None)), band=band) for v in row])


def _cell(
    sheet: Worksheet,
    value: Any,  # noqa: ANN401 - what a cell can hold
    fill: PatternFill | None = None,
    *,
    font: Font | None = None,
    band: PatternFill | None = None,
) -> Any:  # noqa: ANN401 - openpyxl makes it by a function
    cell = WriteOnlyCell(sheet, value=disarm(value) if isinstance(value, str) else _plain(value))
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    cell.border = _LINE
    if fill := fill or band:
        cell.fill = fill
    if font:
        cell.font = font
    return cell


def _widths(head: Row, rows: list[Row]) -> list[int]:
    return [min(_WIDEST, 3 + max(map(_span, _column(head[k], rows, k)))) for k in range(len(head))]


def _column(title: object, rows: list[Row], k: int) -> Iterable[object]:
    yield title
    for row in rows[:500]:
        yield row[k][0] if isinstance(row[k], tuple) else row[k]


def _span(value: object) -> int:
    """Width of a text on screen: a Chinese character is two wide."""
    return sum(2 if ord(c) > 0x2E80 else 1 for c in str(value))  # noqa: PLR2004


def _plain(value: Any) -> Any:  # noqa: ANN401
    return value.item() if hasattr(value, "item") else value
