"""How large grids and communities should be: by class of compound, apart from exclusive sites, and inside grids."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from gridplan.errors import ConfigError
from gridplan.faults import is_count, number_faults, refuse, unknown_key, value_fault
from gridplan.language import join, say

PROFILES: Final = MappingProxyType(
    {"standard": (300, 240, 360), "old": (250, 200, 300), "managed": (400, 300, 500), "rural": (50, 40, 60)}
)
"""Profile -> target, lower and upper: what a rule file may name instead of the three numbers."""

EXCLUSIVE: Final = "exclusive"
"""Profile of what is a grid of its own whatever it holds."""


def size_faults(where: str, sizes: Any) -> list[str]:  # noqa: ANN401  any group with the three fields
    """Find what is wrong with a target and its band.

    Parameters
    ----------
    where : str
        Table of the fields, or what they are.
    sizes : object
        Has target, lower and upper.

    Returns
    -------
    list of str
        One message, or none.
    """
    told = (sizes.lower, sizes.target, sizes.upper)
    banded = all(is_count(s) for s in told) and 1 <= sizes.lower <= sizes.target <= sizes.upper
    return value_fault(where, say("whole numbers 1 <= lower <= target <= upper"), join(told), holds=banded)


def text_faults(group: str, rules: Any, *names: str) -> list[str]:  # noqa: ANN401  any group
    """Find the fields that are no lists of texts.

    Parameters
    ----------
    group : str
        Table of the fields.
    rules : object
        Has the fields.
    *names : str
        The fields.

    Returns
    -------
    list of str
        Messages.
    """
    told = {name: getattr(rules, name) for name in names}
    return [
        text
        for name, value in told.items()
        for text in value_fault(
            f"{group}.{name}", say("a list of texts"), repr(value),
            holds=isinstance(value, tuple) and all(isinstance(v, str) and v.strip() for v in value),
        )
    ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityRules:
    """How large a community should be (Article 9).

    Parameters
    ----------
    target, lower, upper : int
        Households a community should hold, and the fewest and the most it may hold.
    workers_per_10000 : float
        Community workers that 10,000 residents should have (Article 18); 18 is a common norm, not the regulation's.
    """

    target: int = 2000
    lower: int = 1000
    upper: int = 3500
    workers_per_10000: float = 18.0

    def __post_init__(self) -> None:
        """Check the values."""
        norm = number_faults("communities", self, ["workers_per_10000"], zero=True)
        refuse(size_faults("communities", self), norm)


@dataclass(frozen=True, slots=True, kw_only=True)
class MicroRules:
    """Micro-grids inside each grid: whole buildings or entrances.

    Parameters
    ----------
    draw : bool
        Whether they are drawn.
    target, lower, upper : int
        Households a micro-grid should hold, and the fewest and the most it may hold.
    """

    draw: bool = False
    target: int = 60
    lower: int = 30
    upper: int = 100

    def __post_init__(self) -> None:
        """Check the values."""
        refuse(_flag_fault("micro.draw", self.draw), size_faults("micro", self))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusiveRules:
    """What is a grid of its own: schools, hospitals, malls, parks; nothing as long as the lists are empty.

    Parameters
    ----------
    uses : tuple of str
        Words of the planned use of buildings, as 教育 or 医疗; buildings with one of them that touch are one grid.
    facilities : tuple of str
        Types of facilities; the building such a facility stands in is one, unless people live there.
    compounds : tuple of str
        Names of compounds, each one grid.
    buildings : tuple of str
        Ids of buildings; those that touch are one grid.
    """

    uses: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    compounds: tuple[str, ...] = ()
    buildings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the values."""
        refuse(text_faults("exclusive", self, *self.__slots__))

    def terms(self) -> bool:
        """Tell whether anything is to be set apart."""
        return any(getattr(self, name) for name in self.__slots__)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRules:
    """One class of compounds, with sizes of its own.

    Parameters
    ----------
    kind : str
        Its key in tables and rule files.
    target, lower, upper : int
        Households a grid of the class should hold, and the fewest and the most it may hold.
    names : tuple of str
        What the column of the class says of such compounds.
    compounds : tuple of str
        Names of compounds that are of the class whatever the column says.
    built_before : int
        If more than 0, compounds built before this year on average are of the class where the column says nothing.
    """

    kind: str
    target: int
    lower: int
    upper: int
    names: tuple[str, ...] = ()
    compounds: tuple[str, ...] = ()
    built_before: int = 0

    def __post_init__(self) -> None:
        """Check the values; all faults at once."""
        where = f"classes.kinds.{self.kind}"
        year = value_fault(
            f"{where}.built_before", say("a whole number >= 0"), repr(self.built_before),
            holds=is_count(self.built_before),
        )  # fmt: skip
        refuse(size_faults(where, self), text_faults(where, self, "names", "compounds"), year)


def _kind(kind: str, *names: str, built_before: int = 0) -> KindRules:
    target, lower, upper = PROFILES[kind]
    return KindRules(
        kind=kind, target=target, lower=lower, upper=upper, names=(kind, *names), built_before=built_before
    )


KINDS: Final = (
    _kind("old", "老旧小区", "老旧", "老小区", "开放式小区", "弃管小区", built_before=2000),
    _kind("managed", "物业小区", "物业管理小区", "商品房小区", "商品房", "封闭小区"),
    _kind("rural", "农村", "村屯", "村", "村庄"),
)
"""Classes of compounds as Shenyang has them; the numbers are those of `PROFILES`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRules:
    """Sizes by class of compound.

    Parameters
    ----------
    apply : bool
        Whether each class of compounds has sizes of its own; else those above count for all.
    kinds : tuple of KindRules, or mapping
        The classes; a mapping of key to fields changes defaults and adds classes.
    """

    apply: bool = False
    kinds: tuple[KindRules, ...] = KINDS

    def __post_init__(self) -> None:
        """Lay given classes over the defaults and check the values; all faults at once."""
        faults: list[str] = []
        if isinstance(self.kinds, Mapping):
            object.__setattr__(self, "kinds", tuple(_merge_kinds(self.kinds, faults)))
        owner: dict[str, str] = {}
        for kind in self.kinds:
            where = f"classes.kinds.{kind.kind}"
            faults += value_fault(where, say("another name"), EXCLUSIVE, holds=kind.kind != EXCLUSIVE)
            doubled = [name for name in kind.names if owner.setdefault(name, kind.kind) != kind.kind]
            faults += value_fault(
                f"{where}.names", say("names that no other class has"), join(doubled), holds=not doubled
            )
        refuse(_flag_fault("classes.apply", self.apply), faults)

    def to_mapping(self) -> dict[str, Any]:
        """Return the rules as nested dictionaries of plain values.

        Returns
        -------
        dict
            What the table ``[classes]`` of a rule file holds.
        """
        rows = [dataclasses.asdict(kind) for kind in self.kinds]
        plain = {k.pop("kind"): {n: list(v) if isinstance(v, tuple) else v for n, v in k.items()} for k in rows}
        return {"apply": self.apply, "kinds": plain}


def _flag_fault(where: str, value: object) -> list[str]:
    return value_fault(where, say("true or false"), repr(value), holds=isinstance(value, bool))


def _merge_kinds(given: Mapping[str, Any], faults: list[str]) -> Iterator[KindRules]:
    """Lay the fields of a rule file over the defaults; new classes come last, in the order of the file."""
    names = [f.name for f in dataclasses.fields(KindRules) if f.name != "kind"]
    defaults = {kind.kind: kind for kind in KINDS}
    for key in dict.fromkeys((*defaults, *given)):
        values, where = given.get(key, {}), f"classes.kinds.{key}"
        if not isinstance(values, Mapping):
            faults.append(
                say("rules, {name}: need a table [{name}], found {value!r}; write it as a table", name=where,
                    value=values)
            )  # fmt: skip
            continue
        faults += [unknown_key(f"{where}.{name}", [f"{where}.{n}" for n in names]) for name in values.keys() - names]
        known: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items() if k in names}
        missing = [name for name in ("target", "lower", "upper") if key not in defaults and name not in known]
        faults += value_fault(where, say("target, lower and upper"), say("no {names}", names=join(missing)),
                              holds=not missing)  # fmt: skip
        if missing:
            continue
        try:
            yield dataclasses.replace(defaults[key], **known) if key in defaults else KindRules(kind=key, **known)
        except ConfigError as error:
            faults.append(error.message)
