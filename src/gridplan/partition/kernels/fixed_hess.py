"""The pricing of the Lagrangian of the model of Hess: what each unit is worth as the middle of a part."""

from gridplan.partition.kernels.arrays import Floats
from gridplan.partition.kernels.compiling import door


@door
def hess_values(
    xy: Floats, weights: Floats, alpha: Floats, toll: Floats, lower: float, upper: float, value: Floats, load: Floats
) -> None:
    """Find the best free choice of units for every middle, at given prices.

    Parameters
    ----------
    xy, weights, alpha : float64[n, 2], float64[n], float64[n]
        Metres, households > 0 or 0, and what each unit pays to be taken.
    toll : float64[m]
        Price of a household by middle: above 0 for the upper limit, below 0 for the lower one.
    lower, upper : float
        The band.
    value, load : float64[n], float64[n]
        Take the least value of each middle and the households it takes for it.
    """
    n = weights.size
    for j in range(n):
        x, y, t = xy[j, 0], xy[j, 1], toll[j]
        total, taken = 0.0, 0.0
        for i in range(n):
            w = weights[i]
            gain = w * ((xy[i, 0] - x) * (xy[i, 0] - x) + (xy[i, 1] - y) * (xy[i, 1] - y) + t) - alpha[i]
            if gain < 0.0:
                total += gain
                taken += w
        value[j] = total - (upper if t > 0 else lower) * t
        load[j] = taken
