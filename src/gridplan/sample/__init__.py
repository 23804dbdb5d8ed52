"""A made-up district, for trying gridplan out and for its tests."""

from pathlib import Path
from typing import Final

from gridplan.errors import ConfigError
from gridplan.language import say
from gridplan.progress import Report, silent

FEWEST_HOUSEHOLDS: Final = 1_000


def make_sample(out: Path, *, households: int = 30_000, seed: int = 0, report: Report = silent) -> None:
    """Write a made-up city district as a bureau would send it.

    Parameters
    ----------
    out : Path
        Folder to make; it may exist if it is empty. Written whole or not at all.
    households : int
        Households of the district, at least 1,000: the rows of the households table.
    seed : int
        Seed of all chance, 0 or more: the same seed gives the same files.
    report : Report
        Progress callback, stage "sample".

    Raises
    ------
    ConfigError
        If there are too few households or the seed is below 0.
    OutputError
        If `out` has content or cannot be written.
    """
    import numpy as np  # noqa: PLC0415 - with the modules below, half a second that `import gridplan` need not pay

    from gridplan.sample.district import STAGE, STEPS, make_district  # noqa: PLC0415
    from gridplan.sample.files import whole_folder, write_district  # noqa: PLC0415

    if households < FEWEST_HOUSEHOLDS or seed < 0:
        msg = say(
            "sample: need at least {fewest} households and a seed >= 0, found {households} and {seed}; give other "
            "numbers",
            fewest=FEWEST_HOUSEHOLDS,
            households=households,
            seed=seed,
        )
        raise ConfigError(msg)
    with whole_folder(Path(out)) as folder:
        district = make_district(households, np.random.default_rng(seed), report)
        write_district(district, folder, households=households, seed=seed)
    report(STAGE, STEPS, STEPS)


__all__ = ["make_sample"]
