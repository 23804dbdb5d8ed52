"""Addresses of a database: taken apart, and never shown with a password."""

import builtins

import pytest

from gridplan import read_layers
from gridplan.database import is_database, mask, read_address
from gridplan.errors import ConfigError, LayerError


@pytest.mark.parametrize(
    ("place", "database", "name", "options"),
    [
        ("postgresql://u:p@h:5433/gis/t", "gis", "t", {"host": "h", "port": 5433, "user": "u", "password": "p"}),
        ("postgres://h/gis/s.t", "gis", "s.t", {"host": "h"}),
        ("postgresql:///gis", "gis", "", {}),
        ("postgresql://h/gis/t?sslmode=require", "gis", "t", {"host": "h", "sslmode": "require"}),
        ("postgresql://h/gis?sslmode=require", "gis", "", {"host": "h", "sslmode": "require"}),
        ("postgresql://u:p%40s%2Fs@h/gis/%E6%A5%BC", "gis", "楼", {"host": "h", "user": "u", "password": "p@s/s"}),
        ("postgresql://h/gis/SELECT a / 2 FROM t WHERE c = '?x';", "gis", "SELECT a / 2 FROM t WHERE c = '?x'",
         {"host": "h"}),
        ("postgresql://h/gis/ (SELECT 1)", "gis", "(SELECT 1)", {"host": "h"}),
        ("postgresql://h/gis/selection", "gis", "selection", {"host": "h"}),
    ],
)  # fmt: skip
def test_an_address_is_taken_apart(place: str, database: str, name: str, options: dict[str, object]) -> None:
    """Driver's options, database, and a table, schema or query."""
    address = read_address(place)
    assert (address.database, address.name, address.options) == (database, name, options)
    assert address.is_query == (" " in name)
    assert "p@s/s" not in repr(address)


@pytest.mark.parametrize(
    "place",
    [
        "postgresql://u:secret@h/gis/t",
        "postgresql://u:se@cret@h/gis/t",
        "postgresql://u:secret/x@h/gis/t",
        "postgresql+psycopg://u:secret@h/gis",
        "postgresql://h/gis/t?user=u&password=secret&sslmode=require",
        "cannot reach postgresql://u:secret@h/gis: password=secret sslpassword=secret",
        "postgres://:secret@h/gis",
    ],
)
def test_no_password_is_shown(place: str) -> None:
    """In an address, its options, or a message that quotes them; also one that should have been escaped."""
    shown = mask(place)
    assert "secret" not in shown
    assert "cret" not in shown
    assert "gis" in shown or "t" in shown


def test_what_is_no_address_stays_as_it_is() -> None:
    """Paths and sentences."""
    assert mask("C:\\data\\a@b.shp: need a file") == "C:\\data\\a@b.shp: need a file"
    assert is_database("postgresql://h/d/t")
    assert not is_database("data/postgresql/t")
    assert mask("postgresql://planner@h:5432/gis/t") == "postgresql://planner@h:5432/gis/t"


@pytest.mark.parametrize("place", ["postgresql://", "postgresql://h", "postgresql://u:secret@h:no/gis/t"])
def test_a_wrong_address_is_one_error(place: str) -> None:
    """Without its password."""
    with pytest.raises(ConfigError, match="need postgresql://user@host:port/database/table") as caught:
        read_address(place)
    assert "secret" not in str(caught.value)


def test_without_the_extra_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install."""
    real = builtins.__import__

    def absent(name: str, *rest: object, **more: object) -> object:
        if name.partition(".")[0] in ("psycopg", "sqlalchemy"):
            raise ImportError(name)
        return real(name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(LayerError, match=r"pip install \"gridplan\[postgis\]\""):
        read_layers(roles={"buildings": "postgresql://h/gis/t"})
