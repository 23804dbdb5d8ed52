"""Read tables: CSV, by chunks, and the sheets of workbooks."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import pandas as pd

from gridplan.errors import LayerError
from gridplan.language import say
from gridplan.reading.encodings import choose_encoding, decode, decode_all
from gridplan.reading.sources import SHEETS, LayerRef
from gridplan.reading.vectors import Loaded, read_vector

_CHUNK_ROWS: Final = 500_000
_SAMPLE_LINES: Final = 20_000
_BLOCK_BYTES: Final = 1 << 22
_BOM: Final = b"\xef\xbb\xbf"


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
        Columns wanted and those of them that are text -> frames, in the order of the rows.
    encoding : str
        Encoding of its text.
    cut : callable or None
        Cuts a name as the format does.
    assumptions : list of str
        One sentence each.
    """

    ref: LayerRef
    columns: list[str]
    chunks: Callable[[list[str], list[str]], Iterator[pd.DataFrame]]
    encoding: str = "utf-8"
    cut: Callable[[str], str] | None = None
    assumptions: list[str] = field(default_factory=list)


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
    if ref.path.suffix.lower() == ".csv":
        return _open_csv(ref, encoding)
    loaded = _read_sheet(ref) if ref.path.suffix.lower() in SHEETS else read_vector(ref, encoding)

    def whole(wanted: list[str], _text: list[str]) -> Iterator[pd.DataFrame]:
        yield loaded.frame[wanted]

    cut = loaded.cut if loaded.cut_names else None
    return Table(ref, list(loaded.frame.columns), whole, loaded.encoding, cut, loaded.assumptions)


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
        return _read_sheet(ref)
    table = _open_csv(ref, encoding)
    frame = pd.concat(table.chunks(table.columns, table.columns), ignore_index=True)
    return Loaded(ref, frame, encoding=table.encoding, assumptions=table.assumptions)


def _open_csv(ref: LayerRef, encoding: str | None) -> Table:
    found = _csv_encoding(ref, encoding)
    options: dict[str, Any] = {
        "encoding": found, "encoding_errors": "replace", "keep_default_na": False, "na_values": [""],
        "skipinitialspace": True,
    }  # fmt: skip
    with ref.path.open("rb") as file:
        header = decode(file.readline(), found) or ""
    options["sep"] = max(",\t;|", key=header.count)
    names = [name.strip() for name in next(csv.reader(io.StringIO(header), delimiter=options["sep"]), [])]
    named = [name for name in names if name]
    if not named or len(set(named)) < len(named):
        raise LayerError(
            say(
                "{where}: need a first line of different column names, found {header!r}; add it",
                where=ref.where,
                header=header.strip()[:60],
            )
        )
    names = [name or f"({i})" for i, name in enumerate(names)]
    chunks = partial(_csv_chunks, ref, names, options)
    table = Table(ref, names, chunks, found.removesuffix("-sig"))
    if found != "utf-8-sig":
        table.assumptions.append(
            say("text is {found}, {how}", found=found, how=say("as told") if encoding else say("judged by the bytes"))
        )
    return table


def _csv_chunks(
    ref: LayerRef, names: list[str], options: dict[str, Any], wanted: list[str], text: list[str]
) -> Iterator[pd.DataFrame]:
    # With `usecols` pandas drops what a line has too much, so the columns not wanted are read too, as cheap categories.
    types = {name: str if name in text else "category" for name in names if name in text or name not in wanted}
    try:
        with pd.read_csv(ref.path, header=0, names=names, dtype=types, chunksize=_CHUNK_ROWS, **options) as chunks:
            for chunk in chunks:
                if not isinstance(chunk.index, pd.RangeIndex):
                    raise _broken_line(ref, names, say("more in line {number}", number=2))
                yield chunk[wanted]
    except pd.errors.ParserError as error:
        line = re.search(r"(?:in line|at row) (\d+)", str(error))
        found = say("others in line {number}", number=line[1]) if line else say("a broken line")
        raise _broken_line(ref, names, found) from error
    except (ValueError, OSError) as error:
        if isinstance(error, LayerError):
            raise
        raise _broken_line(ref, names, say("a broken line")) from error


def _broken_line(ref: LayerRef, names: list[str], found: str) -> LayerError:
    msg = say(
        "{where}: need {count} values in every line, found {found}; quote the commas, or export it again",
        where=ref.where,
        count=len(names),
        found=found,
    )
    return LayerError(msg)


def _csv_encoding(ref: LayerRef, told: str | None) -> str:
    """Judge a CSV file, or check what was told, by its lines that are not ASCII."""
    sample: dict[bytes, None] = {}
    with _open(ref.path, ref.where) as file:
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
                where=where,
                error=error.strerror,
            )
        ) from error


def _read_sheet(ref: LayerRef) -> Loaded:
    """Read one sheet: the one named, else the first that holds something; the first row names the columns."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - workbooks are not always read

    try:
        book = CalamineWorkbook.from_path(ref.path)
        names = [ref.layer] if ref.layer else list(book.sheet_names)
        sheets = [(name, book.get_sheet_by_name(name).to_python()) for name in names]
    except (CalamineError, OSError, ValueError) as error:
        sheet = say(" with a sheet {name}", name=ref.layer) if ref.layer else ""
        raise LayerError(
            say(
                "{where}: need a readable workbook{sheet}, found another or a damaged one; save it again as .xlsx",
                where=ref.where,
                sheet=sheet,
            )
        ) from error
    full = [(name, rows) for name, rows in sheets if len(rows) > 1]
    if not full:
        raise LayerError(say("{where}: need a sheet with column names and rows, found none; fill it", where=ref.where))
    name, (header, *rows) = full[0]
    frame = pd.DataFrame(rows, columns=pd.Index([str(h).strip() for h in header]), dtype=object)
    frame = frame.loc[:, [c != "" for c in frame.columns]]
    if not frame.columns.is_unique:
        raise LayerError(
            say("{where}: need different column names in the first row, found some twice; rename them", where=ref.where)
        )
    frame = frame.mask(frame == "").dropna(how="all").reset_index(drop=True)
    loaded = Loaded(ref, frame)
    if len(full) > 1:
        loaded.assumptions.append(say("sheet {name} is read, the others are not", name=name))
    return loaded
