"""Why is this grid as it is: the answer a planner can give to a leader or a resident."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gridplan.config import EXCLUSIVE, Rules
from gridplan.errors import ConfigError, first_three
from gridplan.geometry.recover import recover_fabric
from gridplan.language import say, unpack, word
from gridplan.model import PlanData
from gridplan.pipeline import ground_of
from gridplan.planning.considerations import weigh_units
from gridplan.planning.explaining import Ground, list_swaps, price_terms, seek_alternative
from gridplan.reporting.reasons import tell_cost, tell_proof, tell_swap, term_name

LISTED = 5
"""Neighbours that are told of in the text; the rest stand in the data."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explanation:
    """Why a grid is as it is.

    Parameters
    ----------
    grid : dict
        grid_code, name, community, households, buildings, compounds, in_band, cause; target, lower and upper.
    terms : dict of str to float
        Price of `CostRules` -> what it comes to in this grid.
    binds : str
        The price that weighs most.
    swaps : DataFrame
        `planning.explaining.SWAP_COLUMNS`: the best unit each neighbour could give or take.
    alternative : dict or None
        For a grid outside the band: cost_change, exceptions and before of a plan of the community with fewer of them;
        None where there is none, or no need.
    certificate : dict
        cost, bound, gap, proven and reason of its community.
    findings : list of str
        What the audit says about it.
    """

    grid: dict[str, Any]
    terms: dict[str, float]
    binds: str
    swaps: pd.DataFrame
    alternative: dict[str, float] | None
    certificate: dict[str, Any]
    findings: list[str]

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as plain values.

        Returns
        -------
        dict
            JSON-able.
        """
        values = {name: getattr(self, name) for name in self.__slots__}
        return values | {"swaps": self.swaps.to_dict("records")}

    def lines(self) -> list[str]:
        """Tell it in sentences.

        Returns
        -------
        list of str
            In the language in use.
        """
        return [
            *self._size(),
            tell_cost(self.terms),
            say(
                "What weighs most: {term} ({cost} of {whole}).",
                term=term_name(self.binds),
                cost=f"{self.terms[self.binds]:.2f}",
                whole=f"{sum(self.terms.values()):.2f}",
            ),
            *(tell_swap({str(k): v for k, v in row.items()}) for _, row in self.swaps.head(LISTED).iterrows()),
            *self._alternative(),
            tell_proof(self.certificate),
            *self.findings,
        ]

    def _size(self) -> list[str]:
        grid = self.grid
        if grid["profile"] == EXCLUSIVE:
            return [
                say("Grid {grid} of {community} is exclusive ({site}): {households} households in {buildings} "
                    "buildings; it has no size rule and costs nothing.", grid=grid["grid_code"],
                    **{k: grid[k] for k in ("community", "site", "households", "buildings")})
            ]  # fmt: skip
        size = say(
            "Grid {grid} of {community}: {households} households in {buildings} buildings and {compounds} compounds; "
            "it should hold {target}, {lower} to {upper}.",
            grid=grid["grid_code"], **{k: grid[k] for k in ("community", "households", "buildings", "compounds",
                                                           "target", "lower", "upper")},
        )  # fmt: skip
        if grid["in_band"]:
            return [size, say("It keeps the size rule.")]
        cause = word(grid["cause"]) if grid["cause"] else say("not given")
        return [size, say("It breaks the size rule; cause: {cause}.", cause=cause)]

    def _alternative(self) -> list[str]:
        if self.grid["in_band"]:
            return []
        if self.alternative is None:
            return [say("No plan of its community with fewer grids outside the band was found.")]
        return [
            say(
                "A plan of its community with {after} instead of {before} grids outside the band changes the other "
                "terms by {change:+.2f}.",
                after=int(self.alternative["exceptions"]), before=int(self.alternative["before"]),
                change=self.alternative["cost_change"],
            )
        ]  # fmt: skip


def explain_grid(plan: PlanData, grid: str, rules: Rules | None = None) -> Explanation:
    """Explain one grid of a plan.

    Parameters
    ----------
    plan : PlanData
        Any plan.
    grid : str
        Code of the grid, or its name.
    rules : Rules or None
        None takes those of the plan.

    Returns
    -------
    Explanation
        Size, cause, cost by terms, what neighbours could give or take, the best alternative, proof and findings.

    Raises
    ------
    ConfigError
        If the plan has no such grid.
    """
    rules = rules or Rules.from_mapping(plan.run["rules"])
    row = _find(plan, grid)
    ground = _ground(plan, rules, str(row["grid_code"]))
    place = int(np.flatnonzero(ground.codes == row["grid_code"])[0])
    prices = price_terms(ground)
    terms = {str(name): float(prices[name].iloc[place]) for name in prices}
    told = plan.findings.loc[plan.findings["subject"] == row["grid_code"], "message"]
    columns = ("grid_code", "name", "community", "households", "residents", "buildings", "compounds", "load", "in_band",
               "cause", "walk_m", "compactness", "facility_m", "workers", "profile", "site")  # fmt: skip
    return Explanation(
        grid={name: _plain(row[name]) for name in columns}
        | dict(zip(("target", "lower", "upper"), _sizes(rules, str(row["profile"])), strict=True)),
        terms=terms,
        binds=max(terms, key=lambda name: terms[name]),
        swaps=list_swaps(ground, place),
        alternative=None if row["in_band"] else seek_alternative(ground),
        certificate=_certificate(plan, row),
        findings=[unpack(message) for message in told],
    )


def _sizes(rules: Rules, profile: str) -> list[int | None]:
    """Give target, lower and upper of a profile; None for an exclusive grid."""
    return [None if np.isnan(size) else int(size) for size in rules.sizes_of([profile])[0]]


def _find(plan: PlanData, grid: str) -> "pd.Series[Any]":
    for column in ("grid_code", "name"):
        rows = plan.grids[plan.grids[column] == grid]
        if len(rows) == 1:
            return pd.Series(rows.drop(columns=rows.geometry.name).iloc[0])
    near = plan.grids["grid_code"][plan.grids["grid_code"].str.startswith(grid[:-3])]
    raise ConfigError(
        say("plan, grid: need the code of a grid, found {grid}; choose one, for example {ids}", grid=grid,
            ids=first_three(near if len(near) else plan.grids["grid_code"]))
    )  # fmt: skip


def _ground(plan: PlanData, rules: Rules, code: str) -> Ground:
    """Lay out the community of a grid: all units of the communities its units lie in."""
    fabric = recover_fabric(plan)
    codes, index = fabric.units["grid_code"].to_numpy(dtype=object), np.asarray(fabric.community_index)
    apart = (fabric.units["profile"].to_numpy(dtype=object) == EXCLUSIVE) & (codes != code)
    load = weigh_units(fabric.units, rules)
    return ground_of(fabric, codes, rules, load, np.isin(index, index[codes == code]) & ~apart)


def _certificate(plan: PlanData, row: "pd.Series[Any]") -> dict[str, Any]:
    table = plan.certificate
    key = table["community"].isin([row["community"], str(row["grid_code"])[:12]])
    one = table[key].iloc[0] if key.any() else table.iloc[0]
    return {name: _plain(one[name]) for name in ("community", "cost", "bound", "gap", "proven", "reason")}


def _plain(value: Any) -> Any:  # noqa: ANN401
    return value.item() if isinstance(value, np.generic) else value
