"""The main job by size: CPU seconds and peak memory of every stage on made-up districts.

Prints a Markdown table; each size runs in a process of its own, with a warm kernel cache.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = ((30_000, "normal"), (335_000, "normal"), (3_000_000, "fast"))


def run(*arguments: str) -> None:
    """Run gridplan and let its messages through when it fails."""
    done = subprocess.run([sys.executable, "-m", "gridplan", *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode not in (0, 3):
        sys.exit(done.stderr)


def measure(households: int, effort: str, folder: Path) -> dict[str, object]:
    """Make a district, plan it, and return its summary."""
    district, out = folder / f"in{households}", folder / f"out{households}"
    run("sample", str(district), "--households", str(households))
    run("partition", str(district), "-o", str(out), "--effort", effort)
    return json.loads((out / "summary.json").read_text("utf-8"))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="3,000 households only")
    sizes = ((3_000, "fast"),) if parser.parse_args().smoke else SIZES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measure(1_000, "normal", folder)  # compiles the kernels
        print("| households | effort | stage | CPU s | wall s | peak MB |\n| ---: | --- | --- | ---: | ---: | ---: |")
        for households, effort in sizes:
            stages = measure(households, effort, folder)["stages"]
            assert isinstance(stages, dict)
            for stage, cost in stages.items():
                print(
                    f"| {households:,} | {effort} | {stage} | {cost['cpu_s']} | {cost['wall_s']} | {cost['peak_mb']} |"
                )
            total = sum(cost["cpu_s"] for cost in stages.values())
            print(f"| {households:,} | {effort} | all | {total:.1f} | | |")


if __name__ == "__main__":
    main()
