"""The net of streets: an exact coverage, borders that add up, barriers with crossings."""

import numpy as np
import pytest
import shapely

from gridplan.sample.lattice import lay_lattice
from gridplan.sample.streets import Streets, lay_streets


@pytest.fixture(scope="module", params=range(5))
def streets(request: pytest.FixtureRequest) -> Streets:
    """Lay the streets of a district of 3 square kilometres."""
    return lay_streets(3e6, np.random.default_rng(request.param))


def test_faces_are_a_coverage_and_hold_their_blocks(streets: Streets) -> None:
    """No gap, no overlap; each block lies in its face, away from the roads."""
    assert shapely.coverage_is_valid(streets.faces)
    assert shapely.coverage_union_all(streets.faces).geom_type == "Polygon"
    built = ~shapely.is_empty(streets.blocks)
    assert built.mean() > 0.8
    assert shapely.covers(streets.faces, streets.blocks)[built].all()
    roads = shapely.union_all(streets.roads["geometry"].to_numpy())
    assert (shapely.distance(streets.blocks, roads)[built] > 5.0).all()


def test_borders_add_up_to_the_outlines(streets: Streets) -> None:
    """Each inner border counts for two faces; the rest of their outlines is that of the district."""
    outline = shapely.coverage_union_all(streets.faces).length
    total = shapely.length(streets.faces).sum()
    assert 2 * streets.border_m.sum() + outline == pytest.approx(total, rel=1e-3)
    assert len(np.unique(streets.borders)) == len(streets.faces)


def test_barriers_have_crossings_and_stop_the_other_roads(streets: Streets) -> None:
    """A road that is no expressway crosses the river, one the railway; most roads do not."""
    soft = streets.roads["geometry"].to_numpy()[streets.roads["road_class"] > 0]
    for barrier in (streets.water, streets.railways):
        crossing = shapely.intersects(soft, shapely.union_all(barrier))
        assert 1 <= crossing.sum() < len(soft) / 5


@pytest.mark.parametrize("area", [1e5, 2e5, 4e5, 3e6, 3e7])
@pytest.mark.parametrize("seed", range(6))
def test_lattice_is_in_one_piece_and_reaches_the_area(area: float, seed: int) -> None:
    """The district is one polygon, as large as asked to within two cells of the arterials, and its faces fill it."""
    lattice = lay_lattice(area, np.random.default_rng(seed))
    assert lattice.area.geom_type == "Polygon"
    assert area - 8e5 < lattice.area.area < area + 5e5
    if area < 1e6:
        faces = lay_streets(area, np.random.default_rng(seed)).faces
        whole = shapely.coverage_union_all(faces)
        assert whole.geom_type == "Polygon"
        assert whole.area == pytest.approx(lattice.area.area, rel=1e-4)


def test_angle_is_that_of_the_warp() -> None:
    """Roads along the frame run at the angle the warp gives for their middle."""
    lattice = lay_lattice(2e7, np.random.default_rng(2))
    along = lattice.edges[lattice.along]
    ends = shapely.get_coordinates(shapely.get_point(along, -1)) - shapely.get_coordinates(shapely.get_point(along, 0))
    middle = shapely.get_coordinates(shapely.line_interpolate_point(along, 0.5, normalized=True))
    off = np.arctan2(ends[:, 1], ends[:, 0]) - lattice.warp.angle_at(middle)
    assert np.abs(off).max() < 0.25
    assert abs(off.mean()) < 0.02
