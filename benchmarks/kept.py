"""What the benchmarks of made-up districts ask, and what all of them keep in `benchmarks/results/`."""

import argparse
import json
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def ask_districts(about: str | None) -> argparse.Namespace:
    """Read from the command line how large the districts are, and which."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--households", type=int, default=300_000)
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3])
    parser.add_argument("--smoke", action="store_true", help="a tiny run for CI, nothing written")
    return parser.parse_args()


def keep(name: str, figures: object, text: str) -> None:
    """Write all figures as JSON, and the text that shows them."""
    (RESULTS / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    (RESULTS / f"{name}.md").write_text(text, "utf-8")
