"""How long it takes to evaluate grids that somebody else drew: `--grids` of them, as polygons and as a list.

A made-up district is planned once and laid side by side until it has as many grids. Must hold: 10,000 grids in 60 s.
"""

import argparse
import dataclasses
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd

from gridplan import evaluate_grids, make_plan, make_sample, read_layers
from gridplan.plan import Plan

LIMIT_S = 60.0


def shifted(plan: Plan, copy: int) -> dict[str, pd.DataFrame]:
    """Lay a copy of the frames beside the others, under ids and codes of its own."""
    west, _, east, _ = plan.communities.total_bounds
    by = copy * (east - west + 1000.0)
    frames = {}
    for name in ("grids", "units", "communities", "buildings", "edges", "walls", "certificate"):
        frame = getattr(plan, name).copy()
        for column in {"unit_id", "unit_a", "unit_b", "building_id", "community"} & set(frame.columns):
            frame[column] = f"{copy}-" + frame[column].astype(str)
        for column in {"grid_code", "community_code"} & set(frame.columns):
            frame[column] = f"{copy:03d}" + frame[column].astype(str).str[3:]
        if isinstance(frame, gpd.GeoDataFrame):
            frame = frame.set_geometry(frame.geometry.translate(by))
        frames[name] = frame.assign(x=frame["x"] + by) if name == "units" else frame
    return frames


def tile(plan: Plan, copies: int) -> Plan:
    """Lay a plan side by side so often."""
    parts = [shifted(plan, copy) for copy in range(copies)]
    whole = {name: pd.concat([part[name] for part in parts], ignore_index=True) for name in parts[0]}
    return dataclasses.replace(plan, **whole, set_aside=plan.set_aside.iloc[:0], assignment=plan.assignment.iloc[:0])


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grids", type=int, default=10_000)
    parser.add_argument("--smoke", action="store_true", help="a tiny run for CI")
    asked = parser.parse_args()
    number = 60 if asked.smoke else asked.grids
    with tempfile.TemporaryDirectory() as folder:
        make_sample(Path(folder) / "district", households=6_000 if asked.smoke else 150_000, seed=1)
        one = make_plan(read_layers(Path(folder) / "district"), effort="fast")
    plan = tile(one, -(-number // len(one.grids)))
    tables = {
        "polygons": plan.grids[["grid_code", "geometry"]],
        "list": plan.units[["building_id", "entrance", "grid_code"]],
    }
    for name, table in tables.items():
        wall, cpu = time.perf_counter(), time.process_time()
        found = evaluate_grids(plan, table)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        households = int(found.grids["households"].sum())
        print(f"{name}: {len(found.grids)} grids, {households} households: {cpu:.1f} CPU s, {wall:.1f} s")
        assert len(found.grids) == len(plan.grids)
        assert households == plan.grids["households"].sum()
        if number >= 10_000:
            assert cpu <= LIMIT_S, f"need {LIMIT_S} s"


if __name__ == "__main__":
    main()
