"""The roster at the door: every fault named at once, nothing guessed in silence."""

import geopandas as gpd
import numpy as np
import pytest
from shapely import box

from conftest import CRS_PLAN, X0, Y0, everyone, make_people, make_plan
from gridplan.config import Rules
from gridplan.deployment.ground import survey
from gridplan.deployment.people import muster
from gridplan.errors import LayerError
from gridplan.language import use_language


@pytest.fixture(autouse=True)
def english() -> None:
    """Messages are compared in English."""
    use_language("en")


def crews(rows: list[dict[str, object]], **options: object):  # noqa: ANN201
    """Muster persons on a small plan."""
    rules = options.pop("rules", Rules())
    return muster(make_people(rows), survey(make_plan()), rules.deployment, **options)


HERE = {"work_x": X0 + 100, "work_y": Y0 + 100}


def test_all_faults_come_at_once() -> None:
    """Unknown force, no place, capacity 0 and below, twice the same id, no id, unknown community and grid."""
    rows = [
        {"person_id": "a", "force": "公安局长", **HERE},
        {"person_id": "b", "force": "公安"},
        {"person_id": "c", "force": "公安", "capacity": 0, **HERE},
        {"person_id": "d", "force": "公安", "capacity": -2, **HERE},
        {"person_id": "e", "force": "民政", **HERE},
        {"person_id": "e", "force": "民政", **HERE},
        {"person_id": "", "force": "民政", **HERE},
        {"person_id": "f", "force": "民政", "community": "丁社区"},
        {"person_id": "g", "force": "民政", "grid_code": "210106001001999", **HERE},
        {"person_id": "h", "force": "民政", "staff": "临时", **HERE},
        {"person_id": "i", "force": "民政", "capacity": 3, "capacity_unit": "吨", **HERE},
        {"person_id": "j", "force": "民政", "work_x": X0},
        {"person_id": "k", "force": "民政", "work_x": 5.0, "work_y": 5.0},
        {"person_id": "l", "force": "民政", "capacity": np.inf, "work_x": np.inf, "work_y": 5.0},
    ]
    with pytest.raises(LayerError) as caught:
        crews(rows)
    text = str(caught.value)
    for part in (
        "found 公安局长 at a; did you mean 公安局?",
        "place: need home, work, community or subdistrict, found none at b",
        "capacity (容量): need a number > 0, found 0 at c", "found less than 0 at d",
        "work_x, work_y (单位X、单位Y): need numbers, found other text at l", "other text at l; correct it, empty",
        "each id once, found some again at e", "found none at row 7",
        "found 丁社区 at f", "found 210106001001999 at g", "found 临时 at h", "found 吨 at i", "found only one at j",
        "beyond 200 km at k",
    ):  # fmt: skip
        assert part in text, part


def test_an_empty_roster_is_refused() -> None:
    """Nobody is no roster."""
    with pytest.raises(LayerError, match="need at least one person"):
        crews([])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"capacity": 3}, {"capacity": 900, "capacity_unit": "户"}], "one unit for the whole force"),
        ([{"capacity": 2.5}], "whole numbers of grids"),
        ([{"capacity": 2}, {}], "a number of grids for every person"),
    ],
)
def test_capacities_of_one_force_fit_one_another(rows: list[dict[str, object]], message: str) -> None:
    """One unit, whole counts, and no default of another unit beside them."""
    with pytest.raises(LayerError, match=message):
        crews([{"person_id": str(k), "force": "公安", **HERE, **row} for k, row in enumerate(rows)])


def test_defaults_and_places() -> None:
    """No capacity: that of the force; no work: home; neither: the middle of the community."""
    rows = [
        {"person_id": "a", "force": "家庭医生", "home_x": X0, "home_y": Y0},
        {"person_id": "b", "force": "卫健", "community": "乙社区"},
    ]
    (crew,), findings = crews(rows)
    assert (crew.rules.force, crew.unit) == ("health", "residents")
    assert crew.capacity.tolist() == [2000.0, 2000.0]
    assert crew.xy[0].tolist() == [X0, Y0]
    assert crew.xy[1].tolist() == [X0 + 900, Y0 + 400]
    assert crew.scopes[crew.scope].sum(axis=1).tolist() == [24, 12]
    assert not findings


def test_row_order_does_not_matter() -> None:
    """Persons are sorted by id."""
    rows = everyone()
    one, two = crews(rows)[0], crews(rows[::-1])[0]
    for a, b in zip(one, two, strict=True):
        assert a.ids.tolist() == b.ids.tolist()
        assert np.array_equal(a.xy, b.xy)


def test_jurisdictions_bound_their_persons() -> None:
    """By the name in the roster; by the place where it names none; a layer for one force alone binds only it."""
    west, east = box(X0, Y0, X0 + 400, Y0 + 800), box(X0 + 400, Y0, X0 + 1200, Y0 + 800)
    areas = gpd.GeoDataFrame({"area": ["西所", "东所"], "force": ["公安", ""]}, geometry=[west, east], crs=CRS_PLAN)
    rows = [
        {"person_id": "a", "force": "公安", "area": "东所", **HERE},
        {"person_id": "b", "force": "公安", **HERE},
        {"person_id": "c", "force": "供水", **HERE},
    ]
    police, utilities = crews(rows, areas=areas)[0]
    assert police.scopes[police.scope].sum(axis=1).tolist() == [16, 8]
    assert utilities.scopes[utilities.scope].sum(axis=1).tolist() == [16]
    with pytest.raises(LayerError, match="found 南所 at a"):
        crews([{"person_id": "a", "force": "公安", "area": "南所", **HERE}], areas=areas)
    assert [f.code for f in crews([rows[0]])[1]] == ["roster_jurisdictions"]


def test_skills_keep_persons_out_and_say_so() -> None:
    """A force that asks for a skill counts only who has it."""
    rules = Rules.from_mapping({"deployment": {"forces": {"health": {"skills": ["全科", "急救"]}}}})
    rows = [
        {"person_id": "a", "force": "卫健", "skills": "急救、全科", **HERE},
        {"person_id": "b", "force": "卫健", "skills": "急救", **HERE},
    ]
    (crew,), findings = crews(rows, rules=rules)
    assert crew.ids.tolist() == ["a"]
    assert [f.code for f in findings] == ["roster_skills"]


def test_present_grids_of_a_former_plan_are_said_where_codes_are_new() -> None:
    """Then they are no fault."""
    row = {"person_id": "a", "force": "公安", "grid_code": "210106001001001;210106001001999", **HERE}
    (crew,), findings = crews([row], new_codes=True)
    assert crew.now.tolist() == [[0, 0]]
    assert [f.code for f in findings] == ["roster_present_grids"]
