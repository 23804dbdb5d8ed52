"""A plan that goes on, against a plan anew: 3 % new buildings in made-up districts of 300,000 households.

The new buildings stand one by one all over the district, or together in some communities. What moves, what the plan
costs and how long it takes is compared with a plan anew of the same run. Must hold: at most 5 % of the households that
were there change grid, no code is used again, the cost is at most 3 % higher, and the time is not longer.

Prints a table; at full size it is written to `benchmarks/results/maintain.md`, with all figures in `maintain.json`.
"""

import dataclasses
import json
import tempfile
from pathlib import Path
from statistics import median

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.affinity import translate

from gridplan import Rules, compare_plans, make_plan, make_sample, read_layers
from gridplan.model import Layers
from gridplan.plan import Plan
from kept import ask_districts, keep

NEAR_M, FAR_M, GAP_M = 20.0, 80.0, 4.0
SHARE = 0.03
PLACES = {"scattered": "one by one", "together": "in some communities"}


def add_buildings(layers: Layers, where: str, rng: np.random.Generator) -> Layers:
    """Build copies of some buildings on free ground near them."""
    old = layers.buildings
    homes = rng.permutation(np.flatnonzero(old["households"] > 0))
    if where == "together":
        point = old.geometry.representative_point().iloc[homes]
        place = gpd.sjoin(gpd.GeoDataFrame(geometry=point, crs=old.crs), layers.communities[["geometry"]])
        community = place.groupby(level=0)["index_right"].first().reindex(old.index[homes]).fillna(-1).to_numpy()
        rank = rng.permutation(len(layers.communities) + 1)
        homes = homes[np.argsort(rank[community.astype(int)], kind="stable")]
    new, index = [], old.sindex
    for row in homes:
        turn, far = rng.uniform(0, 2 * np.pi), rng.uniform(NEAR_M, FAR_M)
        shape = translate(old.geometry.iloc[row], far * np.cos(turn), far * np.sin(turn))
        if not len(index.query(shape.buffer(GAP_M), predicate="intersects")):
            new.append(old.iloc[[row]].set_geometry([shape], crs=old.crs).assign(building_id=f"NEW{len(new):06d}"))
        if len(new) >= SHARE * len(old):
            break
    frame = pd.concat([old, *new], ignore_index=True).sort_values("building_id", ignore_index=True)
    return dataclasses.replace(layers, buildings=gpd.GeoDataFrame(frame, geometry="geometry", crs=old.crs))


def size_cost(plan: Plan, rules: Rules) -> float:
    """Price the size rule alone: a grid outside the band costs as much as hundreds of others."""
    households = plan.grids["households"].to_numpy(dtype="float64")
    missing = np.maximum(rules.lower - households, households - rules.upper)
    missing = missing[missing > 0]
    return float(rules.cost.outside * (len(missing) + missing.sum() / (rules.target / 5)))


def compare(old: Plan, kept: Plan, fresh: Plan) -> dict[str, float]:
    """Sum up what was kept, and what that costs against a plan anew."""
    rules = Rules.from_mapping(kept.run["rules"])
    known = kept.crosswalk[(kept.crosswalk["old_code"] != "") & (kept.crosswalk["new_code"] != "")]
    moved = known.loc[known["old_code"] != known["new_code"], "households_new"].sum()
    codes, ever = set(kept.grids["grid_code"]), set(old.history["grid_code"]) | set(old.grids["grid_code"])
    retired = set(kept.history.loc[kept.history["valid_to"] != "", "grid_code"])
    costs = compare_plans(kept, fresh).scores.set_index("term").loc["cost"]
    kept_cost, fresh_cost = float(costs["old"]), float(costs["new"])
    soft = [cost - size_cost(plan, rules) for plan, cost in ((kept, kept_cost), (fresh, fresh_cost))]
    times = [plan.run["stages"]["partition"]["cpu_s"] for plan in (kept, fresh)]
    whole = [sum(stage["cpu_s"] for stage in plan.run["stages"].values()) for plan in (kept, fresh)]
    return {
        "households": int(kept.grids["households"].sum()),
        "new_households": int(kept.grids["households"].sum() - old.grids["households"].sum()),
        "moved_share": float(moved / known["households_new"].sum()),
        "cost_ratio": kept_cost / fresh_cost, "inside_cost_ratio": soft[0] / soft[1],
        "outside_kept": int((~kept.grids["in_band"]).sum()), "outside_fresh": int((~fresh.grids["in_band"]).sum()),
        "codes_used_again": len(codes & retired), "codes_kept": len(codes & ever), "codes_new": len(codes - ever),
        "unchanged": int(kept.certificate["reason"].str.startswith("nothing has changed").sum()),
        "communities": len(kept.certificate), "cpu_s_kept": times[0], "cpu_s_fresh": times[1],
        "time_ratio": times[0] / times[1], "whole_time_ratio": whole[0] / whole[1],
    }  # fmt: skip


def measure(seed: int, households: int, where: list[str]) -> list[dict[str, object]]:
    """Plan one district, let it grow, and plan it both ways."""
    with tempfile.TemporaryDirectory() as name:
        make_sample(Path(name) / "district", households=households, seed=seed)
        layers = dataclasses.replace(read_layers(Path(name) / "district"), personnel=None)
    old, found = make_plan(layers), []
    for place in where:
        grown = add_buildings(layers, place, np.random.default_rng(seed))
        kept, fresh = make_plan(grown, previous=old), make_plan(grown)
        found.append({"seed": seed, "where": place, **compare(old, kept, fresh)})
        print(json.dumps(found[-1]), flush=True)
    return found


def table(rows: list[dict[str, object]]) -> str:
    """Give the medians by where the new buildings stand."""
    frame = pd.DataFrame(rows)
    lines = [
        "| new buildings | moved | cost | cost inside the band | outside it | codes again | unchanged | CPU s |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for where, part in frame.groupby("where"):
        middle = {name: median(part[name]) for name in part.columns if name not in {"seed", "where"}}
        lines.append(
            f"| {PLACES[str(where)]} | {middle['moved_share']:.1%} | x {middle['cost_ratio']:.4f} "
            f"| x {middle['inside_cost_ratio']:.3f} | {middle['outside_kept']:.0f} / {middle['outside_fresh']:.0f} "
            f"| {part['codes_used_again'].max()} | {middle['unchanged']:.0f} of {middle['communities']:.0f} "
            f"| {middle['cpu_s_kept']:.1f} / {middle['cpu_s_fresh']:.1f} = x {middle['time_ratio']:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure."""
    asked = ask_districts(__doc__)
    measure(9, 1_000, ["scattered"])  # compiles the kernels
    if asked.smoke:
        rows = measure(1, 3_000, list(PLACES))
        assert all(row["codes_used_again"] == 0 for row in rows)
        print(table(rows))
        return
    rows = [row for seed in asked.seeds for row in measure(seed, asked.households, list(PLACES))]
    title = f"Medians of {len(asked.seeds)} districts of {asked.households:,} households, {SHARE:.0%} new buildings"
    text = (
        f"{title}; the plan that goes on / the plan anew.\n\n"
        "moved: share of the households that were there which change grid; cost: without the price of change; "
        f"unchanged: communities that were not planned again; CPU s: of the partition.\n\n{table(rows)}\n"
    )
    keep("maintain", rows, text)
    print(table(rows))


if __name__ == "__main__":
    main()
