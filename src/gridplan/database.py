"""Addresses of a PostGIS database: told from files, opened, and never shown with their password.

An address is ``postgresql://user@host:port/database`` and, behind one more slash, a table, ``schema.table``, a schema,
or a query (``SELECT ...``). The password may stand in it, in PGPASSWORD, or in the password file of PostgreSQL.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from gridplan.errors import ConfigError, GridplanError
from gridplan.language import say

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_SCHEMES: Final = ("postgresql://", "postgres://")
_ADDRESS: Final = re.compile(r"(postgres(?:ql)?(?:\+\w+)?://)([^\s'\"]*)")
_SECRET: Final = re.compile(r"(?i)\b(\w*password)=[^&\s'\"]*")
_QUERY: Final = re.compile(r"(?is)\s*(select|with|values|table)\b.*\s.*|\s*\(.*")
_SECONDS: Final = 10  # for an answer of the server


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What the address of a database says.

    Parameters
    ----------
    database : str
        Name of the database.
    name : str
        Table, schema or query; "" where there is none.
    options : dict
        What the driver takes: host, port, user, password and others.
    """

    database: str
    name: str
    options: dict[str, Any] = field(repr=False)

    @property
    def is_query(self) -> bool:
        """Whether the name is a query."""
        return _QUERY.fullmatch(self.name) is not None

    @property
    def parts(self) -> tuple[str, str]:
        """Schema, "" where it is not told, and table."""
        schema, _, table = self.name.rpartition(".")
        return schema, table


def is_database(place: object) -> bool:
    """Tell the address of a database from a path.

    Parameters
    ----------
    place : object
        What the user gave for a layer or a place to write.

    Returns
    -------
    bool
        True for ``postgresql://...``.
    """
    return str(place).startswith(_SCHEMES)


def mask(text: object) -> str:
    """Take passwords out of a text.

    Parameters
    ----------
    text : object
        An address, or a message that may quote one.

    Returns
    -------
    str
        The same without passwords.
    """
    return _SECRET.sub(r"\1=***", _ADDRESS.sub(_without_password, str(text)))


def read_address(place: str) -> Address:
    """Take an address apart.

    Parameters
    ----------
    place : str
        ``postgresql://...``.

    Returns
    -------
    Address
        Its parts.

    Raises
    ------
    ConfigError
        If it names no database, or has a port that is no number.
    """
    head, _, rest = place.partition("://")
    authority, _, path = rest.partition("/")
    name, _, behind = path.partition("/")
    behind = behind if _QUERY.fullmatch(behind) else unquote(behind)
    told = {}
    if not _QUERY.fullmatch(behind):
        behind, _, told_text = behind.partition("?")
        name, _, more_text = name.partition("?")
        told = dict(parse_qsl(told_text or more_text))
    try:
        url = urlsplit(f"{head}://{authority}")
        known = {"host": url.hostname, "port": url.port, "user": url.username, "password": url.password}
    except ValueError:
        name = ""
    if not name:
        raise ConfigError(
            say("{place}: need postgresql://user@host:port/database/table, found another form; correct the address",
                place=mask(place))
        )  # fmt: skip
    options = {key: unquote(value) if isinstance(value, str) else value for key, value in known.items() if value}
    return Address(database=unquote(name), name=behind.strip().rstrip(";"), options=options | told)


@contextmanager
def connect(address: Address, where: str, fault: type[GridplanError]) -> Iterator["Connection"]:
    """Open a connection with one transaction, which is rolled back if anything fails.

    Parameters
    ----------
    address : Address
        Of the database.
    where : str
        Layer or place, as messages name it.
    fault : type of GridplanError
        What is raised where the database does not do what it should.

    Yields
    ------
    Connection
        Of SQLAlchemy, committed at the end.

    Raises
    ------
    GridplanError
        Of the type `fault`: no driver, no server, no right, no such table; never with a password.
    """
    try:
        import psycopg  # noqa: PLC0415 - the extra `postgis`
        from sqlalchemy import URL, NullPool, create_engine  # noqa: PLC0415
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415
    except ImportError as error:
        raise fault(
            say('{where}: need SQLAlchemy and psycopg for PostGIS, found none; pip install "gridplan[postgis]"',
                where=where)
        ) from error  # fmt: skip
    arguments = {"connect_timeout": _SECONDS, "application_name": "gridplan"} | address.options
    url = URL.create("postgresql+psycopg", database=address.database)
    engine = create_engine(url, poolclass=NullPool, connect_args=arguments, hide_parameters=True)
    try:
        with engine.begin() as connection:
            yield connection
    except (SQLAlchemyError, psycopg.Error) as error:
        found = _first_line(getattr(error, "orig", None) or error, address)
        raise fault(
            say(
                "{where}: need a database that answers, found {error}; check the address, the name and the rights",
                where=where,
                error=found,
            )
        ) from None  # fmt: skip - what stands behind it may quote the address
    finally:
        engine.dispose()


def list_tables(place: str, fault: type[GridplanError]) -> list[str]:
    """List the tables and views of a schema.

    Parameters
    ----------
    place : str
        Address of a database, or of a schema in it; "public" where none is told.
    fault : type of GridplanError
        What is raised where the database does not answer.

    Returns
    -------
    list of str
        Their names, without those of PostGIS itself.

    Raises
    ------
    GridplanError
        Of the type `fault`.
    """
    address = read_address(place)
    sql = (
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND "
        "c.relkind IN ('r', 'v', 'm', 'f', 'p') AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND "
        "d.deptype = 'e') ORDER BY 1"
    )
    with connect(address, mask(place), fault) as connection:
        return [str(name) for (name,) in connection.exec_driver_sql(sql, (address.name or "public",))]


def _first_line(error: BaseException, address: Address) -> str:
    """Tell what the server says, without passwords and without the values of rows."""
    told = getattr(getattr(error, "diag", None), "message_primary", None) or str(error)
    line = next(iter(mask(told).splitlines()), type(error).__name__)
    secret = str(address.options.get("password") or "")
    return line.replace(secret, "***") if secret else line


def _without_password(hit: re.Match[str]) -> str:
    head, at, tail = hit[2].rpartition("@")
    return f"{hit[1]}{head.split(':')[0]}{at}{tail}"
