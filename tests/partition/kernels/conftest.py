"""The oracles of the neighbouring folders can be imported."""

import sys
from pathlib import Path

for folder in (Path(__file__).parent, Path(__file__).parents[1], Path(__file__).parents[1] / "fixed"):
    sys.path.insert(0, str(folder))
