"""Checks on sizes, codes and load, and what the plan set aside."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely

from gridplan.config import EXCLUSIVE
from gridplan.errors import first_three
from gridplan.language import say, word
from gridplan.model import Finding
from gridplan.reporting.ledger import Ledger
from gridplan.reporting.scoring import barrier_share

CODE = r"\d{15,16}"
PROVISIONAL = "000000"
KEY_DIGITS = 12
ROW_M = 200.0
"""Codes run by rows of this height from the north, west to east inside a row."""


def check_size(ledger: Ledger) -> Iterator[Finding]:
    """Check that a grid holds lower to upper households, or says why not.

    Parameters
    ----------
    ledger : Ledger
        The plan and its rules.

    Yields
    ------
    Finding
        A warning per grid outside the band; an error where its own columns say something else.
    """
    grids, households = ledger.plan.grids, ledger.plan.grids["households"].to_numpy(dtype="int64")
    _, lower, upper = ledger.rules.sizes_of(grids["profile"]).T
    inside = np.isnan(lower) | ((households >= lower) & (households <= upper))
    bands = [f"{low:.0f}..{high:.0f}" for low, high in zip(lower, upper, strict=True)]
    for grid in np.flatnonzero(~inside):
        cause = str(grids["cause"].iloc[grid] or "")
        text = say(
            "has {households} households, outside {band}; cause: {cause}",
            households=households[grid],
            band=bands[grid],
            cause=word(cause) if cause else say("not given"),
        )
        severity = "warning" if cause else "error"
        yield ledger.about_grid(grid, "size_outside_band", text, households[grid], severity=severity)
    for grid in np.flatnonzero(inside != grids["in_band"].to_numpy(dtype=bool)):
        text = say(
            "with {households} households is marked wrongly as to the band {band}",
            households=households[grid],
            band=bands[grid],
        )
        yield ledger.about_grid(grid, "band_mark_differs", text, households[grid])


def check_codes(ledger: Ledger) -> Iterator[Finding]:
    """Check that a code is the 12 digits of the community and a number of 3 or 4 digits, given once.

    Parameters
    ----------
    ledger : Ledger
        The plan and its rules.

    Yields
    ------
    Finding
        Errors on form, uniqueness and community; one warning where codes are provisional.
    """
    grids = ledger.plan.grids
    codes, official = grids["grid_code"].astype(str), grids["community_code"].astype(str)
    formed = codes.str.fullmatch(CODE).to_numpy(dtype=bool)
    known = official.str.fullmatch(rf"\d{{{KEY_DIGITS}}}").to_numpy(dtype=bool)
    belongs = (codes.str[:KEY_DIGITS] == official).to_numpy(dtype=bool)
    faults = {
        "code_malformed": (~formed, say("are not 12 digits of a community and 3 or 4 of the grid")),
        "code_repeated": (codes.duplicated(keep=False).to_numpy(), say("are given more than once")),
        "code_of_another_community": (formed & known & ~belongs, say("do not begin with the code of their community")),
    }
    for code, (wrong, text) in faults.items():
        rows = np.flatnonzero(wrong)
        if len(rows):
            reason = say(
                "{count} grid codes {text}: {ids}.", count=len(rows), text=text, ids=first_three(codes.iloc[rows])
            )
            yield Finding(code=code, severity="error", subject=codes.iloc[rows[0]], reason=reason,
                          value=float(len(rows)), place=ledger.place(rows[0]))  # fmt: skip
    rows = np.flatnonzero(formed & ~known & codes.str.startswith(PROVISIONAL).to_numpy(dtype=bool))
    if len(rows):
        n = grids["grid_code"].iloc[rows].str[:KEY_DIGITS].nunique()
        reason = say(
            "{count} grid codes of {communities} communities are provisional: the 12-digit community codes are "
            "missing.",
            count=len(rows),
            communities=n,
        )
        yield Finding(
            code="codes_provisional", severity="warning", subject="communities", reason=reason, value=float(len(rows))
        )


def check_sequence(ledger: Ledger) -> Iterator[Finding]:
    """Check that numbers begin at 1 in each community and run by rows from the north, west to east.

    Parameters
    ----------
    ledger : Ledger
        The plan and its rules.

    Yields
    ------
    Finding
        Warnings, one per community and fault.
    """
    if len(ledger.plan.history):
        return  # codes that continue leave gaps, and their order, to the plan they come from
    codes = ledger.plan.grids["grid_code"].astype(str)
    sound = np.flatnonzero(codes.str.fullmatch(CODE).to_numpy(dtype=bool) & ~shapely.is_missing(ledger.shapes))
    centre = shapely.centroid(ledger.shapes[sound])
    frame = pd.DataFrame(
        {
            "row": sound, "key": codes.iloc[sound].str[:KEY_DIGITS].to_numpy(),
            "number": codes.iloc[sound].str[KEY_DIGITS:].astype(int).to_numpy(),
            "x": shapely.get_x(centre), "y": shapely.get_y(centre), "top": shapely.bounds(ledger.shapes[sound])[:, 3],
        }
    )  # fmt: skip
    frame["band"] = np.floor((frame.groupby("key")["top"].transform("max") - frame["y"]) / ROW_M)
    for key, rows in frame.sort_values("number").groupby("key", sort=True):
        name = str(ledger.plan.grids["community"].iloc[rows["row"].iloc[0]])
        if not np.array_equal(rows["number"], np.arange(1, len(rows) + 1)):
            reason = say(
                "The numbers of the {count} grids of community {name} ({key}) are not 1 to {count}.",
                count=len(rows),
                name=name,
                key=key,
            )
            yield Finding(code="codes_with_gaps", severity="warning", subject=name, reason=reason,
                          value=float(rows["number"].max()))  # fmt: skip
        step, east = rows["band"].diff().iloc[1:], rows["x"].diff().iloc[1:]
        back = int(((step < 0) | ((step == 0) & (east < 0))).sum())
        if back:
            reason = say(
                "{count} numbers of community {name} ({key}) do not run from the north, west to east.",
                count=back,
                name=name,
                key=key,
            )
            yield Finding(code="codes_out_of_order", severity="warning", subject=name, reason=reason, value=float(back))


def check_workload(ledger: Ledger) -> Iterator[Finding]:
    """Say how evenly the load is spread over the grids of a community.

    Parameters
    ----------
    ledger : Ledger
        The plan and its rules.

    Yields
    ------
    Finding
        One notice, with the most uneven community.
    """
    sized = ledger.plan.grids[ledger.plan.grids["profile"] != EXCLUSIVE]
    groups = sized.groupby(["community", "community_code", "subdistrict"], sort=True)["load"]
    table = groups.agg(["min", "max", "mean", "size"]).reset_index()
    table = table[(table["size"] > 1) & (table["mean"] > 0)]
    if len(table):
        spread = (table["max"] - table["min"]) / table["mean"]
        worst, low, high = table.loc[spread.idxmax(), ["community", "min", "max"]]
        reason = say(
            "Between the lightest and the heaviest grid of a community lie {share:.0%} of the mean load (median of "
            "{count} communities); most in {worst}: {low:.0f} to {high:.0f}.",
            share=spread.median(),
            count=len(spread),
            worst=worst,
            low=low,
            high=high,
        )
        yield Finding(code="workload_spread", severity="notice", subject=str(worst), reason=reason,
                      value=float(spread.median()))  # fmt: skip


def check_boundary(ledger: Ledger) -> Iterator[Finding]:
    """Say how much of the boundary between grids follows barriers.

    Parameters
    ----------
    ledger : Ledger
        The plan and its rules.

    Yields
    ------
    Finding
        One notice.
    """
    share = barrier_share(ledger.plan)
    reason = say(
        "{share:.0%} of the boundary between grids of a community lies on roads, water, railways or expressways.",
        share=share,
    )
    yield Finding(code="boundary_on_barriers", severity="notice", subject="plan", reason=reason, value=share)


def check_set_aside(ledger: Ledger) -> Iterator[Finding]:
    """Say what takes no part in the plan.

    Parameters
    ----------
    ledger : Ledger
        The plan and its rules.

    Yields
    ------
    Finding
        A warning per role.
    """
    for role, rows in ledger.plan.set_aside.groupby("role", sort=True):
        households = int(rows["households"].fillna(0).sum())
        why = first_three(
            say("{count} {reason}", count=n, reason=word(str(reason)))
            for reason, n in rows.groupby("reason")["rows"].sum().sort_values(ascending=False, kind="stable").items()
        )
        reason = say(
            "{count} rows of {role} with {households} households take no part in the plan: {why}.",
            count=rows["rows"].sum(),
            role=word(str(role)),
            households=households,
            why=why,
        )
        yield Finding(code="set_aside", severity="warning", subject=str(role), reason=reason, value=float(households))
