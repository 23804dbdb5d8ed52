"""Footprints that overlap."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.reading.dirt import find_overlaps, open_ground


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_pairs_agree_with_a_plain_look_at_all(seed: int) -> None:
    """Every pair is equal, one on the other, partly overlapping, or none of these; the open ground follows."""
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 60, 25), rng.integers(0, 60, 25)
    shapes = shapely.box(x, y, x + rng.integers(5, 40, 25), y + rng.integers(5, 40, 25))
    found = find_overlaps(shapes)
    expected: dict[str, set[tuple[int, int]]] = {"same": set(), "towers": set(), "partial": set()}
    for i in range(25):
        for j in range(i + 1, 25):
            shared = shapes[i].intersection(shapes[j]).area
            small, large = sorted((shapes[i].area, shapes[j].area))
            pair = (i, j) if shapes[i].area <= shapes[j].area else (j, i)
            if shared > 0.95 * large:
                expected["same"].add(pair)
            elif shared > 0.95 * small:
                expected["towers"].add(pair)
            elif shared > max(0.05 * small, 1):
                expected["partial"].add(pair)
    for kind, pairs in expected.items():
        assert {tuple(p) for p in getattr(found, kind).tolist()} == pairs
    ground = open_ground(shapes, found)
    for i, shape in enumerate(shapes):
        above = [shapes[t] for t, p in expected["towers"] if p == i]
        assert np.isclose(ground[i], shape.difference(shapely.union_all(above)).area)


def test_points_and_nothing_overlap_nothing() -> None:
    """They have no area."""
    shapes = np.array([shapely.Point(0, 0), None, shapely.box(-1, -1, 1, 1), shapely.Point(0, 0)], dtype=object)
    found = find_overlaps(shapes)
    assert not len(found.same) + len(found.towers) + len(found.partial)
    assert open_ground(shapes, found).tolist() == [0, 0, 4, 0]
