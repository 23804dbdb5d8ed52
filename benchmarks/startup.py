"""Time to start: imports, the command line, and the kernels of the core, compiled cold and read from the cache.

Prints medians of `import gridplan` against `import geopandas`, which must not exceed 1.5 times that; then the CPU
seconds a first use of every part of the core takes beyond a second one, with an empty kernel cache and with a filled
one, and the kernels that take longest to compile.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

COLD_S, CACHED_S = 10.0, 1.0
"""CPU seconds that compiling all kernels, and a start with all in the cache, should take at most."""

SHOWN = 12
"""Kernels listed."""

FIRST_USE = '''
import json, time
from numba.core import event

class Clock(event.Listener):
    """CPU seconds of compiling each kernel, without those of the kernels it calls."""

    def __init__(self):
        self.open, self.spent = [], {}

    def on_start(self, _event):
        self.open.append([time.thread_time(), 0.0])

    def on_end(self, happened):
        begin, inner = self.open.pop()
        whole = time.thread_time() - begin
        if self.open:
            self.open[-1][1] += whole
        kernel = happened.data["dispatcher"].py_func
        name = f"{kernel.__module__.rpartition('.')[2]}.{kernel.__name__}"
        seconds, times = self.spent.get(name, (0.0, 0))
        self.spent[name] = (seconds + whole - inner, times + 1)

clock = Clock()
event.register("numba:compile", clock)
import numpy as np
from gridplan import ConfigError, partition_graph

def lattice(side):
    index = np.arange(side * side).reshape(side, side)
    pairs = [(index[:, :-1], index[:, 1:]), (index[:-1], index[1:])]
    edges = np.concatenate([np.stack([a.ravel(), b.ravel()], axis=1) for a, b in pairs])
    weights = 30.0 + np.arange(side * side) % 7
    weights[3] = 0.0
    return edges, weights, np.stack(np.divmod(index.ravel(), side), axis=1) * 30.0, np.arange(side * side) // 9

def free():
    for effort in ("fast", "normal", "thorough"):
        partition_graph(*lattice(6), effort=effort, jobs=1)

def fixed():
    for side, objective in ((4, "inertia"), (9, "inertia"), (9, "cut_edges"), (9, "article19")):
        graph = lattice(side)
        mean = graph[1].sum() / 3
        band = {"target": mean, "lower": 0.8 * mean, "upper": 1.2 * mean}
        partition_graph(*graph, **band, parts=3, objective=objective, effort="fast", jobs=1)

def beyond_work(use):
    """CPU seconds of the first use beyond those of the second."""
    times = [time.process_time()]
    for _ in range(2):
        use()
        times.append(time.process_time())
    return 2 * times[1] - times[0] - times[2]

taken = {"article19": beyond_work(free)}
try:
    taken["fixed parts"] = beyond_work(fixed)
except ConfigError as absent:
    print(absent)
print(json.dumps({"parts": taken, "kernels": clock.spent}))
'''
"""A program that uses every kernel once on tiny graphs; the last line it prints is what that took, as JSON."""


def seconds(code: str, runs: int) -> float:
    """Median wall seconds of a fresh interpreter that runs `code`."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)  # noqa: S603
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def first_use(cache: str) -> dict[str, Any]:
    """Use the core in a fresh interpreter with this kernel cache, and return its CPU seconds by part and kernel."""
    environment = os.environ | {"NUMBA_CACHE_DIR": cache}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", FIRST_USE], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    *said, last = done.stdout.splitlines()
    return json.loads(last) | {"said": said}


def print_kernels() -> None:
    """Compile all kernels into an empty cache, start again from it, and print both."""
    with tempfile.TemporaryDirectory() as cache:
        cold, cached = first_use(cache), first_use(cache)
    spent = sum(s for s, _ in cold["kernels"].values())
    for name, found, limit in (("cold", cold, COLD_S), ("cached", cached, CACHED_S)):
        parts = ", ".join(f"{part} {taken:.2f}" for part, taken in found["parts"].items())
        whole = sum(found["parts"].values())
        print(f"first use of the core, {name:6}     {whole:6.2f} CPU s beyond its work: {parts} (at most {limit:.0f})")
    print(*(f"not measured: {line}" for line in cold["said"]), sep="\n", end="\n" * bool(cold["said"]))
    again = sorted(cached["kernels"])
    print(f"compiled again in spite of the cache: {', '.join(again) or 'none'}")
    print(f"compiling {len(cold['kernels'])} kernels took {spent:.1f} CPU s; the longest:")
    for name, (taken, times) in sorted(cold["kernels"].items(), key=lambda k: -k[1][0])[:SHOWN]:
        print(f"    {taken:5.2f} s  {name}" + (f"  ({times} signatures)" if times > 1 else ""))
    if again:
        sys.exit("kernels are compiled again although they were cached")


def print_imports(runs: int) -> float:
    """Print the medians of the imports and of the help, and return ours as a multiple of that of geopandas."""
    rival = seconds("import geopandas", runs)
    ours = seconds("import gridplan; gridplan.make_plan", runs)
    bare = seconds("import gridplan", runs)
    shown = seconds("import sys; sys.argv = ['gridplan', '--help']; from gridplan.cli import main; main()", runs)
    print(f"import geopandas                  {rival:6.3f} s")
    print(f"import gridplan                   {bare:6.3f} s  {bare / rival:.2f} of geopandas (at most 1.5)")
    print(f"import gridplan and all it needs  {ours:6.3f} s  {ours / rival:.2f} of geopandas")
    print(f"gridplan --help                   {shown:6.3f} s  (at most 0.3)")
    return bare / rival


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="few runs")
    parser.add_argument("--only", choices=("imports", "kernels"), help="one half of it")
    options = parser.parse_args()
    ratio = print_imports(3 if options.smoke else 15) if options.only != "kernels" else 0.0
    if options.only != "imports":
        print_kernels()
    if ratio > 1.5:
        sys.exit("import gridplan takes more than 1.5 times import geopandas")


if __name__ == "__main__":
    main()
