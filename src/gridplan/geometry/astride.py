"""What does not keep to the borders: buildings and compounds across communities."""

from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from gridplan.errors import first_three
from gridplan.geometry.territory import AREAL, Territory
from gridplan.language import say
from gridplan.model import Finding

_SHARE: Final = 0.02
"""What sticks out by less than this share of its area is an error of drawing."""


def find_astride(parts: gpd.GeoDataFrame, territory: Territory) -> tuple[Finding, ...]:
    """Say which buildings stand across the border of their community, and which compounds lie in several.

    Parameters
    ----------
    parts : GeoDataFrame, n_parts rows
        Parts of buildings that have a home: building_id, households, x, y, home, moved, compound; footprints.
    territory : Territory
        Communities.

    Returns
    -------
    tuple of Finding
        The middle of a building decides where it belongs; each side of a compound is planned with its community.
    """
    return (*_buildings(parts, territory), *_compounds(parts))


def _buildings(parts: gpd.GeoDataFrame, territory: Territory) -> tuple[Finding, ...]:
    if territory.polygons is None:
        return ()
    shapes = np.asarray(parts.geometry.array)
    asked = np.flatnonzero((shapely.get_dimensions(shapes) == AREAL) & ~parts["moved"].to_numpy())
    grounds = territory.polygons
    shapely.prepare(grounds)
    home = parts["home"].to_numpy()
    asked = asked[~shapely.covers(grounds[home[asked]], shapes[asked])]
    inside = shapely.area(shapely.intersection(grounds[home[asked]], shapes[asked])) / shapely.area(shapes[asked])
    rows = parts.iloc[asked[inside < 1 - _SHARE]]
    if rows.empty:
        return ()
    reason = say(
        "{count} buildings with {households} households stand across the border of their community, first {ids}; their "
        "middle decides",
        count=rows["building_id"].nunique(), households=rows["households"].sum(),
        ids=first_three(rows["building_id"].drop_duplicates()),
    )  # fmt: skip
    place = (float(rows["x"].iloc[0]), float(rows["y"].iloc[0]))
    return (Finding(code="building_astride", severity="notice", subject="buildings", reason=reason,
                    value=float(rows["building_id"].nunique()), place=place),)  # fmt: skip


def _compounds(parts: gpd.GeoDataFrame) -> tuple[Finding, ...]:
    lived_in = parts[(parts["compound"] != "") & (parts["households"] > 0)]
    homes = lived_in.groupby("compound", sort=True)["home"].nunique()
    names = homes.index[homes > 1]
    if not len(names):
        return ()
    rows = lived_in[lived_in["compound"].isin(names)]
    reason = say(
        "{count} compounds with {households} households lie in several communities, first {names}; each side is "
        "planned with its community",
        count=len(names), households=rows["households"].sum(), names=first_three(names),
    )  # fmt: skip
    first = rows[rows["compound"] == names[0]].iloc[0]
    return (Finding(code="compound_across_communities", severity="notice", subject="compounds", reason=reason,
                    value=float(len(names)), place=(float(first["x"]), float(first["y"]))),)  # fmt: skip
