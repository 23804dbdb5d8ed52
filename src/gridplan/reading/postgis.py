"""Read layers and tables from PostGIS: a table, a view or a query plays a role as a file does."""

import dataclasses
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from gridplan.database import Address, connect, read_address
from gridplan.errors import CRSError, LayerError
from gridplan.language import join, say
from gridplan.reading.crs import parse_crs
from gridplan.reading.sources import LayerRef
from gridplan.reading.tables import Table, table_of
from gridplan.reading.vectors import Loaded

if TYPE_CHECKING:
    from psycopg import ServerCursor
    from pyproj import CRS
    from sqlalchemy.engine import Connection

_CHUNK_ROWS: Final = 100_000
_USUAL: Final = ("geom", "geometry", "the_geom", "wkb_geometry", "shape")


def read_database(ref: LayerRef) -> Loaded:
    """Read a layer.

    Parameters
    ----------
    ref : LayerRef
        With a database.

    Returns
    -------
    Loaded
        The layer; without geometries where the table has none.

    Raises
    ------
    LayerError
        If the database does not answer, or the table is not there.
    """
    address = read_address(ref.database)
    with connect(address, ref.where, LayerError) as connection:
        with _rows(connection, address) as cursor:
            spatial = _spatial_columns(connection, cursor)
            frame = pd.concat([*_frames(cursor)], ignore_index=True)
        loaded = Loaded(ref, frame.drop(columns=spatial))
        if spatial:
            wkb = frame[spatial[0]].astype(object)
            shapes = shapely.from_wkb(wkb.where(wkb.notna(), None).to_numpy(), on_invalid="fix")
            loaded.crs = _crs(connection, shapes, ref.where)
            loaded.shapes = shapely.force_2d(shapes)
    if len(spatial) > 1:
        loaded.assumptions.append(
            say("geometry is taken from {taken}, not from {ids}", taken=spatial[0], ids=join(spatial[1:]))
        )
    return loaded


def open_rows(ref: LayerRef) -> Table:
    """Open a table whose rows are read in pieces.

    Parameters
    ----------
    ref : LayerRef
        With a database.

    Returns
    -------
    Table
        With its columns known; one with geometries is read whole.

    Raises
    ------
    LayerError
        If the database does not answer, or the table is not there.
    """
    address = read_address(ref.database)
    with connect(address, ref.where, LayerError) as connection, _rows(connection, address) as cursor:
        spatial, columns = _spatial_columns(connection, cursor), _names(cursor)
    if spatial:
        return table_of(read_database(ref))

    def chunks(wanted: list[str], _text: list[str]) -> Iterator[pd.DataFrame]:
        first = 1
        with connect(address, ref.where, LayerError) as connection, _rows(connection, address) as cursor:
            for frame in _frames(cursor):
                frame.index = pd.RangeIndex(first, first + len(frame))
                first += len(frame)
                yield frame[wanted]

    return Table(ref, columns, chunks)


def hash_rows(ref: LayerRef) -> str:
    """Hash what a table holds, whatever the order of its rows.

    Parameters
    ----------
    ref : LayerRef
        With a database.

    Returns
    -------
    str
        SHA-256 in hexadecimal, of the number of rows and the sum of their hashes.
    """
    address = read_address(ref.database)
    with connect(address, ref.where, LayerError) as connection:
        whole = f"SELECT count(*), sum(hashtextextended(q::text, 0)::numeric) FROM ({_sql(address)}) AS q"  # noqa: S608
        with _rows(connection, dataclasses.replace(address, name=whole)) as cursor:
            count, total = cursor.fetchall()[0]
    return hashlib.sha256(f"{count}:{total or 0}".encode()).hexdigest()


def _sql(address: Address) -> str:
    if address.is_query:
        return address.name
    names = [f'"{part}"' for part in (n.replace('"', '""') for n in address.parts) if part]
    return f"SELECT * FROM {'.'.join(names)}"  # noqa: S608 - quoted


@contextmanager
def _rows(connection: "Connection", address: Address) -> Iterator["ServerCursor[Any]"]:
    """Run the query as it stands, read only; its rows come in pieces."""
    raw = connection.connection.driver_connection
    assert raw is not None  # noqa: S101 - it is open
    raw.execute("SET TRANSACTION READ ONLY")
    with raw.cursor(name="gridplan") as cursor:
        cursor.execute(_sql(address))
        yield cursor


def _names(cursor: "ServerCursor[Any]") -> list[str]:
    return [column.name for column in cursor.description or ()]


def _spatial_columns(connection: "Connection", cursor: "ServerCursor[Any]") -> list[str]:
    """Name the columns of geometries, the one called like a geometry first."""
    kinds = connection.exec_driver_sql("SELECT oid FROM pg_type WHERE typname IN ('geometry', 'geography')")
    oids = set(kinds.scalars())
    names = [column.name for column in cursor.description or () if column.type_code in oids]
    return sorted(names, key=lambda name: name not in _USUAL)


def _frames(cursor: "ServerCursor[Any]") -> Iterator[pd.DataFrame]:
    """Read the rows in pieces, at least one, whole numbers as such also where some are missing."""
    columns, empty = _names(cursor), True
    while rows := cursor.fetchmany(_CHUNK_ROWS):
        empty = False
        frame = pd.DataFrame(rows, columns=columns, dtype=object)
        yield frame.apply(_plain).infer_objects()
    if empty:
        yield pd.DataFrame(columns=columns, dtype=object)


def _plain(column: pd.Series) -> pd.Series:
    return column.map(lambda value: float(value) if isinstance(value, Decimal) else value, na_action="ignore")


def _crs(connection: "Connection", shapes: Any, where: str) -> "CRS | None":  # noqa: ANN401 - an array
    codes = np.unique(shapely.get_srid(shapes[~shapely.is_missing(shapes)]))
    if len(codes) > 1:
        raise CRSError(
            say("{where}: need one SRID, found {codes}; transform the rows to one", where=where,
                codes=join(codes.tolist()))
        )  # fmt: skip
    if not len(codes) or codes[0] == 0:
        return None
    sql = "SELECT auth_name || ':' || auth_srid, srtext FROM spatial_ref_sys WHERE srid = %s"
    found = connection.exec_driver_sql(sql, (int(codes[0]),)).one_or_none()
    code, text = found or (f"EPSG:{codes[0]}", "")
    return parse_crs(code if str(code).startswith("EPSG") else text, where)
