"""The rule file: the rules of a plan, and where its layers lie, as TOML.

Beside the rules it may hold a table ``[input]``::

    [input]
    source = "district"            # folder or GeoPackage, seen from the rule file
    crs = "EPSG:4550"              # as --crs
    encoding = "GB18030"           # as --encoding
    [input.layers]
    buildings = "楼栋.shp"          # role = file, or file:layer, seen from the source
    [input.fields.buildings]
    households = "总户数"           # canonical field = field of the file
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from gridplan.config import Rules
from gridplan.database import is_database
from gridplan.errors import ConfigError
from gridplan.faults import choice_fault, load_toml, unknown_key
from gridplan.language import join, say
from gridplan.schema import FIELDS, ROLES

_INPUT: Final = ("source", "crs", "encoding", "layers", "fields")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """What a rule file says.

    Parameters
    ----------
    rules : Rules
        The rules.
    source : str or None
        Folder or GeoPackage of the layers.
    crs, encoding : str or None
        As the options of the command line.
    layers : dict of str to str
        Role -> file, or file and layer.
    fields : dict of str to dict
        Role -> canonical field -> field of the file.
    home : Path
        Folder of the file, from which the layers are seen where there is no source.
    """

    rules: Rules = field(default_factory=Rules)
    source: str | None = None
    crs: str | None = None
    encoding: str | None = None
    layers: dict[str, str] = field(default_factory=dict)
    fields: dict[str, dict[str, str]] = field(default_factory=dict)
    home: Path = Path()

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read a rule file.

        Parameters
        ----------
        path : path
            A TOML file in UTF-8.

        Returns
        -------
        RuleFile
            Its rules over the defaults, and its input; the source is seen from where the file lies.

        Raises
        ------
        ConfigError
            If the file is missing, no TOML, or has unknown keys or wrong values; all are named at once.
        """
        values = load_toml(path)
        told = values.pop("input", {})
        faults, rules = _input_faults(told), Rules()
        try:
            rules = Rules.from_mapping(values)
        except ConfigError as error:
            faults.append(error.message)
        if faults:
            raise ConfigError(join(faults, "\n"))
        if "source" in told and not is_database(told["source"]):
            told["source"] = str(Path(path).parent / told["source"])
        crs = {"crs": str(told["crs"])} if "crs" in told else {}
        return cls(rules=rules, home=Path(path).parent, **(told | crs))

    def places(self, source: str | Path | None) -> dict[str, str]:
        """Tell where the layers lie.

        Parameters
        ----------
        source : path or None
            What the user gives instead of the source of the file.

        Returns
        -------
        dict of str to str
            Role -> file, or file and layer, seen from here.
        """
        base = source or self.source
        home = self.home if base is None or is_database(base) else Path(base)
        home = home.parent if home.is_file() else home
        return {role: place if is_database(place) else str(home / place) for role, place in self.layers.items()}


def _input_faults(told: object) -> list[str]:
    """Find all faults of the table ``[input]``."""
    if not isinstance(told, dict):
        return [_no_table("input", told)]
    faults = [unknown_key(f"input.{key}", [f"input.{name}" for name in _INPUT]) for key in told if key not in _INPUT]
    for key in ("source", "crs", "encoding"):
        value = told.get(key, "")
        if not isinstance(value, str) and not (key == "crs" and type(value) is int):
            faults.append(_no_text(f"input.{key}", value))
    layers, fields = told.get("layers", {}), told.get("fields", {})
    faults += _table_faults("input.layers", layers, ROLES)
    if not isinstance(fields, dict):
        return [*faults, _no_table("input.fields", fields)]
    for role, names in fields.items():
        wrong = choice_fault(f"input.fields.{role}", role, ROLES)
        faults += wrong or _table_faults(f"input.fields.{role}", names, FIELDS[role])
    return faults


def _table_faults(where: str, table: object, known: Mapping[str, Any]) -> list[str]:
    """Find the faults of a table of texts with known keys."""
    if not isinstance(table, dict):
        return [_no_table(where, table)]
    names = [f"{where}.{name}" for name in known]
    faults = [unknown_key(f"{where}.{key}", names) for key in table if key not in known]
    return faults + [_no_text(f"{where}.{key}", v) for key, v in table.items() if not isinstance(v, str)]


def _no_table(where: str, found: object) -> str:
    return say("rules, {name}: need a table [{name}], found {value!r}; write it as a table", name=where, value=found)


def _no_text(where: str, found: object) -> str:
    return say("rules, {name}: need a text in quotes, found {value!r}; write it in quotes", name=where, value=found)
