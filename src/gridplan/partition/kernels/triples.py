"""Triples of units that a fractional plan holds together more often than any plan can."""

import numpy as np
from numba import njit

from gridplan.partition.kernels.arrays import Flags, Floats, Ints

EXCESS = 0.02
"""Share of a grid by which a triple must be broken to count."""


@njit(cache=True, nogil=True)
def broken_triples(within: Flags, share: Floats, three: Ints, excess: Floats) -> int:
    """Find the triples of units of which the grids of a fractional plan hold two more often than once.

    Parameters
    ----------
    within : int8[m, n]
        Whether a grid holds a unit.
    share : float64[m]
        Share of each grid in the fractional plan.
    three, excess : int64[q, 3], float64[q]
        Take the triples that are broken the most, best first, and by how much.

    Returns
    -------
    int
        Triples found. Time O(m * n^2 + n^3).
    """
    m, n = within.shape
    pair = np.zeros((n, n))
    for i in range(m):
        for a in range(n):
            if within[i, a]:
                for b in range(n):
                    if within[i, b]:
                        pair[a, b] += share[i]
    found = 0
    for a in range(n):
        for b in range(a + 1, n):
            for c in range(b + 1, n):
                total = pair[a, b] + pair[a, c] + pair[b, c]
                if total < 1.0 + EXCESS:
                    continue
                for i in range(m):
                    if within[i, a] and within[i, b] and within[i, c]:
                        total -= 2.0 * share[i]
                if total < 1.0 + EXCESS or (found == excess.size and total - 1.0 <= excess[found - 1]):
                    continue
                at = min(found, excess.size - 1)
                found = min(found + 1, excess.size)
                while at > 0 and excess[at - 1] < total - 1.0:
                    excess[at] = excess[at - 1]
                    for k in range(3):
                        three[at, k] = three[at - 1, k]
                    at -= 1
                excess[at] = total - 1.0
                three[at, 0], three[at, 1], three[at, 2] = a, b, c
    return found
