"""The threads that plan pieces and communities at once: go by go, within a time, and stopped by Ctrl-C."""

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from gridplan.partition.certificate import Go, Solution
from gridplan.partition.clock import Clock
from gridplan.partition.kernels.arrays import Flags, Ints
from gridplan.progress import Report

POLL_S: Final = 0.02
"""Seconds between two looks at the clock while the threads work; what each runs over its time is lost to the others."""

PATIENCE_S: Final = 0.5
"""Seconds that threads get to end after Ctrl-C or an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What one thread plans at a time: a piece, or a community with a given number of grids.

    Parameters
    ----------
    units : int64[k]
        Its units in the whole graph, ascending.
    community : int
        Rank of its community.
    go : Go
        Plans it, all at once or for a first time.
    """

    units: Ints
    community: int
    go: Go


class Crew:
    """Threads over tasks.

    Parameters
    ----------
    tasks : list of Task
        What is to be planned.
    time_limit : float or None
        Wall seconds for all.
    jobs : int
        Threads.
    report : Report
        Takes the units done; those of a task that goes on count half.
    """

    def __init__(self, tasks: list[Task], time_limit: float | None, jobs: int, report: Report) -> None:
        self._end = np.inf if time_limit is None else time.monotonic() + time_limit
        self._tasks, self._jobs, self._report = tasks, jobs, report
        # the largest first, so that no core waits at the end; the smallest first where time may run out
        order = sorted(range(len(tasks)), key=lambda i: -len(tasks[i].units))
        self._order = order if time_limit is None else order[::-1]
        self._clocks, self._whole = list[Clock](), np.zeros(1, np.int8)
        self._left, self._total = [len(task.units) for task in tasks], sum(len(task.units) for task in tasks)
        self._solutions = dict[int, Solution]()

    def work(self) -> list[Solution]:
        """Plan every task; the main thread keeps the time and takes Ctrl-C.

        Returns
        -------
        list of Solution
            That of each task.
        """
        self._report("partition", 0, self._total)
        pool, waiting = ThreadPoolExecutor(max_workers=self._jobs), set[Future[Solution]]()
        goes: dict[int, Go] = {i: self._tasks[i].go for i in self._order}
        try:
            while goes and not (self._whole[0] and self._solutions):
                futures = self._send(pool, goes)
                waiting = set(futures)
                while waiting:
                    ended, waiting = wait(waiting, timeout=POLL_S, return_when=FIRST_COMPLETED)
                    self._look()
                    for future in ended:
                        self._take(futures[future], future.result())
                goes = {i: more for i in goes if (more := self._solutions[i].more)}
            for i in goes:
                self._take(i, replace(self._solutions[i], seconds=0.0, cut_short=True, reason="time limit", more=None))
            return [self._solutions[i] for i in range(len(self._tasks))]
        finally:
            self._whole[0] = 1
            for clock in tuple(self._clocks):
                clock.stop[0] = 1
            pool.shutdown(wait=False, cancel_futures=True)
            wait(waiting, timeout=PATIENCE_S)

    def _send(self, pool: ThreadPoolExecutor, goes: dict[int, Go]) -> dict[Future[Solution], int]:
        """Begin a go of some tasks, in the time of all or with a share of what is left."""
        futures, left = dict[Future[Solution], int](), sum(len(self._tasks[i].units) for i in goes)
        for i, go in goes.items():
            size = len(self._tasks[i].units)
            share = 1.0 if go.part is None else go.part * min(1.0, self._jobs * size / left)
            left -= size
            stop = self._whole if go.part is None else np.zeros(1, np.int8)
            futures[pool.submit(self._run, go, share, stop)] = i
        return futures

    def _run(self, go: Go, share: float, stop: Flags) -> Solution:
        """Do one go within its share of the time that is left when it starts, so that none takes that of others."""
        now, start = time.monotonic(), time.thread_time()
        clock = Clock(end=now + share * max(0.0, self._end - now), stop=stop, whole=self._whole)
        self._clocks.append(clock)
        stop[0] |= self._whole[0]  # the time of all may have ended between
        try:
            solution = go.run(clock)
        finally:
            self._clocks.remove(clock)
        cut_short = solution.cut_short or (bool(stop[0]) and not solution.proven)
        return replace(solution, cut_short=cut_short, seconds=time.thread_time() - start)

    def _look(self) -> None:
        """Look at the clock."""
        self._whole[0] = time.monotonic() > self._end
        for clock in tuple(self._clocks):
            clock.stop[0] |= clock.over()

    def _take(self, i: int, solution: Solution) -> None:
        """Keep what a go came to, and tell how far all are."""
        before = self._solutions[i].seconds if i in self._solutions else 0.0
        self._solutions[i] = replace(solution, seconds=before + solution.seconds)
        self._left[i] = self._left[i] // 2 if solution.more else 0
        self._report("partition", self._total - sum(self._left), self._total)
