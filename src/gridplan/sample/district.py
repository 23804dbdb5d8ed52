"""The whole made-up district: streets, buildings, people, communities and their names, put together."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.progress import Report
from gridplan.sample.communities import FEWEST, MEAN, MOST, Neighbours, group
from gridplan.sample.compounds import Quarter, build_quarter, housing
from gridplan.sample.divide import divide_compound
from gridplan.sample.kinds import KINDS
from gridplan.sample.levels import BRANCH, EXPRESS, MAIN, RAIL, RIVER
from gridplan.sample.names import COUNTIES, compound_names, make_stems
from gridplan.sample.people import make_facilities, make_roster, settle
from gridplan.sample.streets import Streets, lay_streets

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DENSITY: Final = 12_200.0
"""Dwellings on a square kilometre of district, a little below what the sites hold."""
VACANT: Final = 1.03
"""Dwellings for each household."""
SPARE: Final = 1.12
TRIES: Final = 8
"""A layout with more dwellings to spare is laid again, this often at most."""
STEPS: Final = 6
STAGE: Final = "sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """A made-up district, ready to be written.

    Parameters
    ----------
    streets : Streets
        Roads, railways and water.
    buildings : DataFrame
        building_id, name, compound, use, floors, year, households, site, geometry.
    compounds : DataFrame
        compound, geometry.
    communities : DataFrame
        community, community_code, subdistrict, households, x, y, geometry.
    subdistricts : DataFrame
        subdistrict, subdistrict_code, district, geometry.
    households : DataFrame
        row (of `buildings`), entrance, room, residents and the key groups.
    roads : DataFrame
        name, road_class, geometry.
    personnel, facilities : DataFrame
        As `make_roster` and `make_facilities` give them.
    """

    streets: Streets
    buildings: pd.DataFrame
    compounds: pd.DataFrame
    communities: pd.DataFrame
    subdistricts: pd.DataFrame
    households: pd.DataFrame
    roads: pd.DataFrame
    personnel: pd.DataFrame
    facilities: pd.DataFrame


def make_district(households: int, rng: np.random.Generator, report: Report) -> District:
    """Make up a district.

    Parameters
    ----------
    households : int
        Households it shall have, exactly.
    rng : Generator
        Source of all chance.
    report : Report
        Told after each step.

    Returns
    -------
    District
        The district.
    """
    streets, quarter = _build(households, rng)
    report(STAGE, 1, STEPS)
    buildings = _number(quarter, rng)
    people = settle(buildings, households, rng)
    buildings["households"] = np.bincount(people["row"], minlength=len(buildings))
    report(STAGE, 2, STEPS)
    communities = _communities(streets, quarter, buildings, rng)
    subdistricts = _subdistricts(communities, households, rng)
    communities, subdistricts = _name_areas(communities, subdistricts, rng)
    report(STAGE, 3, STEPS)
    points = shapely.point_on_surface(buildings["geometry"].to_numpy())
    buildings["community"] = communities["community"].to_numpy()[_inside(points, communities)]
    homes = shapely.get_coordinates(points[buildings["households"] > 0])
    offices = shapely.get_coordinates(points[buildings["use"].isin(["办公", "商业", "医疗"])])
    named = buildings[buildings["compound"] != ""].drop_duplicates("site")
    compounds = pd.DataFrame({
        "compound": named["compound"].to_numpy(), "geometry": quarter.sites["geometry"].to_numpy()[named["site"]],
    })  # fmt: skip
    return District(
        streets=streets, buildings=buildings, compounds=compounds, communities=communities, subdistricts=subdistricts,
        households=people, roads=_name_roads(streets, rng),
        personnel=make_roster(households, homes, offices if len(offices) else homes, communities, rng),
        facilities=make_facilities(buildings, communities, rng),
    )  # fmt: skip


def _build(households: int, rng: np.random.Generator) -> tuple[Streets, Quarter]:
    """Streets and buildings with dwellings enough and few to spare; the district grows or shrinks until it fits."""
    area, need = households / DENSITY * 1e6, int(np.ceil(VACANT * households))
    best: tuple[Streets, Quarter] | None = None
    spare = np.inf
    tries = 0
    while best is None or (spare > SPARE and tries < TRIES):
        streets = lay_streets(area, rng)
        quarter = build_quarter(streets, households, rng)
        found = quarter.buildings["dwellings"].sum() / need
        if 1.0 <= found < spare:
            best, spare = (streets, quarter), found
        area *= float(np.clip(1.06 / max(found, 0.1), 0.6, 1.6))
        tries += 1
    return best[0], _trim(best[1], need, rng)


def _trim(quarter: Quarter, dwellings: int, rng: np.random.Generator) -> Quarter:
    """Leave the sites at the fringe empty that are not needed."""
    sites, buildings = quarter.sites, quarter.buildings
    xy = shapely.get_coordinates(shapely.centroid(sites["geometry"].to_numpy()))
    far = np.hypot(*(xy - xy.mean(0)).T)
    far *= rng.uniform(0.8, 1.0, len(far))
    far[sites["kind"].isin(["landmark", "village", "villa"])] = -1.0
    rank = np.empty(len(sites), dtype=np.int64)
    rank[np.argsort(far, kind="stable")] = np.arange(len(sites))
    order = np.lexsort((~buildings["landmark"].to_numpy(), rank[buildings["site"]]))
    before = np.cumsum(buildings["dwellings"].to_numpy()[order]) - buildings["dwellings"].to_numpy()[order]
    keep = np.ones(len(buildings), dtype=bool)
    keep[order] = before < dwellings
    keep |= ~housing(sites)[buildings["site"]]
    return Quarter(sites=sites, buildings=buildings[keep].reset_index(drop=True))


def _number(quarter: Quarter, rng: np.random.Generator) -> pd.DataFrame:
    """Give the buildings ids, names, compounds and years."""
    buildings = quarter.buildings.copy()
    site = buildings["site"].to_numpy()
    used = np.unique(site[np.isin(buildings["kind"], [k for k, v in KINDS.items() if v.compound])])
    names = np.full(len(quarter.sites), "", dtype=object)
    names[used] = compound_names(quarter.sites["kind"].to_numpy()[used].tolist(), rng)
    buildings["compound"] = names[site]
    buildings["year"] = quarter.sites["year"].to_numpy()[site]
    number = buildings.groupby("site").cumcount() + 1
    label = {
        "商业": "号商业楼",
        "教育": "号教学楼",
        "医疗": "号医疗楼",
        "办公": "号写字楼",
        "工业": "号厂房",
        "配套": "号物业用房",
    }
    suffix = buildings["use"].map(label).fillna("号楼")
    suffix = suffix.where(~buildings["kind"].isin(["village", "villa"]) | (buildings["use"] != "住宅"), "号")
    buildings["name"] = number.astype(str) + suffix
    width = max(6, len(str(len(buildings))))
    buildings["building_id"] = [f"LD{i:0{width}d}" for i in range(1, len(buildings) + 1)]
    return buildings


def _communities(streets: Streets, quarter: Quarter, buildings: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Group the faces into communities, and let one compound lie across two of them."""
    sizes = np.bincount(buildings["block"], weights=buildings["households"], minlength=len(streets.faces)).astype(
        np.int64
    )
    rank = np.ones(len(streets.border_class), dtype=np.int64)
    for line_class, value in ((BRANCH, 0), (MAIN, 2), (EXPRESS, 3), (RIVER, 3), (RAIL, 3)):
        rank[streets.border_class == line_class] = value
    around = Neighbours(streets.borders, streets.border_m, rank)
    labels = group(sizes, around, (FEWEST, MEAN, MOST), rng)
    shapes = divide_compound(streets, labels, quarter.sites, buildings, MOST)
    frame = pd.DataFrame({"geometry": shapes})
    points = shapely.point_on_surface(buildings["geometry"].to_numpy())
    frame["households"] = np.bincount(
        _inside(points, frame), weights=buildings["households"], minlength=len(frame)
    ).astype(int)
    best = buildings["households"].groupby(_inside(points, frame)).idxmax()
    frame[["x", "y"]] = shapely.get_coordinates(shapely.point_on_surface(shapes))
    frame.loc[best.index, ["x", "y"]] = shapely.get_coordinates(points[best.to_numpy()])
    return frame


def _inside(points: NDArray[np.object_], areas: pd.DataFrame) -> Ints:
    """Row of the area each point lies in."""
    pairs = shapely.STRtree(areas["geometry"].to_numpy()).query(points, predicate="within")
    row = np.zeros(len(points), dtype=np.int64)
    row[pairs[0]] = pairs[1]
    return row


def _subdistricts(communities: pd.DataFrame, households: int, rng: np.random.Generator) -> pd.DataFrame:
    """Group communities into subdistricts, and those into counties; adds the column `area` to communities."""
    shapes = communities["geometry"].to_numpy()
    labels = group(np.ones(len(shapes), dtype=np.int64), _touching(shapes), (3, 7, 11), rng)
    united = np.array([shapely.coverage_union_all(shapes[labels == i]) for i in range(labels.max() + 1)], dtype=object)
    counties = min(len(COUNTIES), max(1, round(households / 380_000)))
    wanted = -(-len(united) // counties)
    county = group(
        np.ones(len(united), dtype=np.int64), _touching(united), (max(1, wanted // 2), wanted, 2 * wanted), rng
    )
    communities["area"] = labels
    return pd.DataFrame({"geometry": united, "county": np.minimum(county, len(COUNTIES) - 1)})


def _touching(shapes: NDArray[np.object_]) -> Neighbours:
    """Pairs of areas that share a border."""
    pairs = shapely.STRtree(shapes).query(shapes, predicate="touches").T
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    length = shapely.length(shapely.intersection(shapes[pairs[:, 0]], shapes[pairs[:, 1]]))
    real = length > 1.0
    return Neighbours(pairs[real].astype(np.int64), length[real], np.zeros(real.sum(), dtype=np.int64))


def _name_areas(
    communities: pd.DataFrame, subdistricts: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Codes and names: numbered from the north-west within the area above."""
    stems = make_stems(len(subdistricts) + len(communities), rng)
    code, name = np.array(COUNTIES)[subdistricts["county"]].T
    rank = _rank(subdistricts["geometry"].to_numpy(), subdistricts["county"].to_numpy())
    subdistricts["subdistrict"] = [f"{s}街道" for s in stems[: len(subdistricts)]]
    subdistricts["subdistrict_code"] = [f"{c}{r:03d}" for c, r in zip(code, rank, strict=True)]
    subdistricts["district"] = name
    area = communities["area"].to_numpy()
    above = subdistricts["subdistrict_code"].to_numpy()[area]
    rank = _rank(communities["geometry"].to_numpy(), area)
    communities["community"] = [f"{s}社区" for s in stems[len(subdistricts) :]]
    communities["community_code"] = [f"{c}{r:03d}" for c, r in zip(above, rank, strict=True)]
    communities["subdistrict"] = subdistricts["subdistrict"].to_numpy()[area]
    return (
        communities.sort_values("community_code", ignore_index=True),
        subdistricts.sort_values("subdistrict_code", ignore_index=True),
    )


def _rank(shapes: NDArray[np.object_], group_of: Ints) -> Ints:
    """Rank from the north-west, 1 and up, within each group."""
    xy = shapely.get_coordinates(shapely.centroid(shapes))
    order = np.lexsort((xy[:, 0] - xy[:, 1], group_of))
    rank = np.empty(len(order), dtype=np.int64)
    sorted_groups = group_of[order]
    starts = np.searchsorted(sorted_groups, sorted_groups)
    rank[order] = np.arange(len(order)) - starts + 1
    return rank


def _name_roads(streets: Streets, rng: np.random.Generator) -> pd.DataFrame:
    """Names by direction, as in Shenyang: 路 runs east and west, 街 north and south, 巷 is a branch road."""
    roads = streets.roads
    bounds = pd.DataFrame(shapely.bounds(roads["geometry"].to_numpy()), columns=["x0", "y0", "x1", "y1"])
    box = bounds.groupby(roads["road"]).agg({"x0": "min", "y0": "min", "x1": "max", "y1": "max"})
    east = (box["x1"] - box["x0"]) > (box["y1"] - box["y0"])
    road_class = roads.groupby("road")["road_class"].min()
    kind = np.select([road_class == EXPRESS, road_class == BRANCH], ["快速路", "巷"], np.where(east, "路", "街"))
    names = pd.Series(make_stems(len(box), rng), index=box.index) + kind
    return roads.assign(name=names[roads["road"]].to_numpy())
