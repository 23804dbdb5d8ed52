"""Layers drawn on displaced maps."""

import numpy as np
import pytest
import shapely
from pyproj import CRS

from gridplan.errors import CRSError
from gridplan.reading.shifts import displacement, refuse_shifted

ZONE = CRS.from_epsg(4550)


@pytest.mark.parametrize(("lon", "lat"), [(123.43, 41.80), (123.0, 42.0), (123.3, 41.7), (123.6, 41.9)])
def test_the_displacement_in_shenyang_is_what_is_measured_there(lon: float, lat: float) -> None:
    """GCJ-02 some 530 to 580 m at 60 to 65 degrees, BD-09 some 1,350 to 1,400 m at 45 to 50."""
    for vector, (low, high), (first, last) in zip(
        displacement(lon, lat, ZONE), ((520, 580), (1340, 1400)), ((60, 65), (45, 50.5)), strict=True
    ):
        assert low < np.hypot(*vector) < high
        assert first < np.degrees(np.arctan2(*vector)) < last


@pytest.mark.parametrize("seed", range(20))
def test_dirt_is_no_displacement(seed: int) -> None:
    """Roads that cross buildings at random are not explained by it; nor is anything outside China."""
    rng = np.random.default_rng(seed)
    x, y = 533_000 + rng.uniform(0, 3000, 600), 4_629_000 + rng.uniform(0, 3000, 600)
    ends = np.stack([rng.uniform(0, 3000, (40, 2)), rng.uniform(0, 3000, (40, 2))], axis=1) + np.array(
        [533_000, 4_629_000]
    )
    shapes = {"buildings": shapely.box(x, y, x + 40, y + 14), "roads": shapely.linestrings(ends)}
    refuse_shifted(shapes, ZONE, (123.4, 41.8))


def test_points_and_compounds_are_compared_too() -> None:
    """Buildings as points in compounds that are displaced."""
    at = np.arange(300)
    x, y = 533_000 + 170 * (at % 20) + 31 * (at // 20 % 4), 4_629_000 + 130 * (at // 20)
    compounds = shapely.box(x - 70, y - 50, x + 70, y + 50)
    vector = displacement(123.4, 41.8, ZONE)[0]
    points = shapely.points(np.concatenate([x - 60, x, x + 60]), np.concatenate([y, y + 40, y - 40]))
    moved = shapely.transform(compounds, lambda xy: xy + vector)
    refuse_shifted({"buildings": points, "compounds": compounds}, ZONE, (123.4, 41.8))
    with pytest.raises(CRSError, match=r"compounds: need .* displaced against buildings"):
        refuse_shifted({"buildings": points, "compounds": moved}, ZONE, (123.4, 41.8))
    refuse_shifted({"buildings": points, "compounds": moved}, ZONE, (39.9, 59.2))
