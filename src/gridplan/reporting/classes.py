"""Classes of deviation from the target: one scale for QGIS, the page and the plots."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gridplan.config import Rules

NEAR: Final = 0.1
"""Share of the target within which a grid counts as being on target."""

EMPTY_COLOUR: Final = "#d9d9d9"
COLOURS: Final = ("#2c7bb6", "#abd9e9", "#fff6cc", "#fdae61", "#d7191c")
"""Blue over pale yellow to red: told apart by people with any colour blindness."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeClass:
    """Grids of about the same size.

    Parameters
    ----------
    key : str
        empty, below, low, near, high or above.
    first, last : int or None
        Fewest and most households; None is without end.
    colour : str
        Hexadecimal colour.
    """

    key: str
    first: int
    last: int | None
    colour: str

    @property
    def span(self) -> str:
        """The households as text, for example ``270-330``."""
        if self.last is None:
            return f"≥ {self.first}"
        return f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"


def size_classes(rules: Rules) -> tuple[SizeClass, ...]:
    """Cut the households of a grid into classes around the target.

    Parameters
    ----------
    rules : Rules
        Gives target, lower and upper.

    Returns
    -------
    tuple of SizeClass
        By size: empty, below the band, in the band but over a tenth under the target, within a tenth, over it, above
        the band; classes that a narrow band leaves empty are left out.
    """
    near_first = max(rules.lower, math.ceil((1 - NEAR) * rules.target - 1e-9))
    near_last = min(rules.upper, math.floor((1 + NEAR) * rules.target + 1e-9))
    spans = (
        ("below", 1, rules.lower - 1),
        ("low", rules.lower, near_first - 1),
        ("near", near_first, near_last),
        ("high", near_last + 1, rules.upper),
        ("above", rules.upper + 1, None),
    )
    empty = SizeClass(key="empty", first=0, last=0, colour=EMPTY_COLOUR)
    sized = [
        SizeClass(key=key, first=first, last=last, colour=colour)
        for (key, first, last), colour in zip(spans, COLOURS, strict=True)
        if last is None or first <= last
    ]
    return (empty, *sized)


def class_of(households: npt.ArrayLike, classes: tuple[SizeClass, ...]) -> npt.NDArray[np.int64]:
    """Find the class of each grid.

    Parameters
    ----------
    households : int[n_grids]
        Households of each grid.
    classes : tuple of SizeClass
        What `size_classes` gave.

    Returns
    -------
    int64[n_grids]
        Index into `classes`.
    """
    return np.searchsorted([c.first for c in classes], np.asarray(households), side="right") - 1
