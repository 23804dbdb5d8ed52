"""How near to the best plans are known to be, as roads and the considerations of Article 19 come into their price.

The same made-up districts are planned by households alone, with roads that grids had better not cross (the default),
with a load by population count and structure, and with both. Rival: the plan by households alone, in the same run.
"""

import dataclasses
import json
import tempfile
import time
from pathlib import Path
from statistics import median

import pandas as pd

from gridplan import Rules, make_plan, make_sample, read_layers
from kept import ask_districts, keep

ROADS = {False: {"barrier_per_m": 0.0}, True: {}}
LOADS = {False: {}, True: {"residents": 0.3, "elderly_disabled": 0.5, "minors": 0.2}}
WAYS = {
    "households alone": (False, False), "roads": (True, False), "load": (False, True), "roads and load": (True, True)
}  # fmt: skip


def measure(seed: int, households: int) -> list[dict[str, object]]:
    """Plan one district in all ways."""
    with tempfile.TemporaryDirectory() as name:
        make_sample(Path(name) / "district", households=households, seed=seed)
        layers = dataclasses.replace(read_layers(Path(name) / "district"), personnel=None)
    rules, found = Rules(), list[dict[str, object]]()
    for way, (roads, load) in WAYS.items():
        cost = dataclasses.replace(rules.cost, **ROADS[roads])
        considerations = dataclasses.replace(rules.considerations, **LOADS[load])
        cpu = time.process_time()
        plan = make_plan(layers, dataclasses.replace(rules, cost=cost, considerations=considerations), jobs=1)
        cpu, known = time.process_time() - cpu, plan.certificate
        open_ = known.loc[~known["proven"].astype(bool), "gap"]
        found.append(
            {
                "seed": seed, "way": way, "communities": len(known), "proven": len(known) - len(open_),
                "open_gap": float(open_.mean()) if len(open_) else 0.0, "cpu_s": cpu,
            }
        )  # fmt: skip
        print(json.dumps(found[-1]), flush=True)
    return found


def table(rows: list[dict[str, object]]) -> str:
    """Give the medians by what is priced."""
    frame = pd.DataFrame(rows)
    frame["share"] = frame["proven"] / frame["communities"]
    alone = frame[frame["way"] == next(iter(WAYS))].set_index("seed")
    lines = [
        "| priced | proven | of those by households alone | gap of the others | CPU s | of that by households alone |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for way, part in frame.groupby("way", sort=False):
        mine = part.set_index("seed")
        proven, cpu = mine["proven"] / alone["proven"], mine["cpu_s"] / alone["cpu_s"]
        lines.append(
            f"| {way} | {median(mine['share']):.1%} | x {median(proven):.2f} | {median(mine['open_gap']):.1%} "
            f"| {median(mine['cpu_s']):.1f} | x {median(cpu):.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure."""
    asked = ask_districts(__doc__)
    measure(9, 1_000)  # compiles the kernels
    if asked.smoke:
        rows = measure(1, 6_000)
        assert all(row["proven"] for row in rows)
        print(table(rows))
        return
    rows = [row for seed in asked.seeds for row in measure(seed, asked.households)]
    title = f"Medians of {len(asked.seeds)} districts of {asked.households:,} households, whole plans from their layers"
    text = (
        f"{title}.\n\nproven: communities whose plan is proven the best; gap: how far at most the plans of the others "
        f"are above the best, on the mean; CPU s: of all of `make_plan`, one worker.\n\n{table(rows)}\n"
    )
    keep("proofs", rows, text)
    print(table(rows))


if __name__ == "__main__":
    main()
