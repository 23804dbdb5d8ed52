"""The rules of a plan as one: groups of fields, read from a rule file and written back."""

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from gridplan.config.formula import ConsiderationRules, CostRules
from gridplan.config.ground import EstimateRules, GeometryRules, PrivacyRules
from gridplan.config.offers import EvaluationRules, FacilityRules, OverlapRules
from gridplan.config.sizes import (
    EXCLUSIVE,
    PROFILES,
    ClassRules,
    CommunityRules,
    ExclusiveRules,
    MicroRules,
    size_faults,
)  # fmt: skip
from gridplan.errors import ConfigError
from gridplan.faults import choice_fault, load_toml, refuse, unknown_key
from gridplan.forces import DeploymentRules, EmergencyRules
from gridplan.language import join, say

HOUSEHOLD_BASES: Final = ("resident", "registered", "dwelling")


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
    classes : ClassRules
        Sizes by class of compound.
    exclusive : ExclusiveRules
        What is a grid of its own.
    micro : MicroRules
        Micro-grids inside grids.
    communities : CommunityRules
        How large communities should be.
    facilities : FacilityRules
        What facilities must offer.
    evaluation : EvaluationRules
        When figures of an evaluation became worse.
    overlaps : OverlapRules
        When a grid lies in a departmental one.
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
    classes: ClassRules = field(default_factory=ClassRules)
    exclusive: ExclusiveRules = field(default_factory=ExclusiveRules)
    micro: MicroRules = field(default_factory=MicroRules)
    communities: CommunityRules = field(default_factory=CommunityRules)
    facilities: FacilityRules = field(default_factory=FacilityRules)
    evaluation: EvaluationRules = field(default_factory=EvaluationRules)
    overlaps: OverlapRules = field(default_factory=OverlapRules)
    deployment: DeploymentRules = field(default_factory=DeploymentRules)
    emergency: EmergencyRules = field(default_factory=EmergencyRules)

    def __post_init__(self) -> None:
        """Check the values."""
        refuse(
            size_faults("size", self),
            choice_fault("household_basis", self.household_basis, HOUSEHOLD_BASES),
        )

    def pricing_change(self, price: float) -> Self:
        """Give the same rules at another price of change.

        Parameters
        ----------
        price : float
            Price of a target of households that leave their grid of an old plan; 0 is none, from 1e9 on nobody moves.

        Returns
        -------
        Rules
            With that price.

        Raises
        ------
        ConfigError
            If it is no number >= 0.
        """
        return dataclasses.replace(self, cost=dataclasses.replace(self.cost, change=price))

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
        mapping["exclusive"] = {name: list(texts) for name, texts in mapping["exclusive"].items()}
        mapping["deployment"] = self.deployment.to_mapping()
        mapping["classes"] = self.classes.to_mapping()
        return mapping

    def sizes_of(self, profiles: Iterable[str]) -> NDArray[np.float64]:
        """Look up the sizes of grids by their profile.

        Parameters
        ----------
        profiles : iterable of str, n values
            Keys of classes; "" takes the sizes of the rules, and so does a class that the rules do not apply.

        Returns
        -------
        float64[n, 3]
            target, lower and upper; NaN for what is exclusive, since it has no size.
        """
        own = (float(self.target), float(self.lower), float(self.upper))
        kinds = self.classes.kinds if self.classes.apply else ()
        known = {k.kind: (float(k.target), float(k.lower), float(k.upper)) for k in kinds}
        known[EXCLUSIVE] = (math.nan,) * 3
        return np.array([known.get(profile, own) for profile in profiles], np.float64).reshape(-1, 3)


_GROUPS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "cost": CostRules,
        "geometry": GeometryRules,
        "estimates": EstimateRules,
        "privacy": PrivacyRules,
        "considerations": ConsiderationRules,
        "classes": ClassRules,
        "exclusive": ExclusiveRules,
        "micro": MicroRules,
        "communities": CommunityRules,
        "facilities": FacilityRules,
        "evaluation": EvaluationRules,
        "overlaps": OverlapRules,
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
