"""Rosters: CPU seconds by size, and quality against greedy nearest and a plain integer programme in the same time.

Prints two Markdown tables. The grids are a lattice of 240 to 360 households each; persons stand anywhere; capacities
are 30 % above what is needed, and differ from person to person by up to 30 %. Police are contiguous beats; police and
doctors count residents, the others grids.
"""

import argparse
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "deployment"))

from conftest import make_people, make_plan
from gridplan.config import Rules
from gridplan.deployment import deploy
from gridplan.deployment.search import EFFORTS, make_field, make_state, solve_weighted
from gridplan.deployment.task import Task, missing_price, weigh
from gridplan.model import PlanData
from gridplan.partition.highs import make_solver

SIZES = ((25, 44, 1_998), (75, 140, 15_003))
FORCES = ("公安", "信访", "应急", "民政", "城管", "房产", "卫健", "公用服务企业", "网格员")
SPARE, SPREAD, PER_HOUSEHOLD = 1.3, 0.3, 2.18


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


def time_sizes(sizes: tuple[tuple[int, int, int], ...]) -> None:
    """Assign nine forces on lattices of several sizes."""
    small = lattice(4, 6)
    deploy(small, roster(small, 36), Rules())  # compiles the kernels
    print("| grids | persons | CPU s | peak MB | posts | filled | exact forces | largest gap |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for rows, columns, persons in sizes:
        plan = lattice(rows, columns)
        people = roster(plan, persons)
        start = time.process_time()
        done = deploy(plan, people, Rules())
        spent = time.process_time() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        forces = done.forces
        print(
            f"| {len(plan.grids):,} | {persons:,} | {spent:.1f} | {peak:,.0f} | {forces['needed'].sum():,} | "
            f"{forces['served'].sum():,} | {int(forces['proven'].sum())} of 9 | {forces['gap'].max():.1%} |",
            flush=True,
        )


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
    missing = np.full(n, missing_price(task))
    solver.addCols(n, missing, np.zeros(n), np.ones(n), n, np.arange(n, dtype=np.int32),
                   np.arange(n, dtype=np.int32), np.ones(n))  # fmt: skip
    solver.changeColsIntegrality(n * m, np.arange(n * m, dtype=np.int32), np.ones(n * m, np.uint8))
    solver.setOptionValue("time_limit", seconds)
    solver.run()
    if solver.getInfo().primal_solution_status != 2:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    used = np.flatnonzero(np.array(solver.getSolution().col_value)[: n * m] > 0.5)
    return i[used], p[used]


def compare(n: int, m: int, seeds: range) -> None:
    """Compare three ways of serving grids by households."""
    warm = make_task(30, 8, 0)
    make_state(make_field(warm), np.full(30, -1, np.int64))
    solve_weighted(warm, np.random.default_rng(0), EFFORTS["fast"])
    print(f"\n| {n} grids, {m} persons, seed | method | not served | km | gap to the bound | CPU s |")
    print("| ---: | --- | ---: | ---: | ---: | ---: |")
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
            metres = weigh(task, item, person) - lacking * missing_price(task)
            gap = f"{(metres - found.bound) / metres:.2%}" if lacking == 0 else "-"
            print(f"| {seed} | {name} | {lacking} | {metres / 1000:,.1f} | {gap} | {seconds:.1f} |", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="small sizes only")
    smoke = parser.parse_args().smoke
    time_sizes(((6, 10, 108),) if smoke else SIZES)
    compare(60 if smoke else 1_000, 12 if smoke else 200, range(1 if smoke else 3))


if __name__ == "__main__":
    main()
