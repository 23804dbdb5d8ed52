"""Checks on who belongs where: units, buildings, households."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from gridplan.errors import first_three
from gridplan.language import say
from gridplan.model import Finding
from gridplan.reporting.ledger import Ledger


def check_membership(ledger: Ledger) -> Iterator[Finding]:
    """Check that every unit is in one grid, every building in a unit, every grid with a unit.

    Parameters
    ----------
    ledger : Ledger
        The plan and its rules.

    Yields
    ------
    Finding
        Errors.
    """
    plan = ledger.plan
    rows = plan.units.assign(row=np.arange(len(plan.units)))
    lost = rows[ledger.grid_of_unit < 0]
    yield from _listed(ledger, "unit_without_grid", lost, "unit_id", say("units lie in no grid"))
    twice = rows[rows["unit_id"].duplicated()]
    yield from _listed(ledger, "unit_repeated", twice, "unit_id", say("units are listed more than once"))
    homeless = plan.buildings[ledger.unit_of_building < 0]
    yield from _listed(ledger, "building_without_unit", homeless, "building_id", say("buildings belong to no unit"))
    members = np.bincount(ledger.grid_of_unit[ledger.grid_of_unit >= 0], minlength=len(plan.grids))
    for grid in np.flatnonzero(members == 0):
        yield ledger.about_grid(grid, "grid_without_units", say("holds no unit"), 0)


def check_households(ledger: Ledger) -> Iterator[Finding]:
    """Check that no household is lost or made on the way from buildings to units to grids.

    Parameters
    ----------
    ledger : Ledger
        The plan and its rules.

    Yields
    ------
    Finding
        Errors: one on the sums, one per grid that counts wrongly.
    """
    plan = ledger.plan
    sums = [int(frame["households"].sum()) for frame in (plan.buildings, plan.units, plan.grids)]
    if len(set(sums)) > 1:
        reason = say(
            "Households are not conserved: {buildings} in buildings, {units} in units, {grids} in grids.",
            buildings=sums[0],
            units=sums[1],
            grids=sums[2],
        )
        value = float(max(sums) - min(sums))
        yield Finding(code="households_not_conserved", severity="error", subject="plan", reason=reason, value=value)
    member = ledger.grid_of_unit >= 0
    counted = np.zeros(len(plan.grids), dtype=np.int64)
    np.add.at(counted, ledger.grid_of_unit[member], plan.units["households"].to_numpy(dtype="int64")[member])
    said = plan.grids["households"].to_numpy(dtype="int64")
    for grid in np.flatnonzero(counted != said):
        text = say("says {said} households, its units have {counted}", said=said[grid], counted=counted[grid])
        yield ledger.about_grid(grid, "grid_miscounts", text, said[grid] - counted[grid])


def check_buildings(ledger: Ledger) -> Iterator[Finding]:
    """Check that a building lies in one grid, but for a split by entrance of one above upper.

    Parameters
    ----------
    ledger : Ledger
        The plan and its rules.

    Yields
    ------
    Finding
        An error for a building cut, a warning for one split by entrance without need, else a notice.
    """
    grid = np.where(ledger.unit_of_building < 0, -1, ledger.grid_of_unit[ledger.unit_of_building])
    parts = ledger.plan.buildings.assign(grid=grid, unit=ledger.unit_of_building)[grid >= 0]
    spread = parts.groupby("building_id", sort=True)["grid"].nunique()
    torn = parts[parts["building_id"].isin(spread.index[spread > 1])]
    for name, rows in torn.groupby("building_id", sort=True):
        households, grids = int(rows["households"].sum()), int(rows["grid"].nunique())
        code, severity, text = _judge_split(rows, households, _upper_of(ledger, int(rows["unit"].iloc[0])))
        reason = say(
            "Building {name} with {households} households lies in {grids} grids, {text}.",
            name=name,
            households=households,
            grids=grids,
            text=text,
        )
        yield Finding(
            code=code, severity=severity, subject=str(name), reason=reason, value=float(grids),
            place=ledger.unit_place(int(rows["unit"].iloc[0])),
        )  # fmt: skip


def _upper_of(ledger: Ledger, unit: int) -> int:
    """Most households of the grid of a unit."""
    upper = ledger.rules.sizes_of([ledger.plan.units["profile"].iloc[unit]])[0, 2]
    return ledger.rules.upper if np.isnan(upper) else int(upper)


def _judge_split(rows: pd.DataFrame, households: int, upper: int) -> tuple[str, str, str]:
    """Code, severity and wording of a building in several grids."""
    whole_entrances = len(rows[["entrance", "grid"]].drop_duplicates()) == rows["entrance"].nunique()
    if not whole_entrances or (rows["entrance"] == "").any():
        return "building_cut", "error", say("not split by entrance")
    if households <= upper:
        return (
            "building_split_needlessly",
            "warning",
            say("split by entrance although one grid may hold {upper}", upper=upper),
        )
    return (
        "building_split_by_entrance",
        "notice",
        say("split by entrance, since one grid may hold {upper}", upper=upper),
    )


def _listed(ledger: Ledger, code: str, rows: Any, key: str, text: str) -> Iterator[Finding]:  # noqa: ANN401  a frame
    """One error about all rows at fault."""
    if len(rows):
        households = int(rows["households"].sum())
        reason = say(
            "{count} {text}, with {households} households: {ids}.",
            count=len(rows),
            text=text,
            households=households,
            ids=first_three(rows[key]),
        )
        place = ledger.unit_place(int(rows["row"].iloc[0])) if "row" in rows else None
        yield Finding(
            code=code, severity="error", subject=str(rows[key].iloc[0]), reason=reason, value=float(len(rows)),
            place=place,
        )  # fmt: skip
