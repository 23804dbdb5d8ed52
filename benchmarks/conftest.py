"""Make the benchmark suite importable for its micro-benchmarks."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
