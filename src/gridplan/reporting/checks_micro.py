"""Checks on micro-grids."""

from collections.abc import Iterator

import numpy as np

from gridplan.language import join, say, word
from gridplan.model import Finding
from gridplan.reporting.ledger import Ledger


def check_micro_grids(ledger: Ledger) -> Iterator[Finding]:
    """Check that micro-grids hold the households of their grid, and count those outside their band.

    Parameters
    ----------
    ledger : Ledger
        The plan and its rules.

    Yields
    ------
    Finding
        An error for each grid that differs; one notice on sizes.
    """
    plan, micro, size = ledger.plan, ledger.plan.micro_grids, ledger.rules.micro
    if micro.empty:
        return
    sums = micro.groupby("grid_code")["households"].sum()
    counted = plan.grids["grid_code"].map(sums).fillna(0).to_numpy(dtype="int64")
    said = plan.grids["households"].to_numpy(dtype="int64")
    for grid in np.flatnonzero(counted != said):
        text = say("holds {said} households, its micro-grids {counted}", said=said[grid], counted=counted[grid])
        yield ledger.about_grid(grid, "micro_miscounts", text, said[grid] - counted[grid])
    outside = micro.loc[~micro["in_band"].astype(bool), "cause"].value_counts().sort_index()
    if len(outside):
        causes = join([say("{cause} {count}", cause=word(str(c)), count=n) for c, n in outside.items()])
        reason = say("{count} of {all} micro-grids lie outside {lower} to {upper} households: {causes}.",
                     count=int(outside.sum()), all=len(micro), lower=size.lower, upper=size.upper,
                     causes=causes)  # fmt: skip
        yield Finding(code="micro_outside", severity="notice", subject="micro_grids", reason=reason,
                      value=float(outside.sum()))  # fmt: skip
