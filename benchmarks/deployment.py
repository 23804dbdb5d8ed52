"""Rosters: CPU seconds by size, and quality against greedy nearest and a plain integer programme in the same time.

The grids are a lattice of 240 to 360 households each; persons stand anywhere; capacities are 30 % above what is needed,
and differ from person to person by up to 30 %. Police and urban management are contiguous beats; police and doctors
count residents, the others grids. Results go to `benchmarks/results/` as JSON and as Markdown tables.
"""

import argparse
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "deployment"))

from conftest import make_people, make_plan
from gridplan.config import Rules
from gridplan.deployment import deploy
from gridplan.deployment.search import EFFORTS, solve_weighted
from gridplan.deployment.task import Task, weigh
from gridplan.model import PlanData
from gridplan.partition.highs import make_solver
from kept import keep

SIZES = ((25, 44, 1_998), (75, 140, 15_003))
FORCES = ("公安", "信访", "应急", "民政", "城管", "房产", "卫健", "公用服务企业", "网格员")
SPARE, SPREAD, PER_HOUSEHOLD = 1.3, 0.3, 2.18
Row = dict[str, Any]


def lattice(rows: int, columns: int, seed: int = 1) -> PlanData:
    """Lay grids out, each of 240 to 360 households."""
    plan, rng = make_plan(rows, columns), np.random.default_rng(seed)
    plan.grids["households"] = rng.integers(240, 361, rows * columns)
    plan.grids["residents"] = (plan.grids["households"] * PER_HOUSEHOLD).astype(int)
    return plan


def roster(plan: PlanData, persons: int, seed: int = 0) -> pd.DataFrame:
    """Give each of nine forces as many persons, with capacities to spare."""
    rng, per = np.random.default_rng(seed), persons // len(FORCES)
    left, low, right, high = plan.grids.total_bounds
    rows = []
    for force in FORCES:
        by_head = force in ("公安", "卫健")
        need = plan.grids["residents"].sum() if by_head else len(plan.grids)
        for k in range(per):
            room = SPARE * need / per * rng.uniform(1 - SPREAD, 1 + SPREAD)
            rows.append({
                "person_id": f"{force}{k:05d}", "force": force, "capacity_unit": "人" if by_head else "网格",
                "capacity": round(room) if by_head else max(1, int(room + rng.random())),
                "work_x": rng.uniform(left, right), "work_y": rng.uniform(low, high),
            })  # fmt: skip
    return make_people(rows)


def time_sizes(sizes: tuple[tuple[int, int, int], ...]) -> list[Row]:
    """Assign nine forces on lattices of several sizes."""
    small = lattice(4, 6)
    deploy(small, roster(small, 36), Rules())  # compiles the kernels
    return [time_size(*size) for size in sizes]


def time_size(rows: int, columns: int, persons: int) -> Row:
    """Assign nine forces on one lattice, and measure it."""
    plan = lattice(rows, columns)
    people = roster(plan, persons)
    cpu, wall = time.process_time(), time.perf_counter()
    done = deploy(plan, people, Rules())
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    forces, beats = done.forces, done.persons[done.persons["force"].isin(["police", "urban_management"])]
    return {
        "grids": len(plan.grids), "persons": len(people), "CPU s": round(cpu, 1), "wall s": round(wall, 1),
        "peak MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
        "posts": int(forces["needed"].sum()), "filled": int(forces["served"].sum()),
        "forces proven best": int(forces["proven"].sum()), "beats": int((beats["grids"] > 0).sum()),
        "broken": int((beats["pieces"] > 1).sum()),
        "largest gap, beats": percent(forces.loc[forces["level"] == "beat", "gap"].max()),
        "largest gap, others": percent(forces.loc[forces["level"] != "beat", "gap"].max()),
    }  # fmt: skip


def percent(share: float) -> str:
    """Write a share as a percentage."""
    return f"{share:.2%}"


def make_task(n: int, m: int, seed: int, spare: float = SPARE) -> Task:
    """Draw grids by households and persons in a square."""
    rng, side = np.random.default_rng(seed), np.sqrt(n) * 250
    grids, persons = rng.random((n, 1, 2)) * side, rng.random((1, m, 2)) * side
    size = rng.integers(240, 361, n).astype(float)
    capacity = np.round(rng.uniform(1 - SPREAD, 1 + SPREAD, m) * size.sum() * spare / m)
    return Task(
        price=1.3 * np.hypot(*(grids - persons).transpose(2, 0, 1)), need=np.ones(n, np.int64), size=size,
        capacity=capacity, group=np.zeros(m, np.int64), load_m=0.0,
    )  # fmt: skip


def greedy(task: Task) -> tuple[np.ndarray, np.ndarray]:
    """Give the pairs to one another in the order of their ways, as long as there is room."""
    room, item, person, free = task.capacity.copy(), [], [], np.ones(len(task.need), dtype=bool)
    for pair in np.argsort(task.price, axis=None, kind="stable"):
        i, p = divmod(int(pair), task.price.shape[1])
        if free[i] and room[p] >= task.size[i]:
            free[i] = False
            room[p] -= task.size[i]
            item.append(i)
            person.append(p)
    return np.array(item), np.array(person)


def plain_programme(task: Task, seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """Solve the assignment as one integer programme over all pairs."""
    solver, (n, m) = make_solver(), task.price.shape
    i, p = np.divmod(np.arange(n * m), m)
    none = np.zeros(0, np.int32)
    solver.addRows(
        n + m, np.concatenate([np.ones(n), np.full(m, -np.inf)]), np.concatenate([np.ones(n), task.capacity]), 0,
        np.zeros(n + m, np.int32), none, np.zeros(0),
    )  # fmt: skip
    index = np.column_stack([i, n + p]).astype(np.int32).ravel()
    values = np.column_stack([np.ones(n * m), task.size[i]]).ravel()
    solver.addCols(
        n * m, task.price.ravel(), np.zeros(n * m), np.ones(n * m), 2 * n * m,
        np.arange(0, 2 * n * m, 2, dtype=np.int32), index, values,
    )  # fmt: skip
    missing = np.full(n, task.missing_m)
    solver.addCols(n, missing, np.zeros(n), np.ones(n), n, np.arange(n, dtype=np.int32),
                   np.arange(n, dtype=np.int32), np.ones(n))  # fmt: skip
    solver.changeColsIntegrality(n * m, np.arange(n * m, dtype=np.int32), np.ones(n * m, np.uint8))
    solver.setOptionValue("time_limit", seconds)
    solver.run()
    if solver.getInfo().primal_solution_status != 2:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    used = np.flatnonzero(np.array(solver.getSolution().col_value)[: n * m] > 0.5)
    return i[used], p[used]


def compare(n: int, m: int, seeds: range) -> list[Row]:
    """Compare three ways of serving grids by households."""
    solve_weighted(make_task(30, 8, 0), np.random.default_rng(0), EFFORTS["fast"])  # compiles the kernels
    table = []
    for seed in seeds:
        task = make_task(n, m, seed)
        start = time.process_time()
        found = solve_weighted(task, np.random.default_rng(0), EFFORTS["normal"])
        spent = time.process_time() - start
        rows = [("gridplan", found.item, found.person, spent)]
        start = time.process_time()
        rows.append(("greedy nearest", *greedy(task), time.process_time() - start))
        start = time.process_time()
        rows.append(("HiGHS, one programme", *plain_programme(task, spent), time.process_time() - start))
        for name, item, person, seconds in rows:
            lacking = n - len(item)
            metres = weigh(task, item, person) - lacking * task.missing_m
            table.append({
                "grids": n, "persons": m, "seed": seed, "method": name, "not served": lacking,
                "km": round(metres / 1000, 1), "gap": percent((metres - found.bound) / metres) if not lacking else "-",
                "CPU s": round(seconds, 1),
            })  # fmt: skip
    return table


def to_markdown(rows: list[Row]) -> str:
    """Lay rows out as a Markdown table."""
    lines = [
        [*rows[0]],
        ["---:"] * len(rows[0]),
        *([f"{v:,}" if isinstance(v, int) else str(v) for v in r.values()] for r in rows),
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def main() -> None:
    """Measure, print the tables, and keep them unless they are small."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="small sizes only, nothing written")
    smoke = parser.parse_args().smoke
    quality = compare(60 if smoke else 1_000, 12 if smoke else 200, range(1 if smoke else 3))
    sizes = time_sizes(((6, 10, 108),) if smoke else SIZES)
    text = (
        f"# Rosters\n\n{__doc__.strip()}\n\n## All forces by size\n\n{to_markdown(sizes)}\n"
        f"Beats are weighed against rosters without contiguity: their gap is what one piece costs, and more.\n\n"
        f"## Capacities in households, three methods\n\nThe programme has the time that gridplan took, its bound "
        f"included; gaps are to that bound.\n\n{to_markdown(quality)}"
    )
    print(text)
    if not smoke:
        keep("deployment", {"sizes": sizes, "quality": quality}, text)


if __name__ == "__main__":
    main()
