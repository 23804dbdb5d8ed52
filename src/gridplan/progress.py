"""Progress of the stages, and what each of them cost.

One small callback tells how far a stage is; the command line turns it into bars and notebooks into theirs.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

Stages = dict[str, dict[str, float | None]]
"""Stage -> cpu_s, wall_s and peak_mb (None where the system does not tell)."""


class Report(Protocol):
    """What a stage calls to say how far it is.

    A callback may raise (the command line does on Ctrl-C); stages let it pass.
    """

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take the news that `done` of `total` steps of `stage` are finished.

        Parameters
        ----------
        stage : str
            Name of the stage: reading, geometry, partition, audit or writing.
        done, total : int
            Steps finished and steps in all; `done == total` ends the stage.
        """
        ...


def silent(stage: str, done: int, total: int) -> None:
    """Ignore the news: the default report.

    Parameters
    ----------
    stage : str
        Name of the stage.
    done, total : int
        Steps finished and steps in all.
    """


@contextmanager
def timed(stages: Stages, stage: str) -> Iterator[None]:
    """Note what the work inside costs.

    Parameters
    ----------
    stages : dict
        Where the costs are noted, in seconds and megabytes.
    stage : str
        Name of the stage.

    Yields
    ------
    None
        While the stage runs.
    """
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    stages[stage] = {
        "cpu_s": round(time.process_time() - cpu, 3),
        "wall_s": round(time.perf_counter() - wall, 3),
        "peak_mb": _peak_mb(),
    }


def _peak_mb() -> float | None:
    """Peak memory of the process so far; None on systems that do not tell."""
    try:
        import resource  # noqa: PLC0415  absent on Windows
    except ImportError:
        return None
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 1)
