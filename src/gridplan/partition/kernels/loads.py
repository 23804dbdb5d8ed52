"""Between which numbers the load of a set lies whose households are known to do so, and the other way round.

Where some households weigh more than others, sets of some compounds hold at most `heavy` times their households and
`over` of load, and at least `light` times these less `under`. Their buckets miss their load by `off` at most.
"""

import numpy as np

from gridplan.partition.kernels.arrays import LOADED, Field, Quest
from gridplan.partition.kernels.compiling import inner

N_DENSE = 5
HEAVY, OVER, LIGHT, UNDER, OFF = range(N_DENSE)
"""Places in what is known of the units of a compound."""

BITS = 60
"""Compounds that bits tell apart."""


@inner
def bits_of(kind: int) -> int:
    """Give the compounds that sets of a kind touch as bits, -1 for any."""
    return 1 << kind if 0 <= kind < BITS else 0 if kind == -1 else -1


@inner
def density(quest: Quest, among: int) -> tuple[float, float, float, float, float]:
    """Give `heavy`, `over`, `light`, `under` and `off` of sets of some compounds, as bits or -1 for any."""
    c = len(quest.dense) - 2
    row = quest.dense[c + 1 if among < 0 else c]
    heavy, over, light, under, off = row[HEAVY], row[OVER], row[LIGHT], row[UNDER], row[OFF]
    for k in range(min(c, BITS) if among >= 0 else 0):
        if (among >> k) & 1:
            heavy, over = max(heavy, quest.dense[k, HEAVY]), over + quest.dense[k, OVER]
            light, under = min(light, quest.dense[k, LIGHT]), under + quest.dense[k, UNDER]
            off += quest.dense[k, OFF]
    return heavy, over, light, under, off


@inner
def load_limits(field: Field, quest: Quest, anchor: int, among: int) -> tuple[float, float]:
    """Give the least and most load of a set with an anchor, -1 for none, and of some compounds."""
    w, load, units = 0.0, 0.0, field.graph.units
    if anchor >= 0:
        w, load = units[anchor, 0], units[anchor, LOADED]
    least, most = 0.0, np.inf
    for turn in range(2):
        heavy, over, light, under, _ = density(quest, among if turn == 0 else -1)
        least = max(least, load + light * max(0.0, field.lowest[anchor] - w) - under)
        most = min(most, load + heavy * (field.highest[anchor] - w) + over)
    return least, most


@inner
def household_limits(field: Field, quest: Quest, anchor: int, among: int, load: float) -> tuple[float, float]:
    """Give the fewest and most households of a set with an anchor, -1 for none, by the load of its buckets."""
    w, units = 0.0, field.graph.units
    if anchor >= 0:
        w, load = units[anchor, 0], load - units[anchor, LOADED]
    heavy, over, light, under, off = density(quest, among)
    fewest = w + (load - off - over) / heavy if heavy > 0.0 else w
    return fewest, w + (load + off + under) / light if light > 0.0 else np.inf
