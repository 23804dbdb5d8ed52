"""The made-up district keeps what it promises: totals, coverage, disjoint buildings, dirt, equal bytes."""

import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridplan.errors import ConfigError, OutputError
from gridplan.sample import make_sample
from gridplan.schema import FIELDS, KEY_GROUPS, ROAD_CLASSES, ROLES

CASES = ((3_000, 1), (30_000, 0))


class Sample:
    """A sample read back, with the households of each building."""

    def __init__(self, folder: Path, households: int) -> None:
        self.folder, self.asked = folder, households
        self.households = pd.read_csv(folder / "住户.csv")
        self.buildings = gpd.read_file(folder / "楼栋.shp", encoding="GB18030")
        counted = self.households.groupby("楼栋编号").size()
        self.buildings["户数"] = self.buildings["楼栋编号"].map(counted).fillna(0).astype(int)

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Read one GeoPackage."""
        return gpd.read_file(self.folder / f"{name}.gpkg")


@pytest.fixture(scope="module", params=CASES, ids=lambda c: str(c[0]))
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Write a small and a common sample once for all tests that only read."""
    households, seed = request.param
    folder = tmp_path_factory.mktemp("sample") / "城区"
    make_sample(folder, households=households, seed=seed)
    return Sample(folder, households)


def test_households_are_exactly_as_many_as_asked(sample: Sample) -> None:
    """One row a household, each in a building of the shapefile, none twice."""
    assert len(sample.households) == sample.asked == sample.buildings["户数"].sum()
    assert not sample.households.duplicated(["楼栋编号", "单元", "房号"]).any()


def test_residents_and_key_groups_are_plausible(sample: Sample) -> None:
    """Households hold 2.18 persons on average, and never more members of a group than persons."""
    table = sample.households
    assert table["人口"].mean() == pytest.approx(2.18, abs=0.06)
    for group in ("失能老人", "未成年人", "流动人口", "精神障碍患者"):
        assert (table[group] <= table["人口"]).all()
        assert table[group].sum() > 0


def test_dbf_is_gbk_and_does_not_say_so(sample: Sample) -> None:
    """No .cpg, language byte 0, field names of at most ten GBK bytes, and no count of households."""
    assert not list(sample.folder.glob("*.cpg"))
    raw = (sample.folder / "楼栋.dbf").read_bytes()
    assert raw[29] == 0
    header = raw[32 : int.from_bytes(raw[8:10], "little") - 1]
    names = [header[i : i + 11].split(b"\0")[0] for i in range(0, len(header), 32)]
    assert [n.decode("gbk") for n in names] == ["楼栋编号", "楼栋名称", "小区名称", "总层数", "规划用途", "建筑年代"]
    assert max(map(len, names)) <= 10
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")


def test_all_layers_are_in_the_same_crs(sample: Sample) -> None:
    """CGCS2000, central meridian 123 E, with eastings around 529 km."""
    frames = [sample.buildings, *(gpd.read_file(f) for f in sorted(sample.folder.glob("*.gpkg")))]
    assert len(frames) == 8
    for frame in frames:
        assert frame.crs.to_epsg() == 4550
        assert frame.total_bounds[0] > 520_000
        assert frame.is_valid.all()


def test_communities_are_a_coverage_within_limits(sample: Sample) -> None:
    """Communities tile the district without gap or overlap; each building lies in one; 1,000 to 3,500 households."""
    communities = sample.layer("社区")
    shapes = communities.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.union_all(shapes).geom_type == "Polygon"
    inside = gpd.sjoin(sample.buildings, communities, predicate="within")
    assert len(inside) == len(sample.buildings)
    size = inside.groupby("社区代码")["户数"].sum()
    assert len(size) == len(communities)
    assert size.between(1_000, 3_500).all()


def test_subdistricts_are_unions_of_communities(sample: Sample) -> None:
    """A community's code starts with that of its subdistrict, which covers it exactly."""
    communities, subdistricts = sample.layer("社区"), sample.layer("街道")
    assert shapely.coverage_is_valid(subdistricts.geometry.to_numpy())
    assert communities["社区代码"].str.fullmatch(r"2101\d{8}").all()
    assert communities["社区代码"].is_unique
    own = communities.dissolve(communities["社区代码"].str[:9])
    area = own.loc[subdistricts["街道代码"]].area.to_numpy()
    np.testing.assert_allclose(area, subdistricts.area.to_numpy())
    names = dict(zip(subdistricts["街道代码"], subdistricts["街道名称"], strict=True))
    assert (communities["社区代码"].str[:9].map(names) == communities["街道"]).all()


def test_buildings_are_disjoint_and_off_the_barriers(sample: Sample) -> None:
    """No two buildings touch; none stands in water, on a railway or on a road."""
    shapes = sample.buildings.geometry.to_numpy()
    pairs = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=1.0)
    assert (pairs[0] == pairs[1]).all()
    for layer in ("水系", "铁路", "道路"):
        for other in sample.layer(layer).geometry:
            assert not shapely.dwithin(shapes, other, 5.0).any()


def test_compounds_hold_their_buildings(sample: Sample) -> None:
    """Compounds do not overlap; a building names the compound it stands in, free-standing ones none."""
    compounds = sample.layer("小区")
    assert compounds["小区名称"].is_unique
    shapes = compounds.geometry.to_numpy()
    assert not shapely.STRtree(shapes).query(shapes, predicate="overlaps").size
    inside = gpd.sjoin(sample.buildings, compounds, predicate="within", how="left")
    named = inside["小区名称_left"].notna()
    assert (inside.loc[named, "小区名称_left"] == inside.loc[named, "小区名称_right"]).all()
    assert inside.loc[~named, "小区名称_right"].isna().all()


def test_tower_of_480_households_has_entrances(sample: Sample) -> None:
    """The tallest building has 480 households in four entrances of 120."""
    name = sample.buildings.set_index("楼栋编号")["户数"].idxmax()
    tower = sample.households[sample.households["楼栋编号"] == name]
    assert tower.groupby("单元").size().to_dict() == {1: 120, 2: 120, 3: 120, 4: 120}


def test_road_classes_are_known_to_the_schema(sample: Sample) -> None:
    """Classes are those offices use, the expressway among them."""
    classes = set(sample.layer("道路")["道路等级"])
    assert classes <= {name for names in ROAD_CLASSES.values() for name in names}
    assert {"快速路", "次干路", "支路"} <= classes


def test_names_of_files_and_fields_are_known_to_the_schema(sample: Sample) -> None:
    """Every file plays a role, and every field of it but the width of a road is an alias."""
    frames = {f.stem: gpd.read_file(f) for f in sample.folder.glob("*.gpkg")}
    frames["楼栋"] = sample.buildings.drop(columns="户数")
    frames["住户"] = sample.households
    frames["人员"] = pd.read_excel(sample.folder / "人员.xlsx", engine="calamine")
    roles = {alias: role for role, aliases in ROLES.items() for alias in aliases}
    for name, frame in frames.items():
        known = {alias for aliases in FIELDS[roles[name]].values() for alias in aliases}
        assert set(frame.columns) - {"geometry", "宽度"} <= known, name
    groups = [FIELDS["households"][g] for g in KEY_GROUPS]
    assert all(set(aliases) & set(sample.households.columns) for aliases in groups)


def test_roster_has_the_eight_forces_and_organs(sample: Sample) -> None:
    """Eight forces of department staff, staff of organs, and committee staff with their community."""
    roster = pd.read_excel(sample.folder / "人员.xlsx", engine="calamine")
    assert roster["人员编号"].is_unique
    assert roster[roster["人员类别"] == "部门"]["力量"].nunique() == 8
    assert set(roster["人员类别"]) == {"部门", "机关", "社区"}
    own = roster[roster["人员类别"] == "社区"]
    assert set(own["社区"]) == set(sample.layer("社区")["社区名称"])
    assert (roster["容量"] >= 1).all()


def test_stations_name_rooms_and_area(sample: Sample) -> None:
    """One service station a community; some lack rooms, so that there is something to find."""
    facilities = sample.layer("设施")
    stations = facilities[facilities["类型"] == "社区服务中心"]
    assert sorted(stations["社区"]) == sorted(sample.layer("社区")["社区名称"])
    assert (facilities["面积"] > 0).all()


def test_large_sample_has_all_kinds(tmp_path: Path) -> None:
    """30,000 households: a village of hundreds of houses, villas, towers, and one compound in two communities."""
    make_sample(tmp_path / "a", households=30_000, seed=3)
    sample = Sample(tmp_path / "a", 30_000)
    housing = sample.buildings[sample.buildings["户数"] > 0]
    assert (housing["户数"] <= 3).sum() >= 100
    assert ((housing["总层数"] == 6) & housing["户数"].between(20, 48)).sum() >= 50
    assert (housing["总层数"] >= 27).sum() >= 20
    assert housing["小区名称"].isna().any()
    assert {"商业", "教育", "医疗"} <= set(sample.buildings["规划用途"])
    parts = gpd.overlay(sample.layer("小区"), sample.layer("社区"), how="intersection")
    assert (parts[parts.area > 1.0].groupby("小区名称").size() > 1).sum() == 1


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    """Two processes, one with another hash seed, write equal files; another seed writes others."""
    code = "import sys; from pathlib import Path; from gridplan.sample import make_sample\n"
    code += "make_sample(Path(sys.argv[1]), households=3_000, seed=int(sys.argv[2]))"
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a"), "5"], check=True, env=os.environ | {"PYTHONHASHSEED": "7"}
    )
    make_sample(tmp_path / "b", households=3_000, seed=5)
    make_sample(tmp_path / "c", households=3_000, seed=6)
    first, again, other = (
        {f.name: f.read_bytes() for f in (tmp_path / name).iterdir() if f.suffix != ".md"} for name in "abc"
    )
    assert first == again
    assert first["楼栋.shp"] != other["楼栋.shp"]


@pytest.mark.parametrize("seed", range(4))
def test_smallest_sample(tmp_path: Path, seed: int) -> None:
    """A thousand households are enough for a district of one community."""
    make_sample(tmp_path / "small", households=1_000, seed=seed)
    sample = Sample(tmp_path / "small", 1_000)
    assert sample.buildings["户数"].sum() == 1_000
    assert sample.buildings["户数"].max() == 480
    assert len(sample.layer("社区")) == 1


def test_folder_with_content_is_refused(tmp_path: Path) -> None:
    """What stands in the folder is left alone, and nothing is left behind."""
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(OutputError, match="new or empty folder"):
        make_sample(tmp_path, households=1_000)
    with pytest.raises(OutputError, match="new or empty folder"):
        make_sample(tmp_path / "mine.txt", households=1_000)
    assert [f.name for f in tmp_path.iterdir()] == ["mine.txt"]


def test_interruption_leaves_nothing(tmp_path: Path) -> None:
    """A report that raises stops the work; neither the folder nor a temporary one stays."""

    def interrupt(_stage: str, done: int, _total: int) -> None:
        if done > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_sample(tmp_path / "out", households=1_000, report=interrupt)
    assert not list(tmp_path.iterdir())


def test_empty_folder_is_filled_and_progress_told(tmp_path: Path) -> None:
    """An empty folder is taken; the last report says that all is done."""
    (tmp_path / "out").mkdir()
    news: list[tuple[str, int, int]] = []
    make_sample(tmp_path / "out", households=1_000, report=lambda *n: news.append(n))
    assert (tmp_path / "out" / "楼栋.shp").exists()
    assert news[-1][1] == news[-1][2]
    assert [n[1] for n in news] == sorted(n[1] for n in news)


@pytest.mark.parametrize(("households", "seed"), [(999, 0), (0, 0), (3_000, -1)])
def test_wrong_numbers_are_refused(tmp_path: Path, households: int, seed: int) -> None:
    """Too few households or a negative seed name the numbers found."""
    with pytest.raises(ConfigError, match=str(households)):
        make_sample(tmp_path / "out", households=households, seed=seed)
    assert not (tmp_path / "out").exists()
