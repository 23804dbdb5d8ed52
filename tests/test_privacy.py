"""Small counts of key groups cannot be had back from what is published, by any way of reckoning."""

import itertools
from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from gridplan import privacy
from gridplan.privacy import SharedCounts, share_counts, shared_grids
from gridplan.schema import KEY_GROUPS

GROUP = KEY_GROUPS[0]


def table(places: list[tuple[int, int]], counts: list[int]) -> pd.DataFrame:
    """Grids in subdistricts and communities, with the same counts of every key group."""
    frame = pd.DataFrame(
        {
            "subdistrict": [f"s{s}" for s, _ in places],
            "community": [f"c{c}" for _, c in places],
            "community_code": [f"{s}{c}" for s, c in places],
        }
    )
    return frame.assign(**dict.fromkeys(KEY_GROUPS, counts))


def equations(grids: pd.DataFrame, shared: SharedCounts) -> tuple[np.ndarray, np.ndarray]:
    """Write down what is published as a system of sums over the grids."""
    columns = grids[["subdistrict", "community_code", "community"]].to_numpy(dtype=str)
    keys = [{(), (s,), (s, code, c)} for s, code, c in columns]
    rows = [[float(key in k) for k in keys] for key, t in shared.totals.items() if t[GROUP] is not None]
    sums = [float(t[GROUP]) for t in shared.totals.values() if t[GROUP] is not None]
    known = shared.grids[GROUP].notna().to_numpy()
    rows += np.eye(len(grids))[known].tolist()
    sums += shared.grids.loc[known, GROUP].astype(float).tolist()
    return np.array(rows).reshape(-1, len(grids)), np.array(sums)


def reach(grids: pd.DataFrame, shared: SharedCounts, cell: int, sign: int) -> float:
    """Smallest (1) or largest (-1) value of a hidden count that agrees with all that is published."""
    matrix, sums = equations(grids, shared)
    hidden = shared.grids[GROUP].isna().to_numpy()
    bounds = [(1 if h else 0, 1000) for h in hidden]
    found = linprog(sign * np.eye(len(grids))[cell], A_eq=matrix, b_eq=sums, bounds=bounds)
    assert found.status == 0
    return sign * found.fun


small_places = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_small_count_is_recovered_from_the_totals(data: st.DataObject) -> None:
    """A hidden count may be any number from 1 to at least the limit, for all that grids and totals tell together."""
    places = data.draw(small_places)
    size = len(places)
    counts = data.draw(st.lists(st.one_of(st.integers(0, 6), st.integers(0, 40)), min_size=size, max_size=size))
    grids = table(places, counts)
    shared = share_counts(grids, 5)
    for cell in np.flatnonzero([0 < c < 5 for c in counts]):
        assert pd.isna(shared.grids[GROUP].iloc[cell])
        assert reach(grids, shared, cell, -1) >= 5
        assert reach(grids, shared, cell, 1) <= max(1, counts[cell] - 1)


@pytest.mark.parametrize(
    ("places", "least", "most"),
    [
        ([(0, 0)] * 3, 3, 12),
        ([(0, 0)] * 3, 5, 16),
        ([(0, 0)] * 4, 3, 9),
        ([(0, 0), (0, 0), (0, 1), (0, 1)], 4, 10),
        ([(0, 0), (0, 1), (0, 1), (1, 0)], 4, 10),
        ([(0, 0), (0, 0), (0, 1), (1, 0), (1, 0)], 3, 6),
    ],
)
def test_nobody_who_knows_the_method_recovers_a_count(places: list[tuple[int, int]], least: int, most: int) -> None:
    """All tables up to `most`, by what is published of them: those that look alike differ in every hidden count."""
    district = privacy._Area.of(table(places, [0] * len(places)))
    areas = list(district.walk())
    alike: dict[tuple[object, ...], list[tuple[int, ...]]] = defaultdict(list)
    for counts in itertools.product(range(most + 1), repeat=len(places)):
        values = np.array(counts)
        hidden = privacy._hide(district, values, least)
        cells = tuple(None if h else v for h, v in zip(hidden, counts, strict=True))
        alike[cells, tuple(int(values[a.rows].sum()) if a.shown else None for a in areas)].append(counts)
    judged = 0
    for (cells, _), tables in alike.items():
        if max(tables[0]) > most - least:  # tables that look alike lie beyond `most`
            continue
        for cell in [i for i, v in enumerate(cells) if v is None]:
            judged += 1
            assert len({t[cell] for t in tables}) > 1, (cells, tables)
    assert judged > 50


def test_zeros_and_large_counts_stay_where_nothing_is_small() -> None:
    """And no least count hides nothing."""
    grids = table([(0, 0), (0, 0), (0, 1)], [0, 5, 60])
    assert share_counts(grids, 5).grids[GROUP].tolist() == [0, 5, 60]
    assert share_counts(grids, 5).totals[()][GROUP] == 65
    assert share_counts(grids.assign(**{GROUP: [1, 2, 3]}), 0).grids[GROUP].tolist() == [1, 2, 3]


def test_a_plan_without_grids_has_nothing_to_hide() -> None:
    """The totals are 0."""
    shared = share_counts(table([], []), 5)
    assert shared.totals == {(): dict.fromkeys(KEY_GROUPS, 0)}


def test_a_weighted_load_is_rounded() -> None:
    """A load that is more than households would tell the counts that weigh in it; without weights it stays."""
    grids = table([(0, 0), (0, 0), (0, 1)], [0, 3, 60]).assign(households=[300, 251, 280], load=[300.0, 251.0, 280.0])
    assert shared_grids(grids, 5)["load"].tolist() == [300, 251, 280]
    weighted = grids.assign(load=[296.1, 255.2, 279.7])
    assert shared_grids(weighted, 5)["load"].tolist() == [300, 260, 280]
    assert shared_grids(weighted, 0)["load"].tolist() == [296.1, 255.2, 279.7]
