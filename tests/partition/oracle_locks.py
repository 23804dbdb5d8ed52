"""The best plan of a small graph under locks, drawn grids and pairs kept apart: every division is priced."""

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np


def best_by_force(graph: dict[str, Any], lawful: Callable[[set[int]], bool]) -> float:
    """Price every division of the units into connected lawful grids, by the text of the rules."""
    n, whole = len(graph["weights"]), nx.Graph(graph["edges"].tolist())

    def price(group: tuple[int, ...]) -> float:
        at = list(group)
        w = graph["weights"][at]
        total, xy = float(w.sum()), graph["xy"][at]
        missing = max(0.0, 240 - total, total - 360)
        touched = len(set(graph["compounds"][at][w > 0].tolist()) - {-1})
        cost = (1000 + 1000 / 60 * missing) * (missing > 0) + abs(total - 300) / 60 + touched
        cost += (0.5 * total / 300) * (touched > 1)
        if total > 0:
            cost += 0.5 * (w * ((xy - (w[:, None] * xy).sum(0) / total) ** 2).sum(1)).sum() / (300 * 2500)
        return cost if lawful(set(group)) and nx.is_connected(whole.subgraph(at)) else np.inf

    best = {0: 0.0}  # by set of units that are covered: the first unit left is in the next grid
    prices = {bits: price(tuple(i for i in range(n) if bits >> i & 1)) for bits in range(1, 1 << n)}
    for covered in range(1 << n):
        rest = ((1 << n) - 1) & ~covered
        if covered not in best or not rest:
            continue
        part = rest
        while part:
            if part & rest & -rest:
                best[covered | part] = min(best.get(covered | part, np.inf), best[covered] + prices[part])
            part = (part - 1) & rest
    return best[(1 << n) - 1]
