"""What a grid costs, and what weighs in its load."""

from dataclasses import dataclass
from typing import Final

from gridplan.faults import choice_fault, number_faults, refuse

CAPACITIES: Final = ("off", "bound", "fix")
"""What the grid workers of a community decide: nothing, the most grids it may have, or how many it has."""


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
    capacity : {"off", "bound", "fix"}
        Governance capacity: whether the grid workers at hand bound or fix the number of grids of their community.
    grids_per_worker : float
        Governance capacity: grids that one grid worker can look after.
    """

    residents: float = 0.0
    elderly_disabled: float = 0.0
    minors: float = 0.0
    floating: float = 0.0
    mental: float = 0.0
    facility_per_km: float = 0.0
    capacity: str = "off"
    grids_per_worker: float = 1.0

    def __post_init__(self) -> None:
        """Check the values."""
        refuse(
            number_faults("considerations", self, _LOADS, zero=True),
            number_faults("considerations", self, ["grids_per_worker"], zero=False),
            choice_fault("considerations.capacity", self.capacity, CAPACITIES),
        )

    def terms(self) -> list[str]:
        """List the considerations that weigh in the load.

        Returns
        -------
        list of str
            Names of fields above 0.
        """
        return [name for name in _LOADS if getattr(self, name) > 0]


_LOADS: Final = ("residents", "elderly_disabled", "minors", "floating", "mental", "facility_per_km")
