"""Read tables: CSV files by chunks, workbooks and the fields of vector layers whole."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd
import shapely
from pyproj import CRS

from gridplan.errors import LayerError
from gridplan.language import say
from gridplan.reading.encodings import choose_encoding, decode, decode_all
from gridplan.reading.headers import LOOK_ROWS, Header, find_furniture, find_header
from gridplan.reading.sources import SHEETS, LayerRef
from gridplan.reading.vectors import Loaded, read_vector
from gridplan.reading.workbooks import read_workbook

_CHUNK_ROWS: Final = 500_000
_SAMPLE_LINES: Final = 5_000
_BLOCK_BYTES: Final = 1 << 22
_HEAD_BYTES: Final = 1 << 16
_BOM: Final = b"\xef\xbb\xbf"
_BOMS_16: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(slots=True)
class Table:
    """A table whose rows are read when they are asked for.

    Parameters
    ----------
    ref : LayerRef
        Where it lies.
    columns : list of str
        Names of its columns.
    chunks : callable
        Columns wanted and those of them that are text -> frames, in the order of the rows; their index holds the
        numbers of the rows in the file.
    encoding : str
        Encoding of its text.
    cut : callable or None
        Cuts a name as the format does.
    assumptions : list of str
        One sentence each.
    aside : list of (int, str)
        Number and kind of each row that is none, once the chunks are read.
    crs : CRS or None
        CRS of the points of a layer, which stand in x and y.
    """

    ref: LayerRef
    columns: list[str]
    chunks: Callable[[list[str], list[str]], Iterator[pd.DataFrame]]
    encoding: str = "utf-8"
    cut: Callable[[str], str] | None = None
    assumptions: list[str] = field(default_factory=list)
    aside: list[tuple[int, str]] = field(default_factory=list)
    crs: CRS | None = None


def open_table(ref: LayerRef, encoding: str | None) -> Table:
    """Open a table, or the fields of a vector layer as one.

    Parameters
    ----------
    ref : LayerRef
        Any file that can be read.
    encoding : str or None
        Encoding of a CSV or DBF file; None lets the bytes decide.

    Returns
    -------
    Table
        With its columns known.

    Raises
    ------
    LayerError
        If it cannot be read.
    """
    suffix = ref.path.suffix.lower()
    if suffix == ".csv":
        return _CsvFile(ref, encoding).table()
    return table_of(read_workbook(ref) if suffix in SHEETS else read_vector(ref, encoding))


def table_of(loaded: Loaded) -> Table:
    """Take what is read already as a table; places stand in x and y.

    Parameters
    ----------
    loaded : Loaded
        A sheet or a layer.

    Returns
    -------
    Table
        Of its rows.
    """
    frame = loaded.frame
    if loaded.shapes is not None:
        spots = shapely.centroid(loaded.shapes)
        frame = frame.drop(columns=["x", "y"], errors="ignore").assign(x=shapely.get_x(spots), y=shapely.get_y(spots))
        frame.index = pd.RangeIndex(1, len(frame) + 1)

    def whole(wanted: list[str], _text: list[str]) -> Iterator[pd.DataFrame]:
        yield frame[wanted]

    cut = loaded.cut if loaded.cut_names else None
    columns = list(frame.columns)
    return Table(loaded.ref, columns, whole, loaded.encoding, cut, loaded.assumptions, loaded.aside, loaded.crs)


def read_table(ref: LayerRef, encoding: str | None) -> Loaded:
    """Read a whole table; a CSV as text.

    Parameters
    ----------
    ref : LayerRef
        A CSV file or a workbook.
    encoding : str or None
        Encoding of a CSV file; None lets the bytes decide.

    Returns
    -------
    Loaded
        Without geometries.

    Raises
    ------
    LayerError
        If it cannot be read.
    """
    if ref.path.suffix.lower() in SHEETS:
        loaded = read_workbook(ref)
        loaded.frame = loaded.frame.reset_index(drop=True)
        return loaded
    table = _CsvFile(ref, encoding).table()
    frame = pd.concat(table.chunks(table.columns, table.columns), ignore_index=True)
    return Loaded(ref, frame, encoding=table.encoding, assumptions=table.assumptions, aside=table.aside)


class _CsvFile:
    """A CSV file: its encoding, separator and header are found when it is opened."""

    def __init__(self, ref: LayerRef, encoding: str | None) -> None:
        self.ref = ref
        self.encoding = _csv_encoding(ref, encoding)
        self.told = bool(encoding)
        with ref.path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
            whole = not file.read(1)
        text = decode(head, self.encoding) or head.decode(self.encoding, "replace")
        lines = text.splitlines(keepends=True)
        lines = lines if whole or len(lines) == 1 else lines[:-1]
        self.separator = max(",\t;|，", key="".join(lines[:LOOK_ROWS]).count)
        self.header, self.skipped = self._find_header(lines)

    def _find_header(self, lines: list[str]) -> tuple[Header, int]:
        """Find the header and the number of lines above the first row."""
        reader = csv.reader(io.StringIO("".join(lines)), delimiter=self.separator, skipinitialspace=True)
        rows: list[list[str]] = []
        ends: list[int] = []
        try:
            for row in reader:
                if row:
                    rows.append(row)
                    ends.append(reader.line_num)
                if len(rows) == LOOK_ROWS:
                    break
        except csv.Error as error:
            if not rows:
                raise self._broken(say("a broken line")) from error
        header = find_header(rows, self.ref.role, self.ref.where)
        return header, ends[header.start - 1]

    def table(self) -> Table:
        """Give the file as a table.

        Returns
        -------
        Table
            Whose chunks read the file anew each time.
        """
        table = Table(self.ref, self.header.names, lambda wanted, text: self._chunks(table, wanted, text))
        table.encoding = self.encoding.removesuffix("-sig")
        if self.encoding != "utf-8-sig":
            how = say("as told") if self.told else say("judged by the bytes")
            table.assumptions.append(say("text is {found}, {how}", found=self.encoding, how=how))
        if self.header.above:
            table.assumptions.append(say("{count} rows above the header are titles", count=self.header.above))
        if self.header.rows > 1:
            table.assumptions.append(say("two rows name the columns"))
        return table

    def _chunks(self, table: Table, wanted: list[str], text: list[str]) -> Iterator[pd.DataFrame]:
        names = self.header.names
        # With `usecols` pandas drops what a line has too much, so the columns not wanted are read too, as cheap
        # categories.
        types: dict[str, Any] = {n: str if n in text else "category" for n in names if n in text or n not in wanted}
        options: dict[str, Any] = {
            "encoding": self.encoding, "encoding_errors": "replace", "keep_default_na": False, "na_values": [""],
            "skipinitialspace": True, "sep": self.separator, "header": None, "skiprows": self.skipped, "names": names,
            "dtype": types, "chunksize": _CHUNK_ROWS,
        }  # fmt: skip
        table.aside.clear()
        try:
            with pd.read_csv(self.ref.path, **options) as chunks:
                held: pd.DataFrame | None = None
                for chunk in chunks:
                    if not isinstance(chunk.index, pd.RangeIndex):
                        raise self._broken(say("more in line {number}", number=self.skipped + 1))
                    if held is not None:
                        yield self._rows(table, held, wanted, text, tail=False)
                    held = chunk.set_axis(chunk.index + self.skipped + 1)
                if held is not None:
                    yield self._rows(table, held, wanted, text, tail=True)
        except pd.errors.EmptyDataError:
            return
        except pd.errors.ParserError as error:
            line = re.search(r"in line (\d+)|at row (\d+)", str(error))
            found = say("others in line {number}", number=line[1] or line[2]) if line else say("a broken line")
            raise self._broken(found) from error
        except (ValueError, OSError) as error:
            if isinstance(error, LayerError):
                raise
            raise self._broken(say("a broken line")) from error

    def _rows(
        self, table: Table, chunk: pd.DataFrame, wanted: list[str], text: list[str], *, tail: bool
    ) -> pd.DataFrame:
        """Take away what is no row."""
        kind = find_furniture(chunk, self.header.names, text, tail=tail)
        odd = (kind != "").to_numpy()
        if not odd.any():
            return chunk[wanted]
        table.aside += [(int(row), kind[row]) for row in chunk.index[odd]]
        rows = chunk.loc[~odd, wanted]
        # A word among numbers made text of them: without it they are numbers again.
        numbers = {c: pd.to_numeric(rows[c], errors="coerce") for c in wanted if c not in text}
        return rows.assign(**{c: n for c, n in numbers.items() if n.notna().equals(rows[c].notna())})

    def _broken(self, found: str) -> LayerError:
        return LayerError(
            say(
                "{where}: need {count} values in every line, found {found}; quote the commas, or export it again",
                where=self.ref.where, count=len(self.header.names) if hasattr(self, "header") else 1, found=found,
            )
        )  # fmt: skip


def _csv_encoding(ref: LayerRef, told: str | None) -> str:
    """Judge a CSV file, or check what was told, by its lines that are not ASCII."""
    sample: dict[bytes, None] = {}
    with _open(ref.path, ref.where) as file:
        if told is None and file.peek(2)[:2] in _BOMS_16:
            return "utf-16"
        while block := file.read(_BLOCK_BYTES):
            block += file.readline()
            if not block.isascii() and len(sample) < _SAMPLE_LINES:
                lines = block.removeprefix(_BOM).splitlines()
                sample.update(dict.fromkeys(line for line in lines if not line.isascii()))
    if told:
        decode_all(sample, told, ref.where)
    found = told or choose_encoding(sample, ref.where)
    return "utf-8-sig" if found in ("utf-8", "ascii") else found


def _open(path: Path, where: str) -> io.BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise LayerError(
            say(
                "{where}: need a readable file, found {error}; check the path and the rights",
                where=where, error=error.strerror,
            )
        ) from error  # fmt: skip
