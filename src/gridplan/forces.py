"""The rules of deployment: the forces as data, and what an assignment and an emergency are weighed by.

Part of `config`, which reads them from the table ``[deployment]`` of a rule file. The regulation names eight forces
and no staff ratio: every number here is a default that an office may change, and rosters say so.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from gridplan.errors import ConfigError
from gridplan.language import join, say, word

LEVELS: Final = ("grid", "beat", "community", "subdistrict")
"""What one person is given: single grids, a contiguous group of grids, whole communities, whole subdistricts."""

CAPACITY_UNITS: Final = ("grids", "households", "residents")
SCOPES: Final = ("district", "subdistrict", "community", "jurisdiction")
PLACES: Final = ("work", "home")


def _fault(where: str, needed: str, found: object) -> str:
    return say(
        "rules, {where}: need {needed}, found {found}; {remedy}",
        where=where, needed=needed, found=found, remedy=say("correct the rule file or the argument"),
    )  # fmt: skip


def _one_of(where: str, rules: object, **choices: tuple[str, ...]) -> list[str]:
    return [
        _fault(f"{where}.{name}", say("one of {names}", names=", ".join(known)), getattr(rules, name))
        for name, known in choices.items()
        if getattr(rules, name) not in known
    ]


def _numbers(where: str, rules: object, *names: str, positive: bool = False) -> list[str]:
    def sound(value: object) -> bool:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and (value > 0 if positive else value >= 0) and value < float("inf")  # type: ignore[operator]

    needed = say("a number > 0") if positive else say("a number >= 0")
    return [_fault(f"{where}.{n}", needed, getattr(rules, n)) for n in names if not sound(getattr(rules, n))]


def _counts(where: str, rules: object, **least: int) -> list[str]:
    return [
        _fault(f"{where}.{name}", say("a whole number >= {low}", low=low), value)
        for name, low in least.items()
        for value in [getattr(rules, name)]
        if not isinstance(value, int) or isinstance(value, bool) or value < low
    ]


def _texts(where: str, rules: object, *names: str) -> list[str]:
    return [
        _fault(f"{where}.{name}", say("a list of texts"), value)
        for name in names
        for value in [getattr(rules, name)]
        if not isinstance(value, tuple) or not all(isinstance(v, str) for v in value)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceRules:
    """One force, and how it serves.

    Parameters
    ----------
    force : str
        Its key in tables and rule files.
    name : str
        Its name in rosters.
    aliases : tuple of str
        Other names under which personnel files list it.
    required : bool
        Whether every grid must have it; else grids are served as far as there are persons, once there is one.
    level : {"grid", "beat", "community", "subdistrict"}
        What one person is given.
    unit : {"grids", "households", "residents"}
        What the default capacity counts.
    capacity : float
        What one person can serve when the personnel file does not say.
    persons_per_grid : int
        Persons of the force that each grid needs.
    households_per_person : int
        If more than 0, a grid needs one person for each so many households begun, instead of `persons_per_grid`.
    scope : {"district", "subdistrict", "community", "jurisdiction"}
        Where persons may serve when the personnel file does not say: everywhere, or in the area their place lies in.
    place : {"work", "home"}
        Where their ways begin, if known; else at the other place.
    skills : tuple of str
        What a person must have to count.
    keep_m : float
        Metres that serving a grid anew may cost, where the grid has a person of the force now.
    """

    force: str
    name: str
    aliases: tuple[str, ...] = ()
    required: bool = True
    level: str = "grid"
    unit: str = "grids"
    capacity: float = 12.0
    persons_per_grid: int = 1
    households_per_person: int = 0
    scope: str = "district"
    place: str = "work"
    skills: tuple[str, ...] = ()
    keep_m: float = 1000.0

    def __post_init__(self) -> None:
        """Check the values; all faults at once."""
        where = f"deployment.forces.{self.force}"
        faults = [
            *_one_of(where, self, level=LEVELS, unit=CAPACITY_UNITS, scope=SCOPES, place=PLACES),
            *_numbers(where, self, "capacity", positive=True),
            *_numbers(where, self, "keep_m"),
            *_counts(where, self, persons_per_grid=1, households_per_person=0),
            *_texts(where, self, "aliases", "skills"),
        ]
        if not isinstance(self.required, bool):
            faults.append(_fault(f"{where}.required", say("true or false"), self.required))
        if not isinstance(self.name, str) or not self.name.strip():
            faults.append(_fault(f"{where}.name", say("a name"), self.name))
        if faults:
            raise ConfigError(join(faults, "\n"))


FORCES: Final = (
    ForceRules(force="police", name="公安", aliases=("民警", "警察", "派出所", "公安局"), level="beat",
               unit="residents", capacity=3000.0, scope="jurisdiction"),
    ForceRules(force="petitions", name="信访", aliases=("信访局", "信访部门")),
    ForceRules(force="emergency", name="应急", aliases=("应急管理", "应急管理局"), capacity=15.0),
    ForceRules(force="civil_affairs", name="民政", aliases=("民政局",)),
    ForceRules(force="urban_management", name="城市管理行政执法", aliases=("城管", "城管执法", "综合执法", "城市管理"),
               level="beat", capacity=10.0),
    ForceRules(force="housing", name="房产", aliases=("房管", "住房", "房产局", "房屋管理")),
    ForceRules(force="health", name="卫生健康", aliases=("卫健", "卫生", "家庭医生", "医疗"), unit="residents",
               capacity=2000.0),
    ForceRules(force="utilities", name="公用服务企业", aliases=("公用事业", "水电气暖", "供水", "供电", "供气", "供热"),
               capacity=10.0, scope="jurisdiction"),
    ForceRules(force="grid_workers", name="网格员", aliases=("专职网格员", "网格长"), required=False, capacity=1.0,
               scope="community", place="home"),
    ForceRules(force="organs", name="机关下沉", aliases=("下沉干部", "机关干部", "机关企事业单位"), required=False,
               capacity=1.0, place="home"),
    ForceRules(force="property", name="物业", aliases=("物业服务企业", "物业公司"), required=False, capacity=20.0),
    ForceRules(force="social", name="社会组织", aliases=("社工", "社会工作者"), required=False, capacity=20.0),
    ForceRules(force="volunteers", name="志愿者", aliases=("志愿服务", "志愿服务队"), required=False, capacity=1.0,
               place="home"),
)  # fmt: skip
"""Article 19's eight forces, then grid workers and those of Articles 26, 24, 28 and 31; the numbers are defaults."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentRules:
    """How personnel go down into the grids.

    Parameters
    ----------
    forces : tuple of ForceRules, or mapping
        The forces; a mapping of key to fields changes defaults and adds forces.
    detour : float
        A way without a road layer is the straight line times this.
    road_reach_m : float
        Ways longer than this are not followed along the roads, but taken as straight lines with the detour.
    load_m : float
        Metres that a load twice its fair share may cost, per grid of that share.
    broken_m : float
        Metres that each piece of a beat beyond the first may cost.
    committee_m : float
        Metres that having a grid served by the committee's own staff may cost (Article 18).
    """

    forces: tuple[ForceRules, ...] = FORCES
    detour: float = 1.3
    road_reach_m: float = 5000.0
    load_m: float = 100.0
    broken_m: float = 5000.0
    committee_m: float = 3000.0

    def __post_init__(self) -> None:
        """Lay given forces over the defaults and check the values; all faults at once."""
        faults: list[str] = []
        if isinstance(self.forces, Mapping):
            object.__setattr__(self, "forces", tuple(_merge_forces(self.forces, faults)))
        faults += _numbers("deployment", self, "detour", "road_reach_m", "load_m", "broken_m", "committee_m")
        if not faults and self.detour < 1:
            faults.append(_fault("deployment.detour", say("a number >= 1"), self.detour))
        faults += _doubled_names(self.forces)
        if faults:
            raise ConfigError(join(faults, "\n"))

    def changed(self, force: ForceRules) -> bool:
        """Tell whether a force differs from its default.

        Parameters
        ----------
        force : ForceRules
            One of `forces`.

        Returns
        -------
        bool
            False for a default, which rosters print as such.
        """
        return force not in FORCES

    def to_mapping(self) -> dict[str, Any]:
        """Return the rules as nested dictionaries of plain values.

        Returns
        -------
        dict
            What the table ``[deployment]`` of a rule file holds.
        """
        mapping = dataclasses.asdict(self)
        mapping["forces"] = {f.pop("force"): {k: _plain(v) for k, v in f.items()} for f in mapping["forces"]}
        return mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyRules:
    """How an emergency is met.

    Parameters
    ----------
    response_min : float
        Minutes in which the mobile team should reach a grid.
    speed_m_per_min : float
        Its speed along the roads, or along straight lines with the detour.
    muster_min : float
        Minutes before it leaves.
    households_per_person : int
        An affected grid needs one person for each so many households begun.
    reserve_share : float
        Size of the reserve as a share of the persons needed.
    organ_capacity : int
        Affected grids one member of the staff of organs can serve.
    neighbours_m : float
        Grids within this distance of an affected one are listed as its neighbours.
    """

    response_min: float = 15.0
    speed_m_per_min: float = 400.0
    muster_min: float = 3.0
    households_per_person: int = 100
    reserve_share: float = 0.2
    organ_capacity: int = 1
    neighbours_m: float = 0.0

    def __post_init__(self) -> None:
        """Check the values; all faults at once."""
        faults = [
            *_numbers("emergency", self, "response_min", "speed_m_per_min", positive=True),
            *_numbers("emergency", self, "muster_min", "reserve_share", "neighbours_m"),
            *_counts("emergency", self, households_per_person=1, organ_capacity=1),
        ]
        if not faults and self.muster_min >= self.response_min:
            faults.append(
                _fault(
                    "emergency.muster_min",
                    say("less than response_min {minutes}", minutes=self.response_min),
                    self.muster_min,
                )
            )
        if faults:
            raise ConfigError(join(faults, "\n"))


def _merge_forces(given: Mapping[str, Any], faults: list[str]) -> Iterator[ForceRules]:
    """Lay the fields of a rule file over the defaults; new forces come last, in the order of the file."""
    names = {f.name for f in dataclasses.fields(ForceRules)} - {"force"}
    defaults = {f.force: f for f in FORCES}
    for key in dict.fromkeys((*defaults, *given)):
        values = given.get(key, {})
        where = f"deployment.forces.{key}"
        if not isinstance(values, Mapping):
            faults.append(
                say(
                    "rules, {name}: need a table [{name}], found {value!r}; write it as a table",
                    name=where,
                    value=values,
                )
            )
            continue
        for name in values.keys() - names:
            close = get_close_matches(name, names, n=1)
            hint = say("did you mean {name}?", name=close[0]) if close else say("remove it")
            faults.append(
                say("rules, {name}: need a known key, found {name}; {hint}", name=f"{where}.{name}", hint=hint)
            )
        known: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items() if k in names}
        base = defaults.get(key) or ForceRules(force=key, name=str(known.get("name", key)), required=False)
        try:
            yield dataclasses.replace(base, **known)
        except ConfigError as error:
            faults.append(error.message)


def _doubled_names(forces: tuple[ForceRules, ...]) -> list[str]:
    owner: dict[str, str] = {}
    faults = []
    for force in forces:
        for name in {force.force, force.name, *force.aliases}:
            if owner.setdefault(name, force.force) != force.force:
                where = f"deployment.forces.{force.force}"
                faults.append(
                    _fault(
                        where,
                        say("names that no other force has"),
                        say("{name}, also of {other}", name=name, other=owner[name]),
                    )
                )
    return sorted(faults)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def title_of(force: str, name: str) -> str:
    """Tell the name of a force in the language in use.

    Parameters
    ----------
    force : str
        Its key.
    name : str
        Its name in the rules.

    Returns
    -------
    str
        A message for a force of the defaults; the name itself where the rules give another.
    """
    return word(force) if (force, name) in {(f.force, f.name) for f in FORCES} else name


def amount_of(count: float, unit: str) -> str:
    """Say a load or a capacity with its unit.

    Parameters
    ----------
    count : float
        How many.
    unit : str
        One of `CAPACITY_UNITS`.

    Returns
    -------
    str
        A message.
    """
    amounts = {
        "grids": say("{count:g} grids", count=count),
        "households": say("{count:g} households", count=count),
        "residents": say("{count:g} residents", count=count),
    }
    return amounts[unit]


def force_of(forces: tuple[ForceRules, ...]) -> dict[str, ForceRules]:
    """List every name a force goes by.

    Parameters
    ----------
    forces : tuple of ForceRules
        The forces.

    Returns
    -------
    dict of str to ForceRules
        Keys, names and aliases.
    """
    return {name: force for force in forces for name in (force.force, force.name, *force.aliases)}
