"""Areas of one layer that overlap."""

from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.errors import first_three
from gridplan.language import say
from gridplan.model import Finding

_SHARE: Final = 0.02
_LEAST_M2: Final = 1.0
"""What overlaps on less is an error of drawing."""


def find_overlapping(names: pd.Series, shapes: NDArray[np.object_], subject: str) -> tuple[Finding, ...]:
    """Say which areas of one layer overlap, and by how much.

    Parameters
    ----------
    names : Series of str, n values
        Names of the areas; the first one keeps what two of them claim.
    shapes : array of polygons, n values
        The areas.
    subject : str
        Role of the layer.

    Returns
    -------
    tuple of Finding
        None or one, with the area and the first pairs.
    """
    one, two = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pair = (one < two) & (names.to_numpy()[one] != names.to_numpy()[two])
    one, two = one[pair], two[pair]
    shared = np.asarray(shapely.intersection(shapes[one], shapes[two]), dtype=object)
    area = shapely.area(shared)
    deep = area > np.maximum(_LEAST_M2, _SHARE * np.minimum(shapely.area(shapes[one]), shapely.area(shapes[two])))
    if not deep.any():
        return ()
    pairs = [f"{names.iloc[int(i)]}+{names.iloc[int(j)]}" for i, j in zip(one[deep], two[deep], strict=True)]
    reason = say(
        "{count} pairs overlap on {area:.0f} m2 together, first {pairs}; the first of each pair keeps what both claim",
        count=len(pairs), area=float(area[deep].sum()), pairs=first_three(pairs),
    )  # fmt: skip
    spot = shapely.point_on_surface(shared[np.flatnonzero(deep)[0]])
    place = (float(spot.x), float(spot.y))
    code = "compounds_overlap" if subject == "compounds" else "communities_overlap"
    total = float(area[deep].sum())
    return (Finding(code=code, severity="warning", subject=subject, reason=reason, value=total, place=place),)
