"""What residents say of grids and forces: satisfaction and response, joined to a plan and compared by period."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.config import Rules
from gridplan.errors import LayerError, first_three, nth_row
from gridplan.forces import force_of, title_of
from gridplan.language import join, say, word
from gridplan.model import Finding, PlanData
from gridplan.planning.keys import key_of
from gridplan.schema import PERIOD_COLUMNS, RATED_COLUMNS, RATING_COLUMNS

Flags = NDArray[np.bool_]

MEASURES: Final = ("satisfaction", "response")
_LAST: Final = 100
"""Satisfaction goes from 0 to this."""
_ORDER: Final = str.maketrans({"一": "1", "二": "2", "三": "3", "四": "4", "上": "1", "下": "2"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rated:
    """Figures of an evaluation, joined to a plan.

    Parameters
    ----------
    grids : GeoDataFrame
        `RATED_COLUMNS`, one row a grid: its figures in the last period and in the one before; polygons.
    ratings : DataFrame
        `RATING_COLUMNS`: every figure, with who serves the grid for that force.
    periods : DataFrame
        `PERIOD_COLUMNS`: the whole district, one row a period.
    forces : DataFrame
        force and `PERIOD_COLUMNS`, and what each force needs, fills and walks.
    communities : DataFrame
        community, community_code and `PERIOD_COLUMNS`.
    findings : tuple of Finding
        What an office should know.
    """

    grids: gpd.GeoDataFrame
    ratings: pd.DataFrame
    periods: pd.DataFrame
    forces: pd.DataFrame
    communities: pd.DataFrame
    findings: tuple[Finding, ...]


def rate(plan: PlanData, scores: pd.DataFrame, rules: Rules, faults: Sequence[str] = ()) -> Rated:
    """Join figures of an evaluation to a plan, and compare periods (Articles 5, 35 and 36).

    Parameters
    ----------
    plan : PlanData
        The plan.
    scores : DataFrame
        grid_code, force and period as text; satisfaction (0 to 100), response (less is better) and count as numbers.
        A row is of a grid, of a force in all grids, or of a force in a grid.
    rules : Rules
        Names of the forces; their group `evaluation`.
    faults : sequence of str
        What was wrong already where the figures were read.

    Returns
    -------
    Rated
        Frames and findings. Means weigh by `count` where every row has one, else rows alike.

    Raises
    ------
    LayerError
        If codes or forces are unknown, rows stand twice, or numbers cannot be; all faults at once.
    """
    known = force_of(rules.deployment.forces)
    retired = scores["grid_code"].isin(set(plan.history["grid_code"]) - set(plan.grids["grid_code"]))
    wrong = [*faults, *_faults(plan, scores[~retired], known, read=not faults)]
    if wrong:
        raise LayerError(join(wrong, "\n"))
    table = scores[~retired].copy()
    table["force"] = [known[name].force if name else "" for name in table["force"]]
    table["weight"] = table["count"] if table["count"].notna().all() else 1.0
    order = {name: rank for rank, name in enumerate(sorted(set(table["period"]), key=_in_time))}
    homes = pd.DataFrame({"grid_code": plan.grids["grid_code"], "key": key_of(plan.grids),
                          "community": plan.grids["community"],
                          "community_code": plan.grids["community_code"]})  # fmt: skip
    table = table.merge(homes, on="grid_code", how="left").fillna({"key": "", "community": "", "community_code": ""})
    table = table.assign(rank=table["period"].map(order)).sort_values(
        ["grid_code", "force", "rank"], kind="stable", ignore_index=True
    )
    lived = table[table["key"] != ""]
    grids = _by_grid(plan, lived, order)
    return Rated(
        grids=grids, ratings=_with_persons(plan, table), periods=_compare(table, [])[list(PERIOD_COLUMNS)],
        forces=_with_posts(plan, _compare(table[table["force"] != ""], ["force"])),
        communities=_compare(lived, ["community", "community_code"]),
        findings=tuple(_tell(grids, rules, int(retired.sum()))),
    )  # fmt: skip


def _faults(plan: PlanData, scores: pd.DataFrame, known: object, *, read: bool) -> Iterator[str]:
    """Name everything that is wrong with the rows."""
    if not len(scores):
        yield say("{where}: need at least one figure of this plan, found none; check the file", where=word("scores"))

    def fault(needed: str, rows: Flags, remedy: str) -> Iterator[str]:
        if rows.any():
            names = first_three(nth_row(int(i)) for i in scores.index[rows])
            yield say("{where}: need {needed}, found others at {ids}; {remedy}", where=word("scores"), needed=needed,
                      ids=names, remedy=remedy)  # fmt: skip

    code, force = scores["grid_code"], scores["force"]
    correct = say("correct or remove them")
    strange = ((code != "") & ~code.isin(plan.grids["grid_code"])).to_numpy()
    if strange.any():
        yield say(
            "{where}: need codes of grids of the plan, found {codes} at {ids}; give the plan they belong to, or remove "
            "them", where=word("scores"), codes=first_three(code[strange].drop_duplicates()),
            ids=first_three(nth_row(int(i)) for i in scores.index[strange]),
        )  # fmt: skip
    odd = ((force != "") & ~force.isin(list(known))).to_numpy()  # type: ignore[call-overload]
    if odd.any():
        yield say(
            "{where}: need forces of the rules, found {names} at {ids}; add them to [deployment.forces] or "
            "correct them",
            where=word("scores"), names=first_three(force[odd].drop_duplicates()),
            ids=first_three(nth_row(int(i)) for i in scores.index[odd]),
        )  # fmt: skip
    yield from fault(say("the code of a grid or a force in every row"), ((code == "") & (force == "")).to_numpy(),
                     correct)  # fmt: skip
    yield from fault(say("each grid, force and period once"),
                     scores.duplicated(["grid_code", "force", "period"], keep=False).to_numpy(), correct)  # fmt: skip
    bare = scores[list(MEASURES)].isna().all(axis=1).to_numpy()
    yield from fault(say("a satisfaction or a response in every row"), bare & read, correct)
    yield from fault(say("a satisfaction from 0 to 100"),
                     ((scores["satisfaction"] < 0) | (scores["satisfaction"] > _LAST)).to_numpy(), correct)  # fmt: skip
    yield from fault(say("a response and a count of at least 0"),
                     ((scores["response"] < 0) | (scores["count"] < 0)).to_numpy(), correct)  # fmt: skip


def _in_time(period: str) -> list[tuple[int, int | str]]:
    """Order periods as people do: the numbers in them are numbers, also those of Chinese quarters and halves."""
    parts = re.split(r"(\d+)", period.translate(_ORDER))
    return [(0, int(part)) if part.isdigit() else (1, part) for part in parts if part]


def _means(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Weighted means of both measures by keys and period."""
    by = [*keys, "period", "rank"]
    parts = {}
    for name in MEASURES:
        weight = table["weight"].where(table[name].notna())
        sums = table.assign(top=table[name] * weight, low=weight).groupby(by, sort=False)[["top", "low"]].sum()
        parts[name] = (sums["top"] / sums["low"].where(sums["low"] > 0)).round(3)
    grouped = table[table["grid_code"] != ""].groupby(by, sort=False)["grid_code"].nunique()
    counts = table.groupby(by, sort=False)["count"].sum()
    found = pd.DataFrame(parts).assign(count=counts)
    found["grids"] = grouped.reindex(found.index).fillna(0).astype("int64")
    return found.reset_index().sort_values([*keys, "rank"], ignore_index=True)


def _compare(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Means by keys and period, each beside the change from the period before."""
    found = _means(table, keys)
    for name in MEASURES:
        former = found.groupby(keys, sort=False)[name].shift() if keys else found[name].shift()
        found[f"{name}_change"] = (found[name] - former).round(3)
    return found[[*keys, *PERIOD_COLUMNS]]


def _by_grid(plan: PlanData, table: pd.DataFrame, order: dict[str, int]) -> gpd.GeoDataFrame:
    """Figures of each grid in the last period, and in the one before."""
    last = max(order.values(), default=-1)
    means = _means(table, ["grid_code"])
    frame = plan.grids[["grid_code", "name", "community", "households", "geometry"]].reset_index(drop=True)
    now, before = (means[means["rank"] == rank].set_index("grid_code") for rank in (last, last - 1))
    frame["period"] = next((name for name, rank in order.items() if rank == last), "")
    for name in MEASURES:
        frame[name] = now[name].reindex(frame["grid_code"]).to_numpy(dtype="float64")
        frame[f"{name}_before"] = before[name].reindex(frame["grid_code"]).to_numpy(dtype="float64")
        frame[f"{name}_change"] = (frame[name] - frame[f"{name}_before"]).round(3)
    frame["count"] = now["count"].reindex(frame["grid_code"]).to_numpy(dtype="float64")
    return gpd.GeoDataFrame(frame[[*RATED_COLUMNS, "geometry"]], crs=plan.crs)


def _with_persons(plan: PlanData, table: pd.DataFrame) -> pd.DataFrame:
    """Say who serves each grid for the force that was judged."""
    served = plan.assignment.groupby(["grid_code", "force"]).agg(
        persons=("person_id", lambda ids: ";".join(sorted(ids.astype(str)))), distance_m=("distance_m", "mean")
    )
    found = (
        table.join(served, on=["grid_code", "force"]) if len(served) else table.assign(persons="", distance_m=np.nan)
    )
    return found.assign(persons=found["persons"].fillna(""))[list(RATING_COLUMNS)]


def _with_posts(plan: PlanData, table: pd.DataFrame) -> pd.DataFrame:
    posts = plan.forces.set_index("force")[["needed", "served", "distance_m"]].astype("float64")
    return table.join(posts, on="force")


def _tell(grids: gpd.GeoDataFrame, rules: Rules, retired: int) -> Iterator[Finding]:
    """Tell what is missing, and where figures became worse."""
    if retired:
        reason = say("{count} figures are of grids that are no more; they are left out", count=retired)
        yield Finding(code="scores_retired", severity="notice", subject="scores", reason=reason, value=float(retired))
    bare = grids[list(MEASURES)].isna().all(axis=1) & (grids["households"] > 0)
    if bare.any():
        reason = say("{count} grids with households have no figure in the last period, first {ids}",
                     count=int(bare.sum()), ids=first_three(grids["grid_code"][bare]))  # fmt: skip
        yield Finding(code="scores_missing", severity="notice", subject="scores", reason=reason,
                      value=float(bare.sum()))  # fmt: skip
    spots = grids.representative_point()
    for name, sign in (("satisfaction", -1.0), ("response", 1.0)):
        before, change = grids[f"{name}_before"], sign * grids[f"{name}_change"]
        for row in np.flatnonzero((change > rules.evaluation.fall * before).to_numpy()):
            told = {"before": float(before.iloc[row]), "now": float(grids[name].iloc[row])}
            reason = (
                say("Satisfaction fell from {before:g} to {now:g}.", **told) if sign < 0
                else say("Response grew from {before:g} to {now:g}.", **told)
            )  # fmt: skip
            yield Finding(code="satisfaction_worse" if sign < 0 else "response_worse", severity="warning",
                          subject=str(grids["grid_code"].iloc[row]), reason=reason, value=float(change.iloc[row]),
                          place=(float(spots.iloc[row].x), float(spots.iloc[row].y)))  # fmt: skip


def name_forces(table: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Put the keys of forces into words.

    Parameters
    ----------
    table : DataFrame
        With a column force.
    rules : Rules
        Their names.

    Returns
    -------
    DataFrame
        For people.
    """
    titles = {f.force: title_of(f.force, f.name) for f in rules.deployment.forces}
    return table.assign(force=[titles.get(key, key) for key in table["force"]])
