"""The rules of a plan: every planning default, written once.

A rule file (TOML) overrides them: top-level keys and one table per group, named as the fields here. Units stand in
the names (`_m` metres, `_m2` square metres).
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self

from gridplan.errors import ConfigError
from gridplan.faults import choice_fault, is_count, load_toml, number_faults, refuse, unknown_key, value_fault
from gridplan.forces import DeploymentRules, EmergencyRules
from gridplan.language import join, say
from gridplan.schema import ROOMS

HOUSEHOLD_BASES: Final = ("resident", "registered", "dwelling")
EFFORTS: Final = ("fast", "normal", "thorough")


PROFILES: Final = MappingProxyType(
    {"standard": (300, 240, 360), "old": (250, 200, 300), "managed": (400, 300, 500), "rural": (50, 40, 60)}
)
"""Profile -> target, lower and upper: what a rule file may name instead of the three numbers."""


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
    change : float
        Price of a target of households that leave their grid of an old plan; not used without an old plan.
    """

    outside: float = 1000.0
    load: float = 1.0
    compound: float = 1.0
    mixed: float = 0.5
    inertia: float = 0.5
    spread_m: float = 50.0
    barrier_per_m: float = 0.002
    change: float = 3.0

    def __post_init__(self) -> None:
        """Check the values."""
        prices = [name for name in self.__slots__ if name != "spread_m"]
        refuse(number_faults("cost", self, prices, zero=True), number_faults("cost", self, ["spread_m"], zero=False))


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
        classes = self.hard_roads
        named = isinstance(classes, tuple) and all(isinstance(c, str) for c in classes)
        refuse(
            number_faults("geometry", self, self.__slots__[:-1], zero=False),
            value_fault("geometry.hard_roads", say("a list of road classes"), repr(classes), holds=named),
        )


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
        refuse(number_faults("estimates", self, self.__slots__, zero=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityRules:
    """What a community's service facilities must offer, and how far a service reaches.

    Parameters
    ----------
    area_per_100_m2 : float
        Floor area of a community's facilities for each 100 households, in m2.
    max_scatter_m : float
        Two facilities of one community farther apart than this along the roads are too scattered (Article 12).
    new_sites : int
        Sites proposed for each service that does not reach everybody.
    commerce_m, education_m, medical_m, elderly_care_m, childcare_m, culture_m, sport_m, municipal_m, shared_m : float
        Longest way of a resident to the service, in metres; 0 leaves the service out.
    rooms : tuple of str
        Rooms every community must have (Article 11).
    """

    area_per_100_m2: float = 30.0
    max_scatter_m: float = 500.0
    new_sites: int = 3
    commerce_m: float = 500.0
    education_m: float = 1000.0
    medical_m: float = 1000.0
    elderly_care_m: float = 500.0
    childcare_m: float = 500.0
    culture_m: float = 1000.0
    sport_m: float = 500.0
    municipal_m: float = 1000.0
    shared_m: float = 500.0
    rooms: tuple[str, ...] = tuple(ROOMS)

    def __post_init__(self) -> None:
        """Check the values."""
        lengths = [name for name in self.__slots__ if name.endswith("_m") or name == "area_per_100_m2"]
        known = isinstance(self.rooms, tuple) and set(self.rooms) <= set(ROOMS)
        refuse(
            number_faults("facilities", self, lengths, zero=True),
            value_fault("facilities.new_sites", say("a whole number >= 0"), repr(self.new_sites),
                        holds=is_count(self.new_sites)),
            value_fault("facilities.rooms", say("a list of {names}", names=join(list(ROOMS))), repr(self.rooms),
                        holds=known),
        )  # fmt: skip

    def radius_m(self, service: str) -> float:
        """Give the longest way to a service.

        Parameters
        ----------
        service : str
            A key of `schema.SERVICES`.

        Returns
        -------
        float
            Metres; 0 where the service is left out.
        """
        return float(getattr(self, f"{service}_m"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityRules:
    """How large a community should be (Article 9).

    Parameters
    ----------
    target, lower, upper : int
        Households a community should hold, and the fewest and the most it may hold.
    """

    target: int = 2000
    lower: int = 1000
    upper: int = 3500

    def __post_init__(self) -> None:
        """Check the values."""
        sizes = (self.lower, self.target, self.upper)
        banded = all(is_count(s) for s in sizes) and 1 <= self.lower <= self.target <= self.upper
        needed = say("whole numbers 1 <= lower <= target <= upper")
        refuse(value_fault("communities", needed, join(sizes), holds=banded))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsiderationRules:
    """What a household's load grows by (Article 19); all 0 leaves load and households the same.

    Parameters
    ----------
    residents : float
        Population count: households that one resident counts as.
    elderly_disabled, minors, floating, mental : float
        Population structure: households that one resident of this key group counts as.
    facility_per_km : float
        Public resources: households that each kilometre to the nearest facility of the community adds to a household.
    """

    residents: float = 0.0
    elderly_disabled: float = 0.0
    minors: float = 0.0
    floating: float = 0.0
    mental: float = 0.0
    facility_per_km: float = 0.0

    def __post_init__(self) -> None:
        """Check the values."""
        refuse(number_faults("considerations", self, self.__slots__, zero=True))

    def terms(self) -> list[str]:
        """List the considerations that count.

        Returns
        -------
        list of str
            Names of fields above 0.
        """
        return [name for name in self.__slots__ if getattr(self, name) > 0]


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
        holds = is_count(self.min_count)
        refuse(value_fault("privacy.min_count", say("a whole number >= 0"), repr(self.min_count), holds=holds))


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
    considerations : ConsiderationRules
        What weighs in the load beside households.
    communities : CommunityRules
        How large communities should be.
    facilities : FacilityRules
        What facilities must offer.
    deployment : DeploymentRules
        How personnel go down into the grids.
    emergency : EmergencyRules
        How an emergency is met.

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
    considerations: ConsiderationRules = field(default_factory=ConsiderationRules)
    communities: CommunityRules = field(default_factory=CommunityRules)
    facilities: FacilityRules = field(default_factory=FacilityRules)
    deployment: DeploymentRules = field(default_factory=DeploymentRules)
    emergency: EmergencyRules = field(default_factory=EmergencyRules)

    def __post_init__(self) -> None:
        """Check the values."""
        sizes = (self.lower, self.target, self.upper)
        banded = all(is_count(s) for s in sizes) and 1 <= self.lower <= self.target <= self.upper
        refuse(
            value_fault("size", say("whole numbers 1 <= lower <= target <= upper"), join(sizes), holds=banded),
            choice_fault("household_basis", self.household_basis, HOUSEHOLD_BASES),
        )

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
        values = load_toml(path)
        return cls.from_mapping({name: value for name, value in values.items() if name != "input"})

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
        if "profile" in values:
            faults += choice_fault("profile", values["profile"], PROFILES)
            sizes = PROFILES.get(str(values["profile"]), PROFILES["standard"])
            values = dict(zip(("target", "lower", "upper"), sizes, strict=True)) | values
        for name, value in values.items():
            group = _GROUPS.get(name)
            if name == "profile":
                continue
            if name not in cls.__slots__:
                faults.append(unknown_key(name, [*cls.__slots__, "profile", *_places(name)]))
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
            faults.append(error.message)
        if faults:
            raise ConfigError(join(faults, "\n"))
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
        mapping["facilities"]["rooms"] = list(self.facilities.rooms)
        mapping["deployment"] = self.deployment.to_mapping()
        return mapping


_GROUPS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "cost": CostRules,
        "geometry": GeometryRules,
        "estimates": EstimateRules,
        "privacy": PrivacyRules,
        "considerations": ConsiderationRules,
        "communities": CommunityRules,
        "facilities": FacilityRules,
        "deployment": DeploymentRules,
        "emergency": EmergencyRules,
    }
)


def _build_group(name: str, group: Any, values: dict[str, Any], faults: list[str]) -> Any:  # noqa: ANN401
    known = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items() if k in group.__slots__}
    names = [f"{name}.{slot}" for slot in group.__slots__]
    faults.extend(unknown_key(f"{name}.{k}", names) for k in values if k not in known)
    try:
        return group(**known)
    except ConfigError as error:
        faults.append(error.message)
        return None


def _places(name: str) -> list[str]:
    """Find the groups that have a field of this name: it stands outside its table."""
    return [f"{group}.{name}" for group, rules in _GROUPS.items() if name in rules.__dataclass_fields__]
