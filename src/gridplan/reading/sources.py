"""Find which file, or layer of a file, plays which role."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pyogrio

from gridplan.database import is_database, list_tables, mask, read_address
from gridplan.errors import LayerError, first_three
from gridplan.language import join, say, word
from gridplan.reading.notes import Notes
from gridplan.schema import ROLES

VECTORS: Final = (".shp", ".gpkg", ".geojson", ".json", ".fgb", ".parquet", ".geoparquet")
SHEETS: Final = (".xlsx", ".xls", ".xlsb", ".ods")
TABLES: Final = (".csv", *SHEETS)
TABLE_ROLES: Final = ("households", "personnel")
SHAPEFILE_PARTS: Final = (".shp", ".dbf", ".shx", ".prj", ".cpg")

_NOT_DATA: Final = ("layer_styles", "qgis_projects")


def name_key(name: object) -> str:
    """Reduce a name to what is compared: case, spaces and width do not count.

    Parameters
    ----------
    name : object
        Name of a layer, a file or a field.

    Returns
    -------
    str
        The key.
    """
    return "".join(unicodedata.normalize("NFKC", str(name)).casefold().split())


_ROLE_OF: Final = MappingProxyType(
    {name_key(name): role for role, aliases in ROLES.items() for name in (role, *aliases)}
)


@dataclass(frozen=True, slots=True)
class LayerRef:
    """Where the layer of a role lies.

    Parameters
    ----------
    role : str
        Role it plays.
    path : Path
        The file.
    layer : str
        Layer or sheet inside it; "" where there is only one.
    told : mapping of str to str
        Canonical field -> field of the file, as the user says.
    database : str
        Address of the table; "" for a file. It may hold a password and is shown nowhere.
    """

    role: str
    path: Path
    layer: str = ""
    told: Mapping[str, str] = field(default_factory=dict, compare=False)
    database: str = field(default="", repr=False)

    @property
    def where(self) -> str:
        """Name the layer as messages do: role and file.

        Returns
        -------
        str
            For example ``buildings (楼栋.shp)``.
        """
        return say("{role} ({place})", role=word(self.role), place=self.place)

    @property
    def place(self) -> str:
        """Name the file and the layer inside it.

        Returns
        -------
        str
            For example ``district.gpkg:楼栋``.
        """
        return f"{self.path.name}:{self.layer}" if self.layer else self.path.name

    @property
    def given(self) -> str:
        """Write the layer as an option gives it.

        Returns
        -------
        str
            ``FILE`` or ``FILE:layer``, or the address of a table.
        """
        return self.database or f"{self.path}:{self.layer}" if self.layer else str(self.path)


def find_layers(source: str | Path | None, roles: Mapping[str, str | Path] | None, notes: Notes) -> dict[str, LayerRef]:
    """Find the layer of every role.

    Parameters
    ----------
    source : path or None
        A folder, or one file.
    roles : mapping or None
        Role -> ``FILE`` or ``FILE:layer``; these win over `source`.
    notes : Notes
        Takes a notice for every layer that plays no role.

    Returns
    -------
    dict of str to LayerRef
        In the order of `schema.ROLES`; always with buildings.

    Raises
    ------
    LayerError
        If a file or layer is missing, a role is played twice, or nothing plays the buildings.
    """
    given = [_parse_role(role, file) for role, file in (roles or {}).items()]
    _refuse_twice(given, say("give each role once"))
    named = {ref.role for ref in given}
    offers = [] if source is None else [ref for ref in _look_into(source, notes) if ref.role not in named]
    _refuse_twice(offers, say("keep one of them, or name the one to take by its role"))
    found = {ref.role: ref for ref in (*offers, *given)}
    if "buildings" not in found:
        seen = join([ref.where for ref in found.values()]) or say("no layer with a known name")
        names = join(["buildings", *ROLES["buildings"][:2]], "or")
        raise LayerError(
            say(
                "{where}: need a layer of buildings, found {seen}; name it {names}, or give its file",
                where=mask(source) if source else word("roles"),
                seen=seen,
                names=names,
            )
        )
    return {role: found[role] for role in ROLES if role in found}


def list_layers(path: Path) -> list[str]:
    """List the layers of a GeoPackage.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    list of str
        Names, without tables of styles.

    Raises
    ------
    LayerError
        If the file cannot be opened.
    """
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(path)]
    except Exception as error:  # as of `read_vector`
        raise LayerError(
            say(
                "{where}: need a readable GeoPackage, found another or a damaged file; export it again", where=path.name
            )
        ) from error
    return [name for name in names if name not in _NOT_DATA]


def _refuse_twice(refs: Iterable[LayerRef], remedy: str) -> None:
    by_role: dict[str, list[LayerRef]] = {}
    for ref in refs:
        by_role.setdefault(ref.role, []).append(ref)
    faults = [
        say(
            "{role}: need one layer, found {places}; {remedy}",
            role=word(role),
            places=first_three(ref.place for ref in several),
            remedy=remedy,
        )
        for role, several in by_role.items()
        if len(several) > 1
    ]
    if faults:
        raise LayerError(join(faults, "\n"))


def _parse_role(name: str, file: str | Path) -> LayerRef:
    """Read one option ``ROLE=FILE[:layer]``; the colon of a Windows drive is none."""
    role = _ROLE_OF.get(name_key(name))
    if role is None:
        close = get_close_matches(name, ROLES, n=1)
        remedy = say("did you mean {name}?", name=close[0]) if close else say("correct the role")
        raise LayerError(
            say("roles: need one of {known}, found {name}; {remedy}", known=join(list(ROLES)), name=name, remedy=remedy)
        )
    if is_database(file):
        return _table_ref(role, str(file))
    text = str(file)
    path, layer = Path(text), ""
    head, colon, tail = text.rpartition(":")
    drive = len(head) == 1 and tail[:1] in ("\\", "/")
    if colon and head and tail and not drive and not path.exists():
        path, layer = Path(head), tail
    if not path.exists():
        raise LayerError(
            say("{role}: need a file, found nothing at {path}; check the path", role=word(role), path=path)
        )
    if path.suffix.lower() == ".gpkg":
        layer = _choose_layer(role, path, layer)
    return LayerRef(role, path, layer)


def _choose_layer(role: str, path: Path, layer: str) -> str:
    names = list_layers(path)
    fits = [layer] if layer in names else [n for n in names if _ROLE_OF.get(name_key(n)) == role]
    if not layer and len(names) == 1:
        fits = names
    if layer not in ("", *names) or len(fits) != 1:
        needed = say("the layer {name}", name=layer) if layer else say("one layer of that role")
        raise LayerError(
            say(
                "{role} ({name}): need {needed}, found {names}; give FILE:layer",
                role=word(role),
                name=path.name,
                needed=needed,
                names=", ".join(names) or word("none"),
            )
        )
    return fits[0]


def _table_ref(role: str, place: str) -> LayerRef:
    address = read_address(place)
    if not address.name:
        raise LayerError(
            say("{role}: need a table or a query behind the database, found none; add /table to {place}",
                role=word(role), place=mask(place))
        )  # fmt: skip
    return LayerRef(role, Path(address.database), address.name, database=place)


def _look_into(source: str | Path, notes: Notes) -> Iterator[LayerRef]:
    if not is_database(source):
        yield from _scan(Path(source), notes)
        return
    place = str(source)
    schema, home = read_address(place).name, place
    if schema:
        home = place.rpartition("/")[0]
    for name in list_tables(place, LayerError):
        ref = _table_ref("", f"{home}/{schema or 'public'}.{name}")
        yield from _offer(name, ref, notes)


def _scan(source: Path, notes: Notes) -> Iterator[LayerRef]:
    if not source.exists():
        raise LayerError(
            say("{where}: need a folder or a GeoPackage, found nothing there; check the path", where=source)
        )
    files = sorted(source.iterdir()) if source.is_dir() else [source]
    for path in files:
        if path.name.startswith((".", "~$")) or not path.is_file():
            continue
        suffix = path.suffix.lower()
        if suffix == ".gpkg":
            yield from _scan_package(path, notes)
        elif suffix in VECTORS or suffix in TABLES or _is_lone_dbf(path, files):
            yield from _offer(path.stem, LayerRef("", path), notes)
        elif not source.is_dir():
            known = " ".join((*VECTORS, *TABLES))
            raise LayerError(
                say(
                    "{where}: need a folder or one of {known}, found {suffix}; convert it",
                    where=path.name,
                    known=known,
                    suffix=suffix or word("no suffix"),
                )
            )


def _scan_package(path: Path, notes: Notes) -> Iterator[LayerRef]:
    names = list_layers(path)
    if len(names) == 1 and name_key(names[0]) not in _ROLE_OF:
        yield from _offer(path.stem, LayerRef("", path, names[0]), notes)
        return
    for name in names:
        yield from _offer(name, LayerRef("", path, name), notes)


def _offer(name: str, ref: LayerRef, notes: Notes) -> Iterator[LayerRef]:
    role = _ROLE_OF.get(name_key(name))
    if role is None:
        notes.tell(
            "layer_ignored",
            ref.place,
            say("{place} is ignored: {name} is the name of no role", place=ref.place, name=name),
        )
    else:
        yield replace(ref, role=role)


def _is_lone_dbf(path: Path, files: list[Path]) -> bool:
    """Tell a .dbf that is a table, or has lost its .shp, from one that belongs to a shapefile."""
    shapes = {file.stem for file in files if file.suffix.lower() == ".shp"}
    return path.suffix.lower() == ".dbf" and path.stem not in shapes
