"""The conservation table: rows and households in = used + set aside, by reason."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pandas as pd

from gridplan.model import Source

COLUMNS: Final = ("role", "reason", "rows", "households")


def conservation(sources: Iterable[Source | Mapping[str, Any]], set_aside: pd.DataFrame) -> pd.DataFrame:
    """Account for every row and household of every layer.

    Parameters
    ----------
    sources : iterable of Source or mapping
        What was read: role, rows and households.
    set_aside : DataFrame
        `schema.SET_ASIDE_COLUMNS`.

    Returns
    -------
    DataFrame
        Columns role, reason, rows, households. For each role a row "read", a row "used", and one for each reason
        why rows were set aside; the first is the sum of the others.
    """
    rows: list[tuple[str, str, int, int]] = []
    for source in sources:
        role, read, households = (_of(source, name) for name in ("role", "rows", "households"))
        aside = set_aside[set_aside["role"] == role].groupby("reason", sort=True)[["rows", "households"]].sum()
        gone = aside.sum()
        rows.append((role, "read", read, households))
        rows.append((role, "used", read - int(gone["rows"]), households - int(gone["households"])))
        rows += [(role, str(r), int(n), int(h)) for r, n, h in aside.itertuples()]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of(source: Source | Mapping[str, Any], name: str) -> Any:  # noqa: ANN401
    return source.get(name, 0) if isinstance(source, Mapping) else getattr(source, name)
