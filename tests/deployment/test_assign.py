"""Whole rosters: laws that hold for every one of them."""

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import COMMUNITIES, X0, Y0, everyone, make_people, make_plan
from gridplan.config import Rules
from gridplan.deployment import Deployment, deploy
from gridplan.errors import GridplanError
from gridplan.language import use_language
from gridplan.plan import Plan, read_plan
from gridplan.provision import review_communities
from gridplan.staffing import assign_district, assign_personnel, plan_emergency

FORCES = ("公安", "信访", "卫健", "网格员", "城管")
UNITS = {"公安": "", "信访": "", "卫健": "户", "网格员": "", "城管": "人"}
PLAN = make_plan(3, 4, road=True)


@st.composite
def rosters(draw: st.DrawFn) -> list[dict[str, object]]:
    """Draw persons of five forces with places, scopes and capacities of three units."""
    n = draw(st.integers(1, 14))
    rows = []
    for k in range(n):
        force = draw(st.sampled_from(FORCES))
        count = draw(st.integers(1, 6))
        rows.append({
            "person_id": f"p{k:02d}", "force": force, "capacity_unit": UNITS[force],
            "capacity": count * {"": 1, "户": 300, "人": 654}[UNITS[force]] + (37 if UNITS[force] else 0),
            "work_x": X0 + draw(st.integers(0, 800)), "work_y": Y0 + draw(st.integers(0, 600)),
            "community": draw(st.sampled_from(("", "", *COMMUNITIES))),
            "staff": draw(st.sampled_from(("部门", "社区"))),
            "grid_code": draw(st.sampled_from(("", *PLAN.grids["grid_code"]))),
        })  # fmt: skip
    return rows


def served(done: Deployment) -> int:
    """Count the posts that are filled."""
    return int(done.forces["served"].sum())


@settings(max_examples=40, deadline=None)
@given(rows=rosters(), extra=st.integers(0, 11))
def test_laws_of_every_roster(rows: list[dict[str, object]], extra: int) -> None:
    """Capacity kept, scope kept, posts conserved; order of rows irrelevant; a person more never serves fewer."""
    done = deploy(PLAN, make_people(rows), Rules(), effort="fast")
    people = pd.DataFrame(rows).set_index("person_id")
    assert (done.persons["load"] <= done.persons["capacity"] + 1e-6).all()
    communities = PLAN.grids.set_index("grid_code")["community"]
    for row in done.assignment.itertuples():
        assert people["community"][row.person_id] in ("", communities[row.grid_code])
    assert not done.assignment.duplicated(["grid_code", "person_id"]).any()
    lacking = done.shortages.groupby("force")["missing"].sum()
    for row in done.forces.itertuples():
        assert row.served + lacking.get(row.force, 0) == row.needed
        assert row.bound <= row.cost + 1e-2
        if row.served == row.needed:
            assert row.gap * row.cost == pytest.approx(row.cost - row.bound, abs=0.1)
    assert set(done.persons["person_id"]) == set(people.index)
    again = deploy(PLAN, make_people(rows[::-1]), Rules(), effort="fast")
    for name in ("assignment", "persons", "shortages"):
        pd.testing.assert_frame_equal(getattr(done, name), getattr(again, name))
    more = [*rows, {**rows[extra % len(rows)], "person_id": "q", "grid_code": ""}]
    assert served(deploy(PLAN, make_people(more), Rules(), effort="fast")) >= served(done)


def test_every_grid_gets_every_force() -> None:
    """Where there is room, all eight, nobody overloaded, nothing short."""
    done = deploy(PLAN, make_people(everyone(4, 3)), Rules())
    assert len(done.assignment) == 12 * 8
    assert done.shortages.empty
    assert set(done.assignment["way"]) == {"road"}


def test_shortages_say_why_and_what_would_do() -> None:
    """No person of the force; none in scope; capacity short: with the smallest remedy, which then is enough."""
    rows = [r for r in everyone(4, 2) if r["force"] != "应急"]
    for row in rows:
        if row["force"] == "民政":
            row["community"] = COMMUNITIES[0]
    done = deploy(PLAN, make_people(rows), Rules())
    short = done.shortages.groupby("force")
    assert short["missing"].sum()["emergency"] == 12
    assert set(short["reason"].first()[["emergency"]]) == {"no person of this force in the roster"}
    civil = done.shortages[done.shortages["force"] == "civil_affairs"]
    assert set(civil["reason"]) == {"no person in scope"}
    assert len(civil) == 6
    housing = done.shortages[done.shortages["force"] == "housing"]
    assert set(housing["reason"]) == {"capacity of the 2 in scope short by 4 grids"}
    enough = [{**r, "capacity": 6} if r["force"] == "房产" else r for r in rows]
    less = [{**r, "capacity": 5} if r["force"] == "房产" else r for r in rows]
    assert housing["remedy"].str.startswith("1 more with a capacity of 12 grids each in ").all()
    assert housing["remedy"].str.endswith(", or a capacity of 6 grids for each of the 2").all()
    assert "housing" not in set(deploy(PLAN, make_people(enough), Rules()).shortages["force"])
    assert "housing" in set(deploy(PLAN, make_people(less), Rules()).shortages["force"])


def test_committee_staff_alone_are_a_finding() -> None:
    """Article 18: they serve where nobody else can, and that is told."""
    rows = [{**r, "staff": "社区"} if r["person_id"] == "民政0" else r for r in everyone(8, 2, ("民政",))]
    done = deploy(PLAN, make_people(rows), Rules())
    assert (done.assignment["staff"] == "committee").sum() == 4
    told = [f for f in done.findings if f.code == "roster_committee_alone"]
    assert [f.value for f in told] == [4.0]


def test_present_persons_stay_unless_the_way_is_too_long() -> None:
    """A change costs metres; so a present roster that is nearly as good is kept."""
    first = deploy(PLAN, make_people(everyone(8, 2, ("信访",))), Rules())
    codes = first.assignment.groupby("person_id")["grid_code"].agg(";".join)
    swapped = {"信访0": codes["信访1"], "信访1": codes["信访0"]}
    rows = [{**r, "grid_code": swapped[str(r["person_id"])]} for r in everyone(8, 2, ("信访",))]
    kept = deploy(PLAN, make_people(rows), Rules())
    assert kept.assignment["kept"].all()
    assert kept.forces["changed"].sum() == 0
    free = Rules.from_mapping({"deployment": {"forces": {"petitions": {"keep_m": 0}}}})
    assert deploy(PLAN, make_people(rows), free).forces.set_index("force")["changed"]["petitions"] == 12


def test_communities_and_numbers_of_persons() -> None:
    """A force of the level of communities gives whole ones; a grid of 300 households needs two for 200 each."""
    rules = Rules.from_mapping(
        {"deployment": {"forces": {"petitions": {"level": "community"}, "housing": {"households_per_person": 200}}}}
    )
    done = deploy(PLAN, make_people(everyone(12, 3, ("信访", "房产"))), rules)
    petitions = done.assignment[done.assignment["force"] == "petitions"]
    assert petitions.groupby(petitions["grid_code"].str[:12])["person_id"].agg(set).str.len().tolist() == [1, 1]
    housing = done.assignment[done.assignment["force"] == "housing"]
    assert (housing.groupby("grid_code")["person_id"].nunique() == 2).all()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a real plan without personnel."""
    from gridplan import make_plan as draw  # noqa: PLC0415
    from gridplan import make_sample, read_layers  # noqa: PLC0415

    place = tmp_path_factory.mktemp("deployed")
    make_sample(place / "in", households=3_000, seed=1)
    (place / "in" / "人员.xlsx").replace(place / "人员.xlsx")
    draw(read_layers(place / "in"), effort="fast").write(place / "plan")
    return place


def test_a_roster_is_written_read_back_and_replaced(folder: Path) -> None:
    """`assign_personnel` on a plan, twice: the same plan; what is written is read back equal."""
    plan = read_plan(folder / "plan")
    assert plan.forces.empty
    done = assign_personnel(plan, folder / "人员.xlsx", effort="fast")
    assert isinstance(done, Plan)
    assert len(done.assignment) > 8 * 8
    done.write(folder / "out")
    assert read_plan(folder / "out").equals(done)
    assert assign_personnel(done, folder / "人员.xlsx", effort="fast").equals(done)
    table = pd.read_excel(folder / "人员.xlsx", engine="calamine")
    assert assign_personnel(plan, table, effort="fast").assignment.equals(done.assignment)


def test_fields_of_a_roster_that_nothing_reads_are_told(folder: Path) -> None:
    """A capacity under a name that nobody knows must not be lost in silence; names of persons are no such field."""
    plan, code = read_plan(folder / "plan"), "roster_fields_left"
    table = pd.read_excel(folder / "人员.xlsx", engine="calamine")
    assert code not in set(assign_personnel(plan, table, effort="fast").findings["code"])
    table = table.rename(columns={"容量": "最大服务网格"}).assign(姓名="赵甲")
    table.to_excel(folder / "改名.xlsx", index=False)
    for personnel in (table, folder / "改名.xlsx"):
        found = assign_personnel(plan, personnel, effort="fast").findings.set_index("code").loc[[code]]
        assert len(found) == 1
        assert found["value"].tolist() == [1.0]
        assert "最大服务网格" in found["reason"].iloc[0]
        assert "容量" in found["reason"].iloc[0]
        assert "姓名" not in found["reason"].iloc[0]
    hazard = gpd.GeoDataFrame(geometry=plan.grids.geometry.iloc[:1].to_list(), crs=plan.crs)
    asked = plan_emergency(plan, hazard, table), review_communities(plan, personnel=folder / "改名.xlsx")
    assert [[f.code for f in done.findings].count(code) for done in asked] == [1, 1]


def test_names_stand_in_the_printed_roster_alone(folder: Path) -> None:
    """And there only when they are asked for."""
    table = pd.read_excel(folder / "人员.xlsx", engine="calamine")
    table.insert(1, "姓名", [f"赵{k}甲" for k in range(len(table))])
    table.to_excel(folder / "名单.xlsx", index=False)
    for asked in (True, False):
        out = folder / f"names{asked}"
        assign_district(folder / "plan", folder / "名单.xlsx", out, names=asked, effort="fast")
        book = openpyxl.load_workbook(out / "roster.xlsx")
        text = "".join(str(c) for sheet in book for row in sheet.iter_rows(values_only=True) for c in row)
        assert ("赵1甲" in text) == asked
        for file in out.iterdir():
            assert file.suffix == ".xlsx" or "赵1甲".encode() not in file.read_bytes()


def test_the_roster_shows_every_grid_force_and_gap(folder: Path) -> None:
    """Sheets for grids, forces, persons, gaps, summary and the defaults in use; formulas are disarmed."""
    plan = read_plan(folder / "plan")
    table = pd.read_excel(folder / "人员.xlsx", engine="calamine")
    table = table[table["力量"] != "应急"]
    table["人员编号"] = [f"=1+{k}" for k in range(len(table))]
    done = assign_personnel(plan, table, effort="fast")
    use_language("zh")
    done.write(folder / "gaps")
    book = openpyxl.load_workbook(folder / "gaps" / "roster.xlsx")
    assert book.sheetnames == ["下沉汇总", "按网格", "按力量", "按人员", "缺口", "力量规则"]
    grids = list(book["按网格"].values)
    assert [row[0] for row in grids[1:]] == done.grids["grid_code"].tolist()
    assert grids[0][5:13] == ("公安", "信访", "应急", "民政", "城市管理行政执法", "房产", "卫生健康", "公用服务企业")
    assert all("缺 1 人" in row[7] for row in grids[1:])
    gaps = list(book["缺口"].values)[1:]
    assert len(gaps) == len(done.shortages)
    use_language("en")
    done.write(folder / "gaps")
    spoken = list(openpyxl.load_workbook(folder / "gaps" / "roster.xlsx")["Gaps"].values)[1:]
    assert [row[0] for row in spoken] == [row[0] for row in gaps]
    assert all("more with a capacity of" in row[6] for row in spoken), "told in the language of the workbook"
    assert not any("more with a capacity of" in row[6] for row in gaps)
    assert all(str(row[0]).startswith("'=") for row in list(book["按人员"].values)[1:])
    assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert {row[-1] for row in list(book["力量规则"].values)[1:]} == {"默认，不是条例的规定"}


def test_a_plan_that_is_not_there_is_named(folder: Path) -> None:
    """And not the folder it would be written into."""
    with pytest.raises(GridplanError, match=r"^\S*nowhere: need the GeoPackage of a plan"):
        assign_district(folder / "nowhere", folder / "人员.xlsx")


def texts(book: openpyxl.Workbook, *sheets: str) -> set[str]:
    """Collect what stands in the cells of some sheets."""
    return {str(c) for name in sheets for row in book[name].iter_rows(values_only=True) for c in row}


def test_the_roster_speaks_the_language_in_use(folder: Path) -> None:
    """No Chinese but the data's own in an English one, and no English but keys and codes in a Chinese one."""
    done = assign_personnel(read_plan(folder / "plan"), folder / "人员.xlsx", effort="fast")
    done.write(folder / "english")
    book = openpyxl.load_workbook(folder / "english" / "roster.xlsx")
    assert book.sheetnames == ["Roster", "By grid", "By force", "By person", "Gaps", "Forces"]
    assert [str(c.value) for c in next(book["By grid"].rows)][5:8] == ["police", "petitions", "emergency"]
    said = texts(book, "Roster", "By force", "Forces")
    assert not [text for text in said if re.search("[一-鿿]", text)]
    use_language("zh")
    done.write(folder / "chinese")
    book = openpyxl.load_workbook(folder / "chinese" / "roster.xlsx")
    keys = {*(f.force for f in Rules().deployment.forces), "None"}
    said = texts(book, "下沉汇总", "按力量", "力量规则")
    assert not [text for text in said - keys if re.search("[a-z]{2}", text)]


def test_ways_follow_the_roads() -> None:
    """Along an L of two roads, not across; where no road leads, straight with the detour."""
    import geopandas as gpd  # noqa: PLC0415
    from shapely import LineString  # noqa: PLC0415

    from gridplan.ways import find_ways  # noqa: PLC0415

    roads = [LineString([(0, 0), (1000, 0)]), LineString([(500, 0), (500, 800)]), LineString([(9000, 0), (9500, 0)])]
    context = gpd.GeoDataFrame({"kind": ["road"] * 3, "name": ""}, geometry=roads, crs=PLAN.crs)
    ways = find_ways(context, 1.3, 5000.0)
    metres, on_road = ways.measure(np.array([[0.0, 0.0], [9100.0, 0.0]]), np.array([[500.0, 800.0], [600.0, 0.0]]))
    assert metres[:, 0].tolist() == [1300.0, 600.0]
    assert on_road.tolist() == [[True, False], [True, False]]
    assert metres[0, 1] == pytest.approx(np.hypot(8600, 800) * 1.3)
