"""How the ground is laid out, and how households are counted on it."""

from dataclasses import dataclass

from gridplan.faults import is_count, number_faults, refuse, value_fault
from gridplan.language import say


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
