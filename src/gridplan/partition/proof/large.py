"""The large units of a piece alone: they may show that a grid must miss the band where tiny ones are in the way."""

from typing import Final

from gridplan.partition.kernels.arrays import LOAD, LOADED, LOWER, WEIGHT, Floats, Graph

TINY: Final = 0.05
"""Households of a tiny unit at most, as a share of the fewest of a grid."""


def large_alone(graph: Graph, price: Floats) -> tuple[Graph, Floats] | None:
    """Take the households out of the tiny units, and allow every grid to have all of these fewer.

    Each plan is a plan of the result too, and costs no more there: no grid holds more households than before, none
    falls further short, and compounds, mixing and inertia can only become less. So a bound of the result holds.

    Parameters
    ----------
    graph, price : Graph, float64[9]
        Piece of n units and prices.

    Returns
    -------
    (Graph, float64[9]) or None
        The piece and prices; None where there are no tiny units, or so many that a grid could be made of them.
    """
    weight = graph.units[:, WEIGHT]
    tiny = (weight > 0) & (weight <= TINY * price[LOWER])
    spare = float(weight[tiny].sum())
    if not 0.0 < spare < price[LOWER] or tiny.sum() == (weight > 0).sum():
        return None
    units, compound, eased = graph.units.copy(), graph.compound.copy(), price.copy()
    units[tiny], compound[tiny] = 0.0, -1
    eased[LOWER] -= spare
    eased[LOAD], units[:, LOADED] = 0.0, units[:, WEIGHT]
    return graph._replace(units=units, compound=compound), eased
