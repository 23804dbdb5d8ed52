"""One run of one tool in a process of its own: `python -m peers.run TOOL INSTANCE SEED SECONDS OUT`.

Loading, imports and a first tiny call (compilers, lazy imports) come before the clock; CPU seconds of all threads and
children count. Beyond its CPU seconds the system ends the process.
"""

import json
import resource
import sys
import time
from importlib import import_module
from pathlib import Path

import numpy as np

from peers import TOOLS
from peers.instance import Answer, Instance


def lattice(side: int = 5) -> Instance:
    """Make a square of small buildings, for the first call."""
    index = np.arange(side * side).reshape(side, side)
    across = np.stack([index[:, :-1].ravel(), index[:, 1:].ravel()], axis=1)
    down = np.stack([index[:-1].ravel(), index[1:].ravel()], axis=1)
    rows, columns = np.divmod(index.ravel(), side)
    return Instance(
        edges=np.concatenate([across, down]),
        weights=np.full(side * side, 40.0),
        xy=np.stack([columns, rows], axis=1) * 30.0,
        compounds=np.asarray(columns // 2, np.int64),
        communities=np.zeros(side * side, np.int64),
    )


def peak_mb() -> float:
    """Peak memory of this process; `getrusage` would count that of the parent before the start."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1e3


def main() -> None:
    """Run and write labels beside the measured numbers."""
    tool, source, seed, seconds, out = sys.argv[1:]
    _, module, function = TOOLS[tool]
    solve = getattr(import_module(f"peers.{module}"), function)
    instance = Instance.load(Path(source))
    solve(lattice(), 0, 5.0)
    used = time.process_time()
    cap = round(used + float(seconds)) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (cap, cap))
    wall = time.perf_counter()
    answer: Answer = solve(instance, int(seed), float(seconds))
    wall = time.perf_counter() - wall
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = time.process_time() - used + children.ru_utime + children.ru_stime
    measured = {"cpu_s": cpu, "wall_s": wall, "peak_mb": peak_mb(), "notes": answer.notes}
    np.savez(out, labels=np.asarray(answer.labels, np.int64), measured=json.dumps(measured))


if __name__ == "__main__":
    main()
