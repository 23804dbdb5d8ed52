"""Checks on what must stay whole: grids on the contiguity graph, and compounds."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridplan.errors import first_three
from gridplan.language import join, say, word
from gridplan.model import Finding
from gridplan.reporting.ledger import Ints, Ledger
from gridplan.reporting.scoring import COMPOUND_KEY, excess_pieces

_JOINED: Final = {"crossing": "grid_joined_by_crossing", "link": "grid_joined_by_link"}


def check_contiguity(ledger: Ledger) -> Iterator[Finding]:
    """Check that a grid is one piece on the contiguity graph.

    Parameters
    ----------
    ledger : Ledger
        The plan and its rules.

    Yields
    ------
    Finding
        An error for a grid in pieces; a notice for one held together by a crossing or a link alone.
    """
    pieces = _pieces(ledger, np.ones(len(ledger.pairs), dtype=bool))
    bare = _pieces(ledger, ~np.isin(ledger.barrier, ("crossing", "link")))
    alone = {kind: _pieces(ledger, ledger.barrier != kind) for kind in ("crossing", "link")}
    for grid in np.flatnonzero((pieces > 1) | (bare > 1)):
        if pieces[grid] > 1:
            text = say("falls into {pieces} pieces on the contiguity graph", pieces=pieces[grid])
            yield ledger.about_grid(grid, "grid_not_contiguous", text, pieces[grid])
        else:
            kinds = [kind for kind, n in alone.items() if n[grid] > 1] or ["crossing", "link"]
            text = say(
                "is one piece only by {kinds}; without it there are {count} pieces",
                kinds=join([say("a {kind}", kind=word(kind)) for kind in kinds], "and"),
                count=bare[grid],
            )
            yield ledger.about_grid(grid, _JOINED[kinds[-1]], text, bare[grid], severity="notice")


def check_compounds(ledger: Ledger) -> Iterator[Finding]:
    """Check that a grid lies in one compound or unites whole ones, and that none is cut more than its size forces.

    Parameters
    ----------
    ledger : Ledger
        The plan and its rules.

    Yields
    ------
    Finding
        Warnings; a notice where arithmetic forbids to cut the compound into grids of its own.
    """
    units = ledger.plan.units[["households", *COMPOUND_KEY]].assign(row=np.arange(len(ledger.plan.units)))
    lived = units.assign(grid=ledger.grid_of_unit)[(units["households"] > 0) & (ledger.grid_of_unit >= 0)]
    table = excess_pieces(ledger.plan, ledger.rules).rename(columns={"households": "size"})
    lived = lived.merge(table, on=COMPOUND_KEY)
    yield from _mixed(ledger, lived.drop_duplicates(["grid", *COMPOUND_KEY]))
    for one in lived.drop_duplicates(COMPOUND_KEY).sort_values(COMPOUND_KEY).query("excess > 0").itertuples():
        reason = say(
            "Compound {compound} of {community} with {size} households is cut into {pieces} grids where its size "
            "asks for {most} at most.",
            compound=one.compound,
            community=one.community,
            size=one.size,
            pieces=one.pieces,
            most=one.pieces - one.excess,
        )
        yield Finding(
            code="compound_cut", severity="warning", subject=one.compound, reason=reason, value=float(one.excess),
            place=ledger.unit_place(one.row),
        )  # fmt: skip


def _mixed(ledger: Ledger, shares: pd.DataFrame) -> Iterator[Finding]:
    """Grids of more than one compound, one of which at least is not whole."""
    for grid, rows in shares.groupby("grid", sort=True):
        cut = rows[rows["pieces"] > 1]
        if len(rows) > 1 and len(cut):
            forced = all(_must_share(*sizes) for sizes in zip(cut["size"], cut["lower"], cut["upper"], strict=True))
            why = say("; no number of grids in the band holds them") if forced else ""
            names = first_three(f"{name} ({size})" for name, size in zip(cut["compound"], cut["size"], strict=True))
            text = say(
                "mixes {count} compounds, {cut} of them not whole: {names}{why}",
                count=len(rows),
                cut=len(cut),
                names=names,
                why=why,
            )
            severity = "notice" if forced else "warning"
            yield ledger.about_grid(int(str(grid)), "compounds_mixed", text, len(rows), severity=severity)


def _must_share(households: int, lower: int, upper: int) -> bool:
    """Whether a compound is too large for one grid and no number of grids in the band adds up to it."""
    return households > upper and -(-households // upper) * lower > households


def _pieces(ledger: Ledger, keep: NDArray[np.bool_]) -> Ints:
    """Count the connected pieces of each grid on the edges kept."""
    grid, n = ledger.grid_of_unit, len(ledger.grid_of_unit)
    pairs = ledger.pairs[keep]
    pairs = pairs[grid[pairs[:, 0]] == grid[pairs[:, 1]]]
    graph = coo_array((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    piece = connected_components(graph, directed=False)[1]
    member = grid >= 0
    distinct = np.unique(np.stack([grid[member], piece[member]], axis=1), axis=0)
    return np.bincount(distinct[:, 0], minlength=len(ledger.plan.grids))
