"""The rules of a plan: every planning default, written once.

A rule file (TOML) overrides them: top-level keys and one table per group, named as the fields here. Units stand in
the names (`_m` metres, `_m2` square metres).
"""

import dataclasses
import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self

from gridplan.errors import ConfigError
from gridplan.language import join, say

HOUSEHOLD_BASES: Final = ("resident", "registered", "dwelling")
EFFORTS: Final = ("fast", "normal", "thorough")


def _require(where: str, needed: str, found: object, *, holds: bool) -> None:
    if not holds:
        raise ConfigError(
            say(
                "rules, {where}: need {needed}, found {found}; correct the rule file or the argument",
                where=where,
                needed=needed,
                found=found,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRules:
    """Prices of the terms of the cost of one grid; the constants are those of a target of 300 households.

    Parameters
    ----------
    outside : float
        Price of a grid outside the band, and of `target / 5` households outside it.
    load : float
        Price of a load that differs from the target by `target / 5`.
    compound : float
        Price of each compound a grid touches.
    mixed : float
        Price, per target of households, of a grid that touches more than one compound.
    inertia : float
        Price of a spread of `spread_m` squared per household of the target.
    spread_m : float
        Distance to the centre of a grid, in metres, that counts once.
    barrier_per_m : float
        Price of each metre of soft barrier crossed inside a grid; `partition_graph` alone leaves it out.
    """

    outside: float = 1000.0
    load: float = 1.0
    compound: float = 1.0
    mixed: float = 0.5
    inertia: float = 0.5
    spread_m: float = 50.0
    barrier_per_m: float = 0.002

    def __post_init__(self) -> None:
        """Check the values."""
        for name in self.__slots__:
            value = getattr(self, name)
            _require(f"cost.{name}", say("a number >= 0"), value, holds=_is_number(value) and value >= 0)
        _require("cost.spread_m", say("a number > 0"), self.spread_m, holds=self.spread_m > 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeometryRules:
    """How cells and contiguity are drawn.

    Parameters
    ----------
    min_border_m : float
        Two cells are neighbours when they share more than this length of border.
    study_buffer_m : float
        Without boundary and communities, the study area is the buildings buffered by this and closed.
    sample_m : float
        Spacing of the points on the outline of a footprint from which its cell is drawn.
    crossing_m : float
        Length of a hard barrier that a crossing reopens.
    max_outside_m : float
        A building farther than this from every community is set aside.
    household_reach_m : float
        A household given as a point farther than this from every building is set aside.
    hard_roads : tuple of str
        Road classes no grid may cross.
    """

    min_border_m: float = 2.0
    study_buffer_m: float = 50.0
    sample_m: float = 6.0
    crossing_m: float = 20.0
    max_outside_m: float = 50.0
    household_reach_m: float = 30.0
    hard_roads: tuple[str, ...] = ("motorway", "trunk")

    def __post_init__(self) -> None:
        """Check the values."""
        for name in self.__slots__[:-1]:
            value = getattr(self, name)
            _require(f"geometry.{name}", say("a number > 0"), value, holds=_is_number(value) and value > 0)
        _require(
            "geometry.hard_roads", say("a list of road classes"), self.hard_roads,
            holds=isinstance(self.hard_roads, tuple) and all(isinstance(c, str) for c in self.hard_roads),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateRules:
    """How households are estimated where none are counted, in the order of the fields.

    Parameters
    ----------
    flats_per_landing : int
        Flats on one floor of one entrance.
    persons_per_household : float
        Residents of one household; 2.18 is Shenyang's census of 2020.
    dwelling_m2 : float
        Residential floor area of one dwelling.
    residential_share : float
        Share of footprint times floors that is residential floor area.
    """

    flats_per_landing: int = 2
    persons_per_household: float = 2.18
    dwelling_m2: float = 80.0
    residential_share: float = 0.8

    def __post_init__(self) -> None:
        """Check the values."""
        for name in self.__slots__:
            value = getattr(self, name)
            _require(f"estimates.{name}", say("a number > 0"), value, holds=_is_number(value) and value > 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyRules:
    """What leaves the bureau.

    Parameters
    ----------
    min_count : int
        Counts of key groups below this, but not 0, are left empty in shared exports.
    """

    min_count: int = 5

    def __post_init__(self) -> None:
        """Check the values."""
        _require("privacy.min_count", say("a whole number >= 0"), self.min_count, holds=_is_count(self.min_count))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of a plan.

    Parameters
    ----------
    target, lower, upper : int
        Households a grid should hold, and the fewest and the most it may hold.
    household_basis : {"resident", "registered", "dwelling"}
        What a household is; printed in every report, since the readings differ by a quarter.
    cost : CostRules
        Prices of the terms of the cost.
    geometry : GeometryRules
        How cells and contiguity are drawn.
    estimates : EstimateRules
        How households are estimated.
    privacy : PrivacyRules
        What leaves the bureau.

    Raises
    ------
    ConfigError
        If a value cannot be used.
    """

    target: int = 300
    lower: int = 240
    upper: int = 360
    household_basis: str = "resident"
    cost: CostRules = field(default_factory=CostRules)
    geometry: GeometryRules = field(default_factory=GeometryRules)
    estimates: EstimateRules = field(default_factory=EstimateRules)
    privacy: PrivacyRules = field(default_factory=PrivacyRules)

    def __post_init__(self) -> None:
        """Check the values."""
        sizes = (self.lower, self.target, self.upper)
        _require(
            "size", say("whole numbers 1 <= lower <= target <= upper"), ", ".join(map(str, sizes)),
            holds=all(_is_count(s) for s in sizes) and 1 <= self.lower <= self.target <= self.upper,
        )  # fmt: skip
        _require(
            "household_basis", say("one of {names}", names=join(HOUSEHOLD_BASES)), self.household_basis,
            holds=self.household_basis in HOUSEHOLD_BASES,
        )  # fmt: skip

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Read a rule file.

        Parameters
        ----------
        path : path
            A TOML file (UTF-8) with the names of the fields as keys and a table per group.

        Returns
        -------
        Rules
            The rules of the file over the defaults.

        Raises
        ------
        ConfigError
            If the file is missing, no TOML, or has unknown keys or wrong values; all are named at once.
        """
        try:
            text = Path(path).read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                say(
                    "rules, {path}: need a readable UTF-8 file, found {error}; check the path and the encoding",
                    path=path,
                    error=error,
                )
            ) from error
        try:
            return cls.from_mapping(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(
                say("rules, {path}: need TOML, found {error}; correct that line", path=path, error=error)
            ) from error

    @classmethod
    def from_mapping(cls, values: dict[str, Any]) -> Self:
        """Build rules from nested dictionaries, as `tomllib` or `to_mapping` gives them.

        Parameters
        ----------
        values : dict
            Field names -> values; a group is a dictionary of its own.

        Returns
        -------
        Rules
            The rules over the defaults.

        Raises
        ------
        ConfigError
            If there are unknown keys or wrong values; all are named at once.
        """
        faults: list[str] = []
        kwargs: dict[str, Any] = {}
        for name, value in values.items():
            group = _GROUPS.get(name)
            if name not in cls.__slots__:
                faults.append(_unknown(name, cls.__slots__))
            elif group is None:
                kwargs[name] = value
            elif isinstance(value, dict):
                kwargs[name] = _build_group(name, group, value, faults)
            else:
                faults.append(
                    say(
                        "rules, {name}: need a table [{name}], found {value!r}; write it as a table",
                        name=name,
                        value=value,
                    )
                )
        try:
            rules = cls(**{k: v for k, v in kwargs.items() if v is not None})
        except ConfigError as error:
            faults.append(str(error))
        if faults:
            raise ConfigError("\n".join(faults))
        return rules

    def to_mapping(self) -> dict[str, Any]:
        """Return the rules as nested dictionaries of plain values.

        Returns
        -------
        dict
            What `from_mapping` takes; tuples become lists.
        """
        mapping = dataclasses.asdict(self)
        mapping["geometry"]["hard_roads"] = list(self.geometry.hard_roads)
        return mapping


_GROUPS: Final = MappingProxyType(
    {"cost": CostRules, "geometry": GeometryRules, "estimates": EstimateRules, "privacy": PrivacyRules}
)


def _build_group(name: str, group: Any, values: dict[str, Any], faults: list[str]) -> Any:  # noqa: ANN401
    known = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items() if k in group.__slots__}
    faults.extend(_unknown(f"{name}.{k}", [f"{name}.{s}" for s in group.__slots__]) for k in values if k not in known)
    try:
        return group(**known)
    except ConfigError as error:
        faults.append(str(error))
        return None


def _unknown(name: str, names: Any) -> str:  # noqa: ANN401
    close = get_close_matches(name, list(names), n=1)
    hint = say("did you mean {name}?", name=close[0]) if close else say("remove it")
    return say("rules, {name}: need a known key, found {name}; {hint}", name=name, hint=hint)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
