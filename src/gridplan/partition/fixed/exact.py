"""The exhaustive search on small graphs: a proof, or the proof that there is no plan."""

import numpy as np

from gridplan.partition.clock import Clock
from gridplan.partition.fixed.effort import Found
from gridplan.partition.kernels.arrays import Floats
from gridplan.partition.kernels.fixed_arrays import Net
from gridplan.partition.kernels.fixed_cover import MAX_NODES, make_cover, run_cover

PAUSE = 1_000_000
"""Sets between two looks at the clock."""


def exhaust(
    net: Net, price: Floats, parts: int, together: list[list[int]], found: Found | None, budget: int, clock: Clock
) -> tuple[Found | None, bool]:
    """Look through all plans of a small graph within the band.

    Parameters
    ----------
    net : Net
        Connected graph.
    price : float64[9]
        Vector of prices.
    parts : int
        Number of parts, at least 2.
    together : list of lists
        Groups of nodes that share a part.
    found : Found or None
        A plan already met; only cheaper ones are looked for if it lies in the band.
    budget : int
        Sets to look at, at most.
    clock : Clock
        When to stop early.

    Returns
    -------
    plan : Found or None
        The best plan within the band met here or before.
    proven : bool
        Whether no plan within the band is better, or none exists.
    """
    best = found if found is not None and found.missing == 0 else None
    if len(net.units) > MAX_NODES:
        return best, False
    limit = np.inf if best is None else best.cost - 1e-9 * abs(best.cost)
    cover = make_cover(net, parts, together, limit)
    done = False
    while budget > 0 and not done and not clock.over():
        run_cover(price, net, cover, min(PAUSE, budget))
        budget -= PAUSE
        done = cover.ended
    if cover.cost < limit:
        labels = np.zeros(len(net.units), np.int64)
        for part, members in enumerate(cover.best):
            labels[[i for i in range(len(labels)) if int(members) >> i & 1]] = part
        best = Found(0.0, cover.cost, labels)
    return best, done
