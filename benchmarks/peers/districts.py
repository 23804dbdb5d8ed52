"""The instances: made-up districts of three sizes, and real ones where the data is present; cached as arrays."""

import tempfile
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from peers.instance import Instance

ROOT: Final = Path(__file__).parents[2]
CACHE: Final = ROOT / "build" / "benchmarks"
DATA: Final = ROOT.parent / "shared" / "data"

SIZES: Final = MappingProxyType(
    {"tiny": (1_500, 1), "500": (30_000, 3), "5400": (335_000, 3), "50000": (3_000_000, 1), "singapore": (0, 1)}
)
"""Size -> households of the made-up district, and how many of them; singapore is real."""


def instance_path(size: str, seed: int, *, fresh: bool = False) -> Path | None:
    """Find an instance in the cache, or make it.

    Parameters
    ----------
    size : str
        Key of `SIZES`.
    seed : int
        Seed of the made-up district.
    fresh : bool
        Make it again although it is cached.

    Returns
    -------
    Path or None
        Its npz file; None where real data is absent.
    """
    path = CACHE / f"{size}-{seed}.npz"
    if path.exists() and not fresh:
        return path
    if size == "singapore":
        source = DATA / "singapore_hdb" / "layers.gpkg"
        if not source.exists():
            return None
        _read(source).save(path)
        return path
    from gridplan import make_sample  # noqa: PLC0415  not needed where the cache is warm

    with tempfile.TemporaryDirectory() as folder:
        district = Path(folder) / "district"
        make_sample(district, households=SIZES[size][0], seed=seed)
        raise_towers(_read(district), seed).save(path)
    return path


def raise_towers(instance: Instance, seed: int) -> Instance:
    """Give a few towers more households than a grid may hold, as real districts have them.

    The made-up district splits its one such tower by entrance. Here 1 building for 56,000 households, of those of at
    least 150, is taken for one without known entrances and raised to 361..480 households.

    Parameters
    ----------
    instance : Instance
        Made-up district.
    seed : int
        Seed of the choice.

    Returns
    -------
    Instance
        The same with other weights.
    """
    rng = np.random.default_rng(seed)
    weights = instance.weights.copy()
    large = np.flatnonzero(weights >= 150)
    count = min(round(weights.sum() / 56_000), len(large))
    weights[rng.choice(large, count, replace=False)] = rng.integers(361, 481, count)
    return replace(instance, weights=weights)


def _read(source: Path) -> Instance:
    """Read layers, draw the fabric, and keep the arrays the pipeline would hand to the core."""
    from gridplan import Rules, read_layers  # noqa: PLC0415
    from gridplan.geometry import build_fabric  # noqa: PLC0415

    fabric = build_fabric(read_layers(source), Rules())
    units = fabric.units
    return Instance(
        edges=fabric.graph.edges.astype(np.int64),
        weights=units["households"].to_numpy(dtype="float64"),
        xy=units[["x", "y"]].to_numpy(dtype="float64"),
        compounds=pd.factorize(units["compound"].where(units["compound"] != ""), sort=True)[0].astype(np.int64),
        communities=np.asarray(fabric.community_index, np.int64),
    )


def describe(instance: Instance) -> dict[str, int]:
    """Count what makes an instance easy or hard."""
    of_community = np.unique(instance.communities, return_counts=True)[1]
    return {
        "units": len(instance.weights),
        "households": int(instance.weights.sum()),
        "communities": len(of_community),
        "communities above 90 units": int((of_community > 90).sum()),
        "largest community": int(of_community.max()),
        "units above 360": int((instance.weights > 360).sum()),
        "compounds": len(np.unique(instance.compounds[instance.compounds >= 0])),
    }
