"""Served forces -> the frames of a plan, and what an office should know of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gridplan.deployment.ground import Flags, Floats, Ground, Ints
from gridplan.deployment.people import Crew
from gridplan.deployment.shortage import explain_gaps
from gridplan.deployment.task import Posting, Task, weigh
from gridplan.errors import first_three
from gridplan.forces import DeploymentRules, ForceRules, amount_of, title_of
from gridplan.language import pack, say
from gridplan.model import Finding
from gridplan.schema import ASSIGNMENT_COLUMNS, FORCE_COLUMNS, PERSON_COLUMNS, SHORTAGE_COLUMNS
from gridplan.ways import Ways


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Post:
    """One force, with all its ways and prices.

    Parameters
    ----------
    crew : Crew
        Its persons.
    task : Task
        What it had to do.
    posting : Posting
        Who serves what.
    members : list of int64[k]
        Grids of each item.
    metres, on_road : float64[n_grids, m], bool[n_grids, m]
        Ways, and whether they follow roads.
    seconds : float
        CPU seconds it took.
    """

    crew: Crew
    task: Task
    posting: Posting
    members: list[Ints]
    metres: Floats
    on_road: Flags
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Served:
    """What remains of a force once it is served: rows of the frames of a plan, and no matrix.

    Parameters
    ----------
    assignment, persons, shortages : DataFrame
        Its rows of these frames.
    row : tuple
        Its row of `forces`.
    broken : list of Finding
        Beats that are not one piece.
    """

    assignment: pd.DataFrame
    persons: pd.DataFrame
    shortages: pd.DataFrame
    row: tuple[object, ...]
    broken: list[Finding]


def sum_up(ground: Ground, post: Post, rules: DeploymentRules) -> Served:
    """Read off a served force what goes into the plan.

    Parameters
    ----------
    ground : Ground
        The grids.
    post : Post
        The force.
    rules : DeploymentRules
        Which forces are defaults.

    Returns
    -------
    Served
        The texts of `shortages` are still messages.
    """
    return Served(
        assignment=_assignment(ground, post),
        persons=_persons(ground, post),
        shortages=_shortages(ground, post),
        row=_force_row(post, rules),
        broken=list(_say_broken(ground, post)),
    )


def lay_out(
    ground: Ground, served: list[Served], absent: list[ForceRules], rules: DeploymentRules
) -> dict[str, pd.DataFrame]:
    """Lay the roster out as the frames of a plan.

    Parameters
    ----------
    ground : Ground
        The grids.
    served : list of Served
        The forces that have persons.
    absent : list of ForceRules
        Forces every grid needs and nobody is of.
    rules : DeploymentRules
        Their order, and which are defaults.

    Returns
    -------
    dict of str to DataFrame
        assignment, forces, persons and shortages; the texts of the latter are still messages.
    """
    short = [*(one.shortages for one in served), *(_absent(ground, force) for force in absent)]
    order = ["grid_code", "force", "person_id"]
    assignment = pd.concat([one.assignment for one in served], ignore_index=True)
    shortages = pd.concat(short, ignore_index=True).astype({"missing": "int64"})
    return {
        "assignment": assignment.sort_values(order, kind="stable", ignore_index=True),
        "forces": _forces(ground, served, absent, rules),
        "persons": pd.concat([one.persons for one in served], ignore_index=True),
        "shortages": shortages.sort_values(["grid_code", "force"], kind="stable", ignore_index=True),
    }


def tell(
    ground: Ground, ways: Ways, served: list[Served], frames: dict[str, pd.DataFrame], rules: DeploymentRules
) -> Iterator[Finding]:
    """Tell how ways were measured, what lacks, what is left to committees, and which beats are broken.

    Parameters
    ----------
    ground : Ground
        The grids.
    ways : Ways
        How ways were measured.
    served : list of Served
        The forces that have persons.
    frames : dict of str to DataFrame
        What `lay_out` gave.
    rules : DeploymentRules
        The forces.

    Yields
    ------
    Finding
        With codes that begin with ``roster_``.
    """
    yield from _say_ways(ways)
    yield from _say_shortages(frames["shortages"], rules, ground)
    yield from _say_committee(frames["assignment"], rules, ground)
    for one in served:
        yield from one.broken


def _pairs(post: Post) -> tuple[Ints, Ints]:
    """Grid and person of each pair, items taken apart."""
    length = np.array([len(post.members[i]) for i in post.posting.item], dtype=np.int64)
    grids = [post.members[i] for i in post.posting.item]
    return np.concatenate([np.zeros(0, np.int64), *grids]), np.repeat(post.posting.person, length)


def _assignment(ground: Ground, post: Post) -> pd.DataFrame:
    grid, person = _pairs(post)
    now = set(map(tuple, post.crew.now.tolist()))
    columns = (
        ground.codes[grid], post.crew.rules.force, post.crew.ids[person], post.crew.staff[person],
        post.metres[grid, person].round(1), np.where(post.on_road[grid, person], "road", "straight"),
        np.array([pair in now for pair in zip(grid.tolist(), person.tolist(), strict=True)], dtype=bool),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(ASSIGNMENT_COLUMNS, columns, strict=True)))


def _persons(ground: Ground, post: Post) -> pd.DataFrame:
    crew, m = post.crew, len(post.crew.ids)
    grid, person = _pairs(post)
    grids = np.bincount(person, minlength=m)
    load = np.bincount(post.posting.person, post.task.size[post.posting.item], m)
    metres = np.bincount(person, post.metres[grid, person], m) / np.maximum(grids, 1)
    columns = (
        crew.ids, crew.rules.force, crew.staff, crew.capacity, crew.unit, load.round(3), grids.astype("int64"),
        np.bincount(person, ground.households[grid], m).astype("int64"),
        np.bincount(person, ground.residents[grid], m).astype("int64"),
        np.where(grids > 0, metres, np.nan).round(1), _pieces(post, grids),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(PERSON_COLUMNS, columns, strict=True)))


def _pieces(post: Post, grids: Ints) -> Ints:
    """Pieces of each beat; for other forces one where there is a grid."""
    return np.minimum(grids, 1).astype(np.int64) if post.posting.pieces is None else post.posting.pieces


def _forces(ground: Ground, served: list[Served], absent: list[ForceRules], rules: DeploymentRules) -> pd.DataFrame:
    rows = [
        *(one.row for one in served),
        *((f.force, f.name, f.level, f.unit, 0, len(ground.codes) * f.persons_per_grid, 0, 0.0, 0.0, 0.0, True,
           np.nan, 0, "no person", not rules.changed(f), 0.0) for f in absent),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(FORCE_COLUMNS))
    order = {f.force: i for i, f in enumerate(rules.forces)}
    return frame.sort_values("force", key=lambda keys: keys.map(order), kind="stable", ignore_index=True)


def _force_row(post: Post, rules: DeploymentRules) -> tuple[object, ...]:
    crew, task, posting = post.crew, post.task, post.posting
    sizes = np.array([len(m) for m in post.members], dtype=np.int64)
    needed, served = int((task.need * sizes).sum()), int(sizes[posting.item].sum())
    grid, person = _pairs(post)
    missing = task.missing_m
    lacking = float(task.need.sum() - len(posting.item)) * missing
    total = weigh(task, posting.item, posting.person)
    cost, worth = total - lacking, total - posting.lacking * missing  # what lacks in every roster says nothing of it
    gap = 0.0 if posting.proven else max(0.0, total - posting.bound) / max(abs(worth), 1e-9)
    now = set(map(tuple, crew.now.tolist()))
    held = {g for g, _ in now}
    changed = sum(g in held and (g, p) not in now for g, p in zip(grid.tolist(), person.tolist(), strict=True))
    mean = float(post.metres[grid, person].mean()) if len(grid) else np.nan
    return (
        crew.rules.force, crew.rules.name, crew.rules.level, crew.unit, len(crew.ids), needed, served, round(cost, 3),
        round(posting.bound - lacking, 3), round(gap, 6), posting.proven, round(mean, 1), changed, posting.method,
        not rules.changed(crew.rules), round(post.seconds, 3),
    )  # fmt: skip


def _shortages(ground: Ground, post: Post) -> pd.DataFrame:
    crew = post.crew
    firsts = np.array([m[0] for m in post.members], dtype=np.int64)
    place = ground.names["community"].iloc[firsts].reset_index(drop=True)
    capacity = crew.rules.capacity if crew.unit == crew.rules.unit else float(np.median(crew.capacity))
    gaps = explain_gaps(post.task, post.posting, crew.unit, capacity, place)
    rows = [
        _short(ground.codes[grid], crew.rules.force, int(missing), gap.reason, gap.remedy)
        for gap in gaps
        for item, missing in zip(gap.items, gap.missing, strict=True)
        for grid in post.members[item]
    ]
    return pd.DataFrame(rows, columns=list(SHORTAGE_COLUMNS), dtype=object)


def _short(code: str, force: str, missing: int, reason: str, remedy: str) -> tuple[object, ...]:
    return code, force, missing, reason, remedy, pack(reason), pack(remedy)


def _absent(ground: Ground, force: ForceRules) -> pd.DataFrame:
    """Every grid lacks a force that has no person at all."""
    counts = {"grids": np.ones(len(ground.codes)), "households": ground.households, "residents": ground.residents}
    need = counts[force.unit].sum() * (force.persons_per_grid if force.unit == "grids" else 1)
    n = int(np.ceil(need / force.capacity))
    remedy = say(
        "{count} more with a capacity of {capacity} each in {where}",
        count=n, capacity=amount_of(force.capacity, force.unit), where=say("the district"),
    )  # fmt: skip
    reason = say("no person of this force in the roster")
    rows = [_short(code, force.force, force.persons_per_grid, reason, remedy) for code in ground.codes]
    return pd.DataFrame(rows, columns=list(SHORTAGE_COLUMNS), dtype=object)


def _say_ways(ways: Ways) -> Iterator[Finding]:
    if len(ways.lines):
        reason = say(
            "ways follow {count} pieces of road up to {reach:g} m; beyond, and where no road leads, they are straight "
            "lines times {detour:g}", count=len(ways.lines), reach=ways.reach_m, detour=ways.detour,
        )  # fmt: skip
    else:
        reason = say("there is no road layer: ways are straight lines times {detour:g}", detour=ways.detour)
    yield Finding(code="roster_ways", severity="notice", subject="deployment", reason=reason)


def _say_shortages(shortages: pd.DataFrame, rules: DeploymentRules, ground: Ground) -> Iterator[Finding]:
    names = {f.force: title_of(f.force, f.name) for f in rules.forces}
    rows = {code: row for row, code in enumerate(ground.codes)}
    alike: dict[tuple[str, str, str], list[tuple[str, int]]] = {}
    for code, force, missing, reason, remedy in shortages[list(SHORTAGE_COLUMNS[:5])].to_numpy(dtype=object):
        alike.setdefault((force, reason, remedy), []).append((code, missing))
    for (force, reason, remedy), grids in sorted(alike.items()):
        codes = [code for code, _ in grids]
        text = say(
            "{count} grids lack {force} ({ids}): {reason}; remedy: {remedy}",
            count=len(codes), force=names[force], ids=first_three(codes), reason=reason, remedy=remedy,
        )  # fmt: skip
        yield Finding(code="roster_gap", severity="warning", subject=force, reason=text,
                      value=float(sum(m for _, m in grids)), place=ground.place(rows[codes[0]]))  # fmt: skip


def _say_committee(assignment: pd.DataFrame, rules: DeploymentRules, ground: Ground) -> Iterator[Finding]:
    """Article 18: departments must not leave their duties to the committees' own staff."""
    rows = pd.Series(range(len(ground.codes)), index=ground.codes)
    for force in rules.forces:
        mine = assignment[assignment["force"] == force.force]
        own = (mine["staff"] == "committee").groupby(mine["grid_code"]).all()
        codes = own.index[own]
        if force.required and len(codes):
            reason = say(
                "{force} is served by committee staff alone in {count} grids ({ids}); Article 18 does not leave it to "
                "them", force=title_of(force.force, force.name), count=len(codes), ids=first_three(codes),
            )  # fmt: skip
            yield Finding(code="roster_committee_alone", severity="warning", subject=force.force, reason=reason,
                          value=float(len(codes)), place=ground.place(int(rows[codes[0]])))  # fmt: skip


def _say_broken(ground: Ground, post: Post) -> Iterator[Finding]:
    """Beats that are not one piece."""
    crew, pieces = post.crew, post.posting.pieces
    if pieces is None:
        return
    for person in np.flatnonzero(pieces > 1):
        grids = post.posting.item[post.posting.person == person]
        reason = say(
            "the beat of {id} ({force}) falls into {pieces} pieces: {ids}; no way was found to serve these grids in "
            "one piece within capacities", id=crew.ids[person], force=title_of(crew.rules.force, crew.rules.name),
            pieces=int(pieces[person]), ids=first_three(ground.codes[grids]),
        )  # fmt: skip
        yield Finding(code="roster_beat_broken", severity="warning", subject=str(crew.ids[person]), reason=reason,
                      value=float(pieces[person]), place=ground.place(int(grids[0])))  # fmt: skip
