"""Sheets of a workbook for people: styled, filtered, ready to print, and no cell that runs."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from gridplan.language import say, word
from gridplan.reporting.tables import disarm

Row = Sequence[Any]
Table = tuple[Row, list[Any]]
"""Headings, and rows of cells; a pair of a value and a colour is a coloured one."""

GAP: Final = "F8CBAD"
OWN: Final = "FFE699"
TOTALS: Final = ("B8CCE4", "D0DEEE", "E4ECF5")
"""Colours of the rows that sum up: the district, a subdistrict, a community."""

WHOLE: Final = "#,##0"
SHARE: Final = "0.0%"
TENTH: Final = "#,##0.0"

_HEAD: Final = "1F4E79"
_BAND: Final = "F2F6FA"
_LINE: Final = Border(bottom=Side(style="thin", color="D9D9D9"))
_WIDEST: Final = 66
_LINE_HIGH: Final = 15
"""Points of a line of text: programs do not all make rows as high as their content."""
_MEASURED: Final = 1000
"""Rows looked at for the width of a column."""
_WIDE_FROM: Final = "⺀"
"""From here on characters are two columns wide."""
_PAPERS: Final = {"A4": 9, "A3": 8}


class _Look(NamedTuple):
    """What a cell looks like; equal looks share one style."""

    fill: str = ""
    bold: bool = False
    ink: str = "000000"
    wrap: bool = True
    form: str = "General"
    side: str = "general"
    indent: int = 0
    line: bool = True


def add_sheet(
    book: Workbook, title: str, head: Row, rows: list[Any], *, widths: Sequence[int] = (), filters: bool = True,
    freeze: str = "", forms: Mapping[int, str] | None = None, sums: Mapping[int, int] | None = None,
    notes: Sequence[str] = (), paper: str = "A4", upright: bool = False,
) -> None:  # fmt: skip
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
        Cells; a pair of a value and a colour is a coloured one.
    widths : sequence of int
        Widths of the columns; by their content if not given.
    filters : bool
        Whether the headings have filters.
    freeze : str
        First cell that scrolls; if not given, the heading stays, and with filters the first column too.
    forms : mapping of int to str, optional
        Column -> format of its numbers.
    sums : mapping of int to int, optional
        Row that sums up others -> its level, an index into `TOTALS`; the others can be folded away.
    notes : sequence of str
        Lines below the table.
    paper : {"A4", "A3"}
        To print on; pages are as wide as the table.
    upright : bool
        Whether the page stands: for a few columns of text, numbers among them on the left.
    """
    sheet, sums, forms, looks = book.create_sheet(str(title)), sums or {}, forms or {}, dict[_Look, Any]()
    sheet.freeze_panes = freeze or ("B2" if filters else "A2")
    _set_sizes(sheet, [head, *rows], widths or _widths(head, rows))
    _prepare_print(sheet, len(head), len(rows) + 1 + (len(notes) + 1 if notes else 0), paper, upright=upright)
    if filters:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(head))}{len(rows) + 1}"
    if sums:
        _fold(sheet, len(rows), sums)
    white = _Look(fill=_HEAD, bold=True, ink="FFFFFF", side="left", indent=int(not upright))
    sheet.append([_cell(sheet, text, white, looks) for text in head])
    for i, row in enumerate(rows):
        base = _Look(TOTALS[sums[i]] if i in sums else _BAND if i % 2 else "", bold=i in sums)
        cells = []
        for k, value in enumerate(row):
            plain, own = value if isinstance(value, tuple) else (value, None)
            side = "left" if upright else "right" if k in forms and isinstance(plain, str) else "general"
            if side == "general" and isinstance(plain, str):
                side = "left"
            indent = int(side == "left" and not upright)  # a text right behind a number reads as one with it
            look = base._replace(fill=own or base.fill, form=forms.get(k, "General"), side=side, indent=indent)
            cells.append(_cell(sheet, plain, look, looks))
        sheet.append(cells)
    for note in ["", *notes] if notes else []:
        sheet.append([_cell(sheet, note, _Look(wrap=False, line=False), looks)])


def write_tables(
    tables: Mapping[str, pd.DataFrame], path: Path, fills: Mapping[str, str] | None = None, *,
    forms: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Write one sheet per table.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Title -> table; titles and names of columns are words of the catalogue.
    path : Path
        File to make.
    fills : mapping of str to str, optional
        Text of a cell -> its colour, hexadecimal.
    forms : mapping of str to str, optional
        Name of a column -> format of its numbers.
    """
    book = Workbook(write_only=True)
    colours, formats = fills or {}, forms or {}
    for title, frame in tables.items():
        head = [str(word(str(name))) for name in frame.columns]
        rows = [[(v, colours.get(str(v))) for v in row] for row in frame.itertuples(index=False, name=None)]
        known = {k: formats[str(name)] for k, name in enumerate(frame.columns) if str(name) in formats}
        add_sheet(book, word(title), head, rows, freeze="A2", forms=known)
    save_book(book, path)


def save_book(book: Workbook, path: Path) -> None:
    """Write a workbook; where that fails, the workbook is closed all the same.

    Parameters
    ----------
    book : Workbook
        Write-only.
    path : Path
        File to make.
    """
    whole = BytesIO()
    book.save(whole)
    path.write_bytes(whole.getvalue())


def finding_title(code: str) -> str:
    """Tell the title of a finding: Chinese stands in the catalogue, English is the code itself.

    Parameters
    ----------
    code : str
        Kind of the finding.

    Returns
    -------
    str
        The title.
    """
    told = str(word(code))
    return told.replace("_", " ") if told == code else told


def _set_sizes(sheet: Worksheet, rows: list[Row], widths: Sequence[int]) -> None:
    for k, width in enumerate(widths):
        sheet.column_dimensions[get_column_letter(k + 1)].width = width
    room = [w + 2 for w in widths]  # most letters are narrower than the digits widths are counted in
    for i, row in enumerate(rows):
        lines = _lines(row, room) if i else max(1 + (_width(text) > w - 2) for text, w in zip(row, widths, strict=True))
        sheet.row_dimensions[i + 1].height = _LINE_HIGH * lines


def _fold(sheet: Any, rows: int, sums: Mapping[int, int]) -> None:  # noqa: ANN401 - as below
    """Let rows be folded away under those that sum them up."""
    sheet.sheet_properties.outlinePr.summaryBelow = True
    for i in range(rows):
        sheet.row_dimensions[i + 2].outlineLevel = sums.get(i, len(TOTALS))


def _prepare_print(sheet: Any, columns: int, rows: int, paper: str, *, upright: bool) -> None:  # noqa: ANN401 - openpyxl types its properties as if they could be None
    sheet.page_setup.orientation = "portrait" if upright else "landscape"
    sheet.page_setup.paperSize = _PAPERS[paper]
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    sheet.print_area = f"A1:{get_column_letter(columns)}{rows}"
    sheet.oddHeader.center.text = sheet.title
    sheet.oddFooter.center.text = say("page {page} of {pages}", page="&P", pages="&N")


def _cell(sheet: Worksheet, value: Any, look: _Look, looks: dict[_Look, Any]) -> Cell:  # noqa: ANN401
    """Make a cell; the style of a look is put together once, since that takes longer than the cell."""
    if look not in looks:
        model: Any = WriteOnlyCell(sheet)
        model.alignment = Alignment(horizontal=look.side, indent=look.indent, vertical="top", wrap_text=look.wrap)
        model.number_format = look.form
        if look.line:
            model.border = _LINE
        if look.fill:
            model.fill = PatternFill("solid", fgColor=look.fill)
        model.font = Font(name="Calibri", size=11, bold=look.bold, color=look.ink)
        looks[look] = model._style  # noqa: SLF001 - what the constructor of a cell takes
    return Cell(sheet, row=1, column=1, value=_plain(value), style_array=copy(looks[look]))


def _widths(head: Row, rows: list[Row]) -> list[int]:
    """Columns as wide as their content; a heading may take two lines."""
    return [3 + min(_WIDEST, max(_heading_width(head[k]), *map(_width, _column(rows, k)))) for k in range(len(head))]


def _heading_width(title: object) -> int:
    return max(_width(title) // 2 + 2, *(_width(part) for part in str(title).split(" ")))


def _lines(row: Row, widths: Sequence[int]) -> int:
    """Lines that the longest cell of a row takes at these widths."""
    texts = [(v[0] if isinstance(v, tuple) else v, w) for v, w in zip(row, widths, strict=True)]
    return max([1, *(-(-_width(v) // w) + v.count("\n") for v, w in texts if isinstance(v, str) and len(v) * 2 > w)])


def _column(rows: list[Row], k: int) -> Iterable[object]:
    yield ""
    for row in rows[:_MEASURED]:
        yield row[k][0] if isinstance(row[k], tuple) else row[k]


def _width(value: object) -> int:
    """Columns the longest line of a text takes on a screen."""
    return max(sum(2 if c >= _WIDE_FROM else 1 for c in line) for line in str(value).split("\n"))


def _plain(value: Any) -> Any:  # noqa: ANN401 - what a cell can hold
    if isinstance(value, str):
        return disarm(ILLEGAL_CHARACTERS_RE.sub("", str(value)))
    plain = value.item() if hasattr(value, "item") else value
    return None if plain is None or pd.isna(plain) else plain
