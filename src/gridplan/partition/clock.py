"""When planning ends although there is work left."""

import time
from dataclasses import dataclass, field

import numpy as np

from gridplan.partition.kernels.arrays import Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When to stop although there is work left.

    Parameters
    ----------
    end : float
        Time of `time.monotonic`, infinite for none.
    stop, whole : int8[1]
        Set to 1 by another thread: when this time is over, and when that of all tasks is.
    """

    end: float = float("inf")
    stop: Flags = field(default_factory=lambda: np.zeros(1, np.int8))
    whole: Flags = field(default_factory=lambda: np.zeros(1, np.int8))

    def over(self) -> bool:
        """Tell whether to stop."""
        return bool(self.stop[0]) or time.monotonic() > self.end
