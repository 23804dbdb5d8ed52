"""What stands beside the grids: facilities and their reach, departmental grids, and what residents say of it all."""

from dataclasses import dataclass

from gridplan.faults import is_count, is_number, number_faults, refuse, value_fault
from gridplan.language import join, say
from gridplan.schema import ROOMS


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
class OverlapRules:
    """When a grid counts as lying in a departmental grid (多格合一).

    Parameters
    ----------
    nest_share : float
        Share of the households of one grid, of its ground where it has none, from which on it lies in another.
    """

    nest_share: float = 0.95

    def __post_init__(self) -> None:
        """Check the value."""
        holds = is_number(self.nest_share) and 0.5 < self.nest_share <= 1  # noqa: PLR2004 - more than a half: one at most
        needed = say("a number > 0.5 and <= 1")
        refuse(value_fault("overlaps.nest_share", needed, repr(self.nest_share), holds=holds))


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRules:
    """When figures of an evaluation became worse (Articles 5, 35 and 36).

    Parameters
    ----------
    fall : float
        Share by which a satisfaction may fall, or a response grow, from one period to the next before it is told.
    """

    fall: float = 0.1

    def __post_init__(self) -> None:
        """Check the values."""
        refuse(number_faults("evaluation", self, self.__slots__, zero=True))
