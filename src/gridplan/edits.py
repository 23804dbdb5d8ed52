"""What a planner has settled by hand: grids, units together and apart, borders opened and closed, as a JSON file.

The page writes it::

    {"format": "gridplan-edits/1", "plan": {"created": "...", "version": "..."},
     "grids": [{"code": "210106001001002", "units": ["LD000010"], "only": true}],
     "together": [["LD000011", "LD000012"]], "apart": [["LD000013", "LD000014"]],
     "open": [["LD000015", "LD000016"]], "close": [["LD000017", "LD000018"]], "exclude": ["210106001002"]}

A unit is named by its unit_id, or by the id of its building, which stands for all its entrances.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from gridplan.errors import ConfigError
from gridplan.faults import refuse, unknown_key
from gridplan.language import say

FORMAT: Final = "gridplan-edits/1"

_KEYS: Final = ("format", "plan", "grids", "together", "apart", "open", "close", "exclude")
_GRID_KEYS: Final = ("code", "units", "only")

Group = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedGrid:
    """Units that share a grid.

    Parameters
    ----------
    code : str
        Code the grid shall have, or "".
    units : tuple of str
        The units.
    only : bool
        Whether no other unit is in it.
    """

    code: str = ""
    units: Group = ()
    only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """What a planner has settled.

    Parameters
    ----------
    grids : tuple of EditedGrid
        Grids drawn, or some of their units.
    together : tuple of tuple of str
        Units that share a grid.
    apart : tuple of tuple of str
        Pairs of units that share none.
    open, close : tuple of tuple of str
        Pairs of neighbours whose border grids may cross although a barrier is on it, and may not.
    exclude : tuple of str
        Codes or names of communities that are not planned.
    """

    grids: tuple[EditedGrid, ...] = ()
    together: tuple[Group, ...] = ()
    apart: tuple[Group, ...] = ()
    open: tuple[Group, ...] = ()
    close: tuple[Group, ...] = ()
    exclude: Group = ()

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read a file of edits.

        Parameters
        ----------
        path : path
            JSON, UTF-8.

        Returns
        -------
        Edits
            What it says.

        Raises
        ------
        ConfigError
            If it cannot be read, or holds anything else; all faults at once.
        """
        try:
            loaded = json.loads(Path(path).read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            raise ConfigError(
                say("{path}: need a file of edits (JSON), found {error}; export it anew", path=path, error=error)
            ) from error
        return cls.from_mapping(loaded)

    @classmethod
    def from_mapping(cls, given: object) -> Self:
        """Make edits of what a file holds.

        Parameters
        ----------
        given : mapping
            As in the file.

        Returns
        -------
        Edits
            The same, checked.

        Raises
        ------
        ConfigError
            If anything else is given; all faults at once.
        """
        if not isinstance(given, Mapping) or given.get("format") != FORMAT:
            found = given.get("format") if isinstance(given, Mapping) else type(given).__name__
            raise ConfigError(
                say("edits: need the format {format}, found {found}; export them anew", format=FORMAT, found=found)
            )
        faults = [unknown_key(f"edits.{key}", [f"edits.{k}" for k in _KEYS]) for key in given if key not in _KEYS]
        groups = {key: _groups(key, given.get(key, []), faults) for key in ("together", "apart", "open", "close")}
        grids = tuple(_grid(entry, faults) for entry in _list("grids", given.get("grids", []), faults))
        exclude = tuple(_names("exclude", given.get("exclude", []), faults))
        refuse(faults)
        return cls(grids=grids, exclude=exclude, **groups)

    def to_mapping(self) -> dict[str, Any]:
        """Give what a file holds.

        Returns
        -------
        dict
            JSON-able; `from_mapping` takes it.
        """
        grids = [{"code": g.code, "units": list(g.units), "only": g.only} for g in self.grids]
        pairs = {key: [list(group) for group in getattr(self, key)] for key in ("together", "apart", "open", "close")}
        return {"format": FORMAT, "grids": grids, **pairs, "exclude": list(self.exclude)}


def _fault(key: str, needed: str, found: object) -> str:
    return say("edits, {key}: need {needed}, found {found}; export them anew", key=key, needed=needed, found=found)


def _list(key: str, given: object, faults: list[str]) -> list[Any]:
    if isinstance(given, list):
        return given
    faults.append(_fault(key, say("a list"), type(given).__name__))
    return []


def _names(key: str, given: object, faults: list[str]) -> list[str]:
    names = _list(key, given, faults)
    if not all(isinstance(name, str) and name for name in names):
        faults.append(_fault(key, say("names"), str(names)[:60]))
        return []
    return names


def _groups(key: str, given: object, faults: list[str]) -> tuple[Group, ...]:
    groups = [tuple(dict.fromkeys(_names(key, group, faults))) for group in _list(key, given, faults)]
    exact = key != "together"
    wrong = [group for group in groups if len(group) < 2 or (exact and len(group) > 2)]  # noqa: PLR2004 - a pair
    if wrong:
        faults.append(_fault(key, say("pairs of different units"), str(list(wrong[0]))[:60]))
    return tuple(groups)


def _grid(given: object, faults: list[str]) -> EditedGrid:
    if not isinstance(given, Mapping):
        faults.append(_fault("grids", say("objects with code and units"), type(given).__name__))
        return EditedGrid()
    faults.extend(unknown_key(f"grids.{k}", [f"grids.{n}" for n in _GRID_KEYS]) for k in given if k not in _GRID_KEYS)
    code, only = given.get("code", ""), given.get("only", False)
    if not isinstance(code, str) or not isinstance(only, bool):
        faults.append(_fault("grids", say("a code as text, and only as true or false"), f"{code!r}, {only!r}"))
    units = _names("grids.units", given.get("units", []), faults)
    if not units:
        faults.append(_fault("grids.units", say("at least one unit"), code or "[]"))
    return EditedGrid(code=str(code), units=tuple(dict.fromkeys(units)), only=only is True)
