"""Time to start: `import gridplan` against `import geopandas`, and `gridplan --help`.

Prints medians and their ratio; the import must take at most 1.5 times that of geopandas.
"""

import argparse
import statistics
import subprocess
import sys
import time


def seconds(code: str, runs: int) -> float:
    """Median wall seconds of a fresh interpreter that runs `code`."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)  # noqa: S603
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="few runs")
    runs = 3 if parser.parse_args().smoke else 15
    rival = seconds("import geopandas", runs)
    ours = seconds("import gridplan; gridplan.make_plan", runs)
    bare = seconds("import gridplan", runs)
    shown = seconds("import sys; sys.argv = ['gridplan', '--help']; from gridplan.cli import main; main()", runs)
    print(f"import geopandas                  {rival:6.3f} s")
    print(f"import gridplan                   {bare:6.3f} s  {bare / rival:.2f} of geopandas (at most 1.5)")
    print(f"import gridplan and all it needs  {ours:6.3f} s  {ours / rival:.2f} of geopandas")
    print(f"gridplan --help                   {shown:6.3f} s  (at most 0.3)")
    if bare > 1.5 * rival:
        sys.exit("import gridplan takes more than 1.5 times import geopandas")


if __name__ == "__main__":
    main()
