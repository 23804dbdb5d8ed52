"""A plan in a schema of PostGIS: all tables in one transaction."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from gridplan.database import Address, connect, list_tables, mask, read_address
from gridplan.errors import OutputError
from gridplan.language import join, say
from gridplan.model import PlanData
from gridplan.progress import Report, silent
from gridplan.reporting.columns import encode_frame
from gridplan.reporting.geopackage import LAYERS, OPTIONAL, TABLES

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

KEYS: Final = {"grids": "grid_code", "units": "unit_id", "run": "key"}
"""Primary keys; QGIS wants one of a table it edits."""


def check_database(place: str) -> None:
    """Check that a plan may be written into a schema, before hours are spent on it.

    Parameters
    ----------
    place : str
        Address of the schema: ``postgresql://.../database/schema``.

    Raises
    ------
    OutputError
        If the database does not answer, has no PostGIS, grants no right to write, or the schema holds other tables.
    """
    address, shown = read_address(place), mask(place)
    if not address.name or address.is_query:
        raise OutputError(say("{place}: need a schema behind the database, found none; add /schema to it", place=shown))
    tables = list_tables(place, OutputError)
    if tables and "run" not in tables:
        raise OutputError(
            say("{place}: need a new or empty schema, or one with a former plan, found other tables: {names}; "
                "choose another schema", place=shown, names=join(tables[:3]))
        )  # fmt: skip
    with connect(address, shown, OutputError) as connection:
        ask = connection.exec_driver_sql
        if not ask("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'").scalar():
            raise OutputError(
                say("{place}: need the extension PostGIS, found none; CREATE EXTENSION postgis", place=shown)
            )
        known = ask("SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = %s", (address.name,))
        may = known.scalar()
        if may is None:
            may = ask("SELECT has_database_privilege(current_database(), 'CREATE')").scalar()
        if not may:
            raise OutputError(
                say(
                    "{place}: need the right to write there, found none; ask for it or choose another schema",
                    place=shown,
                )
            )


def write_database(plan: PlanData, place: str, *, report: Report = silent) -> None:
    """Write every frame of a plan as a table, all or nothing.

    Parameters
    ----------
    plan : PlanData
        The plan.
    place : str
        Address of the schema: ``postgresql://.../database/schema``.
    report : Report
        Progress callback, stage "writing".

    Raises
    ------
    OutputError
        If it cannot be written; what stood in the schema is then what it was before.
    """
    check_database(place)
    address = read_address(place)
    names = (*LAYERS, *TABLES, "run")
    with connect(address, mask(place), OutputError) as connection:
        schema = '"' + address.name.replace('"', '""') + '"'
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for done, name in enumerate(names):
            report("writing", done, len(names))
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {schema}.{name}")
            if name in OPTIONAL and not len(getattr(plan, name)):
                continue
            _write(connection, address, name, _frame(plan, name))
            if name in KEYS:
                connection.exec_driver_sql(f"ALTER TABLE {schema}.{name} ADD PRIMARY KEY ({KEYS[name]})")
    report("writing", len(names), len(names))


def _frame(plan: PlanData, name: str) -> pd.DataFrame:
    if name != "run":
        frame: pd.DataFrame = getattr(plan, name)
        return frame
    run = {"crs": plan.crs.to_wkt(), **plan.run}
    texts = [json.dumps(value, ensure_ascii=False) for value in run.values()]
    return pd.DataFrame({"key": list(run), "value": texts})


def _write(connection: "Connection", address: Address, name: str, frame: pd.DataFrame) -> None:
    kinds: dict[str, Any] = {}
    if isinstance(frame, gpd.GeoDataFrame):
        from geoalchemy2 import Geometry  # noqa: PLC0415 - the extra `postgis`

        shapes, code = frame.geometry.to_numpy(), frame.crs.to_epsg() or 0
        found = {shape.geom_type.upper() for shape in shapes if shape is not None}
        kinds["geom"] = Geometry(found.pop() if len(found) == 1 else "GEOMETRY", srid=code or -1)
        frame = pd.DataFrame(frame.drop(columns=frame.geometry.name))
        frame = encode_frame(frame).assign(
            geom=shapely.to_wkb(shapely.set_srid(shapes, code), hex=True, include_srid=True)
        )
    else:
        frame = encode_frame(frame)
    frame.to_sql(name, connection, schema=address.name, index=False, dtype=kinds, method=_copy)


def _copy(table: Any, connection: "Connection", keys: list[str], rows: Iterable[Any]) -> None:  # noqa: ANN401
    """Hand rows to COPY, as pandas wants it of a method."""
    names = ", ".join(f'"{key}"' for key in keys)
    into = f'COPY "{table.schema}"."{table.name}" ({names}) FROM STDIN'
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row(row)
