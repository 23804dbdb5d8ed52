"""Emergencies: who is affected, who is sent in which order, and bases against brute force."""

import re
from itertools import combinations
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
from shapely import box

from conftest import CRS_PLAN, SIDE, X0, Y0, make_people, make_plan
from gridplan.config import Rules
from gridplan.cover import best_bases, fewest_bases
from gridplan.deployment import respond
from gridplan.errors import ConfigError, LayerError
from gridplan.language import use_language
from gridplan.staffing import Emergency

PLAN = make_plan(4, 6)


def hazard(x0: float, y0: float, x1: float, y1: float, skills: str = "") -> gpd.GeoDataFrame:
    """Flood a rectangle, in grids from the south-west corner."""
    area = box(X0 + SIDE * x0, Y0 + SIDE * y0, X0 + SIDE * x1, Y0 + SIDE * y1)
    return gpd.GeoDataFrame({"name": ["洪水"], "type": "", "skills": skills}, geometry=[area], crs=CRS_PLAN)


def person(name: str, home: float, work: float, **more: object) -> dict[str, object]:
    """Place a person of an organ by columns of grids."""
    return {
        "person_id": name, "force": "机关下沉", "staff": "机关", "home_x": X0 + SIDE * home, "home_y": Y0 + 100,
        "work_x": X0 + SIDE * work, "work_y": Y0 + 100, **more,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(25))
def test_bases_are_the_fewest_and_the_best(seed: int) -> None:
    """Equal to counting out all sets of bases."""
    rng = np.random.default_rng(seed)
    within = rng.random((12, 8)) < 0.3
    weight = rng.integers(1, 400, 12).astype(float)
    found, proven = fewest_bases(within)
    reachable = within.any(axis=1)
    sizes = [k for k in range(9) for c in combinations(range(8), k) if (within[:, c].any(axis=1) == reachable).all()]
    assert proven
    assert len(found) == min(sizes)
    assert (within[:, found].any(axis=1) == reachable).all()
    for number in (1, 3):
        best, sure = best_bases(within, weight, number)
        most = max(weight[within[:, c].any(axis=1)].sum() for c in combinations(range(8), number))
        assert sure
        assert len(best) <= number
        assert weight[within[:, best].any(axis=1)].sum() == most


def test_the_situation_counts_affected_households_and_neighbours() -> None:
    """Two grids are hit, one of them in part; those that touch them are neighbours; small counts are hidden."""
    done = respond(PLAN, hazard(0.1, 0.1, 1.5, 0.9), Rules())
    table = done.situation
    affected = table[table["state"] == "affected"]
    assert affected["households"].tolist() == [300, 300]
    assert sorted(affected["share"]) == [pytest.approx(0.4), pytest.approx(0.72)]
    assert (table["state"] == "neighbour").sum() == 3
    assert affected["needed"].tolist() == [3, 3]
    codes = [f.code for f in done.findings]
    assert "emergency_nobody" in codes
    assert not {"emergency_short", "emergency_reserve"} & set(codes)
    strict = Rules.from_mapping({"privacy": {"min_count": 7}})
    assert respond(PLAN, hazard(0.1, 0.1, 1.5, 0.9), strict).situation["minors"].isna().all()
    with pytest.raises(LayerError, match="touches a grid"):
        respond(PLAN, hazard(90, 90, 91, 91), Rules())


def test_who_lives_there_goes_first_then_who_works_there() -> None:
    """Then the others; with the shortest ways in all; nobody beyond the capacity."""
    people = make_people([
        person("a_home", 0.5, 5.5), person("b_work", 5.5, 0.5), person("c_home", 1.5, 5.5), person("d_other", 5.0, 5.0),
        person("e_home", 2.5, 2.5),
    ])  # fmt: skip
    done = respond(PLAN, hazard(0.1, 0.1, 0.9, 0.9), Rules(), people=people)
    tiers = dict(zip(done.dispatch["person_id"], done.dispatch["tier"], strict=True))
    assert tiers == {"a_home": "residence", "c_home": "residence", "e_home": "residence"}
    assert done.totals["left"] == 2
    rules = Rules.from_mapping({"emergency": {"households_per_person": 75}})
    tiers = respond(PLAN, hazard(0.1, 0.1, 0.9, 0.9), rules, people=people).dispatch["tier"].tolist()
    assert sorted(tiers) == ["employer", "residence", "residence", "residence"]


def test_skills_are_kept_and_shortage_is_told() -> None:
    """Only who can swim is sent; what lacks is a finding, and so is a reserve that is too small."""
    people = make_people([person("a", 0.5, 0.5, skills="游泳"), person("b", 0.5, 0.5), person("c", 0.5, 0.5)])
    done = respond(PLAN, hazard(0.1, 0.1, 0.9, 0.9, "游泳"), Rules(), people=people)
    assert done.dispatch["person_id"].tolist() == ["a"]
    codes = [f.code for f in done.findings]
    assert codes[:3] == ["roster_skills", "emergency_short", "emergency_reserve"]
    assert next(f.value for f in done.findings if f.code == "emergency_short") == 2


def test_reach_follows_speed_and_response_time() -> None:
    """A slow team needs many bases; a fast one a single base; no base, no reach."""
    slow = Rules.from_mapping({"emergency": {"speed_m_per_min": 25.0, "response_min": 13.0}})  # 250 m with the detour
    done = respond(PLAN, hazard(0, 0, 1, 1), slow)
    assert done.totals["bases_needed"] == done.bases["needed"].sum() > 6
    assert done.reach["in_time"].all()
    assert respond(PLAN, hazard(0, 0, 1, 1), Rules()).totals["bases_needed"] == 1
    two = respond(PLAN, hazard(0, 0, 1, 1), slow, number=2)
    assert two.bases["chosen"].sum() == 2
    assert two.reach["in_time"].sum() < 24
    assert "emergency_out_of_reach" in {f.code for f in two.findings}
    far = gpd.GeoDataFrame({"name": ["远"]}, geometry=gpd.points_from_xy([X0 + 90_000], [Y0]), crs=CRS_PLAN)
    lost = respond(PLAN, hazard(0, 0, 1, 1), slow, bases=far)
    assert lost.totals["unreachable"] == 24
    assert not lost.reach["in_time"].any()
    with pytest.raises(ConfigError, match="at least 1"):
        respond(PLAN, hazard(0, 0, 1, 1), slow, number=0)


def test_what_is_written_for_the_command_post(tmp_path: Path) -> None:
    """A workbook and two layers; written twice, refused beside other files."""
    people = make_people([person("a", 0.5, 0.5)])
    found = respond(PLAN, hazard(0.1, 0.1, 0.9, 0.9), Rules(), people=people)
    emergency = Emergency(**{name: getattr(found, name) for name in found.__dataclass_fields__})
    for _ in range(2):
        emergency.write(tmp_path / "out")
    book = openpyxl.load_workbook(tmp_path / "out" / "emergency.xlsx")
    assert book.sheetnames == ["Situation", "Affected grids", "Dispatch", "Bases", "Reach"]
    assert list(book["Dispatch"].values)[1][1:3] == ("a", "residence")
    use_language("zh")
    emergency.write(tmp_path / "out")
    book = openpyxl.load_workbook(tmp_path / "out" / "emergency.xlsx")
    assert book.sheetnames == ["态势", "受影响网格", "派遣", "驻地", "到达"]
    assert list(book["派遣"].values)[1][1:3] == ("a", "居住地")
    assert not [c for sheet in book for row in sheet.values for c in row if re.search("[a-z]{2}", str(c)) and c]
    assert len(gpd.read_file(tmp_path / "out" / "emergency.gpkg", layer="situation")) == len(found.situation)
    assert len(gpd.read_file(tmp_path / "out" / "emergency.gpkg", layer="bases")) == 24
