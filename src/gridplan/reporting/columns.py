"""Columns of a frame <-> what a table of a GeoPackage can hold: types and missing values kept."""

import json
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_object_dtype

Column = dict[str, Any]  # of text; a type given by name is beyond the stubs of pandas

_TEXTS: Final = ("object", "str", "string")


def describe_columns(frame: pd.DataFrame) -> list[Column]:
    """Describe the columns so that `decode_frame` can restore them.

    Parameters
    ----------
    frame : DataFrame
        Without geometry.

    Returns
    -------
    list of dict
        name, dtype, and for objects how they are stored ("text" or "json") and what stands for missing ones
        ("none" or "nan").
    """
    return [_describe(str(name), frame[name]) for name in frame.columns]


def encode_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn columns of objects that are no text into JSON text.

    Parameters
    ----------
    frame : DataFrame, n rows
        Without geometry.

    Returns
    -------
    DataFrame, n rows
        Columns of numbers, truth values and text.
    """
    kinds = describe_columns(frame)
    mixed = [c["name"] for c in kinds if c.get("stored") == "json"]
    texts = {name: [None if _missing(v) else json.dumps(v, ensure_ascii=False) for v in frame[name]] for name in mixed}
    return frame.assign(**{name: pd.Series(t, index=frame.index, dtype="object") for name, t in texts.items()})


def decode_frame(frame: pd.DataFrame, columns: list[Column]) -> pd.DataFrame:
    """Restore the columns from what was stored.

    Parameters
    ----------
    frame : DataFrame, n rows
        As read from the table.
    columns : list of dict
        What `describe_columns` said.

    Returns
    -------
    DataFrame, n rows
        The columns in their order with their types.

    Raises
    ------
    KeyError
        If a column is not there.
    """
    restored = {c["name"]: _decode(pd.Series(frame[c["name"]]), c) for c in columns}
    return pd.DataFrame(restored, index=pd.RangeIndex(len(frame)), columns=[c["name"] for c in columns])


def pack_rows(rows: NDArray[np.int64]) -> list[list[int]]:
    """Write rising row numbers as runs.

    Parameters
    ----------
    rows : int64[n]
        Rising.

    Returns
    -------
    list of [start, stop]
        Runs of consecutive numbers, stop excluded.
    """
    if not len(rows):
        return []
    breaks = np.flatnonzero(np.diff(rows) != 1)
    starts = np.concatenate([rows[:1], rows[breaks + 1]])
    stops = np.concatenate([rows[breaks], rows[-1:]]) + 1
    return [[int(a), int(b)] for a, b in zip(starts, stops, strict=True)]


def unpack_rows(runs: list[list[int]]) -> NDArray[np.int64]:
    """Undo `pack_rows`.

    Parameters
    ----------
    runs : list of [start, stop]
        Runs of consecutive numbers.

    Returns
    -------
    int64[n]
        The numbers.
    """
    return np.concatenate([np.arange(a, b, dtype=np.int64) for a, b in runs] or [np.zeros(0, dtype=np.int64)])


def _describe(name: str, column: pd.Series) -> Column:
    described = {"name": name, "dtype": str(column.dtype)}
    if is_object_dtype(column.dtype):
        texts = all(isinstance(v, str) or _missing(v) for v in column)
        described["stored"] = "text" if texts else "json"
        described["missing"] = "nan" if any(v is not None and _missing(v) for v in column) else "none"
    return described


def _decode(column: pd.Series, described: Column) -> pd.Series:
    values = column.reset_index(drop=True)
    dtype = described["dtype"]
    if dtype not in _TEXTS:
        return values.astype(dtype)
    missing = np.nan if dtype != "object" or described["missing"] == "nan" else None
    read: Any = json.loads if described.get("stored") == "json" else str
    objects = pd.Series([missing if _missing(v) else read(v) for v in values], dtype="object")
    return objects if dtype == "object" else objects.astype(dtype)


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))
