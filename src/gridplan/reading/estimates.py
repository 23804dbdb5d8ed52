"""Estimate the households of buildings where nobody has counted them."""

import re
from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.config import EstimateRules
from gridplan.reading.fields import to_flags, to_text

_LIVING: Final = re.compile("住宅|住房|宿舍|公寓|商住|居住|别墅|民居|residential|apartment|dwelling|dormitory|house")
_NOT_LIVING: Final = re.compile("非住宅|非居住|non-?residential|warehouse|greenhouse")


def estimate(
    frame: pd.DataFrame, footprint_m2: NDArray[np.float64], rules: EstimateRules
) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """Estimate the households of buildings, each by the first means it has.

    Parameters
    ----------
    frame : DataFrame, n rows
        Numbers (NaN = unknown) in columns suites, entrances, floors, flats_per_landing, residents, living_area_m2,
        floor_area_m2, and residential (boolean, NA = unknown); any of them may be absent.
    footprint_m2 : float64[n]
        Areas of the footprints, 0 for points.
    rules : EstimateRules
        The rates.

    Returns
    -------
    int64[n]
        Households; 0 where the building is not residential or nothing is known.
    object[n]
        "suites", "entrances", "residents", "living_area", "floor_area", "footprint", or "" at 0.
    """
    n = len(frame)
    residential = frame["residential"] if "residential" in frame else pd.Series(pd.NA, frame.index, dtype="boolean")
    living = residential.fillna(value=True).to_numpy(dtype=bool)
    # Where some buildings say whether they are residential, the silent ones are taken for it on evidence alone.
    by_size = residential.fillna(value=not residential.notna().any()).to_numpy(dtype=bool)
    households, source, open_ = np.zeros(n, dtype="int64"), np.full(n, "", dtype=object), np.ones(n, dtype=bool)
    for how, value, evidence in _means(frame, footprint_m2, rules):
        least = 1 if evidence else 0
        found = open_ & (value > 0) & (living if evidence else by_size)
        households[found] = np.maximum(np.floor(value[found] + 0.5), least).astype("int64")
        source[found] = how
        # Nobody lives where residents are counted and there are none; 0 of anything else is a field left empty.
        open_ &= ~found & ~((how == "residents") & (value == 0))
    source[households == 0] = ""
    return households, source


def tell_residential(frame: pd.DataFrame) -> pd.Series:
    """Tell residential buildings by their flag, else by their use.

    Parameters
    ----------
    frame : DataFrame
        Raw values in columns residential and use; any of them may be absent.

    Returns
    -------
    Series of boolean
        NA where neither says anything.
    """
    flags = pd.Series(pd.NA, index=frame.index, dtype="boolean")
    if "use" in frame:
        use = to_text(frame["use"]).str.casefold()
        by_use = use.str.contains(_LIVING) & ~use.str.contains(_NOT_LIVING)
        flags = by_use.astype("boolean").mask(use == "")
    if "residential" in frame:
        flags = to_flags(frame["residential"]).fillna(flags)
    return flags


def _means(
    frame: pd.DataFrame, footprint_m2: NDArray[np.float64], rules: EstimateRules
) -> Iterator[tuple[str, NDArray[np.float64], bool]]:
    """List the means in their order: name, households (NaN = cannot tell), and whether it is evidence of dwelling."""

    def known(name: str) -> NDArray[np.float64]:
        return frame[name].to_numpy("float64") if name in frame else np.full(len(frame), np.nan)

    flats = np.where(known("flats_per_landing") > 0, known("flats_per_landing"), rules.flats_per_landing)
    floors = np.where(known("floors") > 0, known("floors"), 1.0)
    yield "suites", known("suites"), True
    yield "entrances", known("entrances") * known("floors") * flats, True
    yield "residents", known("residents") / rules.persons_per_household, True
    yield "living_area", known("living_area_m2") / rules.dwelling_m2, True
    yield "floor_area", known("floor_area_m2") / rules.dwelling_m2, False
    yield "footprint", footprint_m2 * floors * rules.residential_share / rules.dwelling_m2, False
