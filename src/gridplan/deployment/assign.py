"""Grids + roster -> who serves where: force by force, with cost, bound, and every shortage explained."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.config import Rules
from gridplan.deployment.beats import solve_beats
from gridplan.deployment.flow import solve_flow
from gridplan.deployment.frames import Post, Served, lay_out, sum_up, tell
from gridplan.deployment.ground import Floats, Ground, Ints, survey, survey_communities
from gridplan.deployment.people import Crew, muster
from gridplan.deployment.search import EFFORTS, solve_weighted
from gridplan.deployment.task import Posting, Task
from gridplan.forces import DeploymentRules
from gridplan.model import Finding, PlanData
from gridplan.neighbours import find_neighbours
from gridplan.progress import Report, silent
from gridplan.schema import SHORTAGE_COLUMNS
from gridplan.ways import find_ways


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deployment:
    """Who serves where, as frames of a plan.

    Parameters
    ----------
    assignment, forces, persons, shortages : DataFrame
        As the fields of `PlanData` of these names.
    findings : tuple of Finding
        What an office should know.
    """

    assignment: pd.DataFrame
    forces: pd.DataFrame
    persons: pd.DataFrame
    shortages: pd.DataFrame
    findings: tuple[Finding, ...]


def deploy(
    plan: PlanData,
    people: pd.DataFrame,
    rules: Rules,
    *,
    areas: gpd.GeoDataFrame | None = None,
    new_codes: bool = False,
    rng: int = 0,
    effort: str = "normal",
    report: Report = silent,
) -> Deployment:
    """Send the persons of a roster into the grids of a plan.

    Parameters
    ----------
    plan : PlanData
        The plan.
    people : DataFrame
        The canonical columns of personnel; places in metres of the plan's CRS.
    rules : Rules
        Forces and prices.
    areas : GeoDataFrame or None
        Jurisdictions: area, force, polygon.
    new_codes : bool
        The grids are new, so that present grids which are unknown do not matter.
    rng : int
        Seed of the searches; the same seed gives the same roster.
    effort : {"fast", "normal", "thorough"}
        How long to search where no exact method is known.
    report : Report
        Progress callback, stage "deployment".

    Returns
    -------
    Deployment
        Frames and findings.

    Raises
    ------
    LayerError
        If the roster cannot be used; all faults at once.
    """
    scene = _Scene(plan, rules, rng, effort)
    crews, findings = muster(people, scene.ground, rules.deployment, areas, new_codes=new_codes)
    served = []
    report("deployment", 0, len(crews))
    with ThreadPoolExecutor(THREADS) as pool:  # each force has its own source of chance
        for one in pool.map(scene.serve, crews):
            served.append(one)
            report("deployment", len(served), len(crews))
    present = {crew.rules.force for crew in crews}
    absent = [f for f in rules.deployment.forces if f.required and f.force not in present]
    frames = lay_out(scene.ground, served, absent, rules.deployment)
    findings += tell(scene.ground, scene.ways, served, frames, rules.deployment)
    texts = [name for name in SHORTAGE_COLUMNS if name != "missing"]
    frames["shortages"] = frames["shortages"].astype(dict.fromkeys(texts, "str"))
    return Deployment(**frames, findings=tuple(findings))


def check_roster(
    people: pd.DataFrame, communities: gpd.GeoDataFrame, rules: Rules, areas: gpd.GeoDataFrame | None
) -> None:
    """Check a roster before the grids are drawn.

    Parameters
    ----------
    people : DataFrame
        The canonical columns of personnel.
    communities : GeoDataFrame
        community, community_code, subdistrict; polygons.
    rules : Rules
        The forces.
    areas : GeoDataFrame or None
        Jurisdictions.

    Raises
    ------
    LayerError
        If the roster cannot be used; all faults at once.
    """
    muster(people, survey_communities(communities), rules.deployment, areas, new_codes=True)


THREADS: Final = 2
"""Forces served at a time: each holds all ways from its persons to the grids."""


class _Scene:
    """What all forces share: grids, ways, rules, and neighbours once they are asked for."""

    def __init__(self, plan: PlanData, rules: Rules, seed: int, effort: str) -> None:
        self.plan, self.rules, self.seed, self.effort = plan, rules.deployment, seed, EFFORTS[effort]
        self.ground = survey(plan)
        self.ways = find_ways(plan.context, rules.deployment.detour, rules.deployment.road_reach_m)
        self._min_border_m = rules.geometry.min_border_m

    @cached_property
    def edges(self) -> Ints:
        return find_neighbours(self.plan, self._min_border_m)

    def serve(self, crew: Crew) -> Served:
        """Find a roster for one force."""
        start = time.thread_time()
        metres, on_road = self.ways.measure(crew.xy, self.ground.xy)
        members = group_grids(self.ground, crew.rules.level)
        task = make_task(self.ground, crew, metres, members, self.rules)
        posting = self._solve(crew, task)
        post = Post(crew=crew, task=task, posting=posting, members=members, metres=metres, on_road=on_road,
                    seconds=time.thread_time() - start)  # fmt: skip
        return sum_up(self.ground, post, self.rules)

    def _solve(self, crew: Crew, task: Task) -> Posting:
        """Choose the method: beats, the exact flow where items are counted, else search with a bound."""
        rank = [f.force for f in self.rules.forces].index(crew.rules.force)
        rng = np.random.default_rng([self.seed, rank])
        if crew.rules.level == "beat":
            return solve_beats(task, self.edges, self.ground.xy, self.ground.subdistrict, self.rules.broken_m, rng,
                               self.effort)  # fmt: skip
        return solve_flow(task) if task.counted else solve_weighted(task, rng, self.effort)


def group_grids(ground: Ground, level: str) -> list[Ints]:
    """List the grids of each item a force of this level is given.

    Parameters
    ----------
    ground : Ground
        The grids.
    level : str
        One of `forces.LEVELS`.

    Returns
    -------
    list of int64[k]
        Rows of grids; one each for "grid" and "beat".
    """
    if level in ("grid", "beat"):
        return list(np.arange(len(ground.codes))[:, None])
    key = ground.community if level == "community" else ground.subdistrict
    order = np.argsort(key, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(key[order])) + 1)


def make_task(ground: Ground, crew: Crew, metres: Floats, members: list[Ints], rules: DeploymentRules) -> Task:
    """Lay out what a force has to do.

    Parameters
    ----------
    ground : Ground
        The grids.
    crew : Crew
        The persons.
    metres : float64[n_grids, m]
        Their ways.
    members : list of int64[k]
        Grids of each item.
    rules : DeploymentRules
        Prices.

    Returns
    -------
    Task
        Prices are sums over the grids of an item: its ways, what changes, what the committee's own staff costs.
    """
    force, n = crew.rules, len(ground.codes)
    price = np.where(crew.scopes[crew.scope].T, metres, np.inf)
    price += rules.committee_m * (crew.staff == "committee")
    if len(crew.now) and force.keep_m:
        held = np.unique(crew.now[:, 0])
        price[held] += force.keep_m
        price[crew.now[:, 0], crew.now[:, 1]] -= force.keep_m
    need = np.full(n, force.persons_per_grid, dtype=np.int64)
    if force.households_per_person:
        need = np.maximum(np.ceil(ground.households / force.households_per_person), 1).astype(np.int64)
    counts = {"grids": np.ones(n), "households": ground.households, "residents": ground.residents}[crew.unit]
    size = counts if crew.unit == "grids" else counts / need
    if len(members) < n:
        first = np.concatenate([[0], np.cumsum([len(m) for m in members])[:-1]])
        flat = np.concatenate(members)
        price, size = np.add.reduceat(price[flat], first, axis=0), np.add.reduceat(size[flat], first)
        need = np.maximum.reduceat(need[flat], first)
    return Task(price=price, need=need, size=size, capacity=crew.capacity, group=crew.scope, load_m=rules.load_m)
