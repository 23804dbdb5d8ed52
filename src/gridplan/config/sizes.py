"""How large grids and communities should be."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from gridplan.faults import is_count, refuse, value_fault
from gridplan.language import join, say

PROFILES: Final = MappingProxyType(
    {"standard": (300, 240, 360), "old": (250, 200, 300), "managed": (400, 300, 500), "rural": (50, 40, 60)}
)
"""Profile -> target, lower and upper: what a rule file may name instead of the three numbers."""


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
