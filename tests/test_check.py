"""`gridplan check`: every layer and every fault at once, as tables, JSON, a workbook and points on a map."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from shapely import box

from gridplan import check_district, partition_district, read_layers
from gridplan.check import Check
from gridplan.cli import main
from gridplan.errors import CRSError, LayerError, OutputError
from gridplan.language import use_language
from gridplan.model import Finding

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # of writing


@pytest.fixture
def district(tmp_path: Path) -> Path:
    """Twelve slabs, one community, some roads, a file nobody knows."""
    folder = tmp_path / "district"
    folder.mkdir()
    shapes = [box(x, y, x + 60, y + 14) for x in range(533_000, 533_400, 100) for y in range(4_629_000, 4_629_120, 40)]
    frame = pd.DataFrame({"楼栋编号": [f"B{i:02d}" for i in range(12)], "户数": 30})
    gpd.GeoDataFrame(frame, geometry=shapes, crs=4550).to_file(folder / "楼栋.shp", encoding="GB18030")
    area = gpd.GeoDataFrame(
        {"社区名称": ["兴工社区"]}, geometry=[box(532_950, 4_628_950, 533_500, 4_629_200)], crs=4550
    )
    area.to_file(folder / "社区.gpkg")
    (folder / "notes.csv").write_text("a,b\n1,2\n", "utf-8")
    return folder


def run(*arguments: object) -> tuple[int, str]:
    """Run the command line in this process."""
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    return result.exit_code, result.stdout


def spoil(district: Path) -> None:
    """Make two layers unusable: one without a CRS to be guessed, one of lines where polygons are needed."""
    (district / "道路.csv").write_text("x,y\n1,2\n", "utf-8")
    lines = gpd.read_file(district / "社区.gpkg").boundary
    gpd.GeoDataFrame({"小区名称": ["兴工"]}, geometry=lines.to_numpy(), crs=4550).to_file(district / "小区.gpkg")


def test_a_good_district_is_told_layer_by_layer(district: Path) -> None:
    """Rows, CRS, encoding, fields and assumptions; the unknown file is a notice."""
    check = check_district(district)
    assert check.usable
    first = check.layers.set_index("role").loc["buildings"]
    assert (first["file"], first["state"], first["rows"]) == ("楼栋.shp", "usable", 12)
    assert (first["crs"], first["encoding"]) == ("EPSG:4550", "gb18030")
    assert first["fields"] == {"building_id": "楼栋编号", "households": "户数"}
    assert first["assumptions"] == ["text is gb18030, judged by the bytes"]
    assert check.findings["code"].tolist() == ["compounds_derived", "layer_ignored", "residents_estimated"]
    assert check.require().buildings["households"].sum() == 12 * 30


def test_all_unusable_layers_are_named_at_once(district: Path) -> None:
    """`read_layers` stops at the first; the check does not, and the plan says all of it."""
    spoil(district)
    check = check_district(district)
    assert not check.usable
    assert check.layers.set_index("role")["state"].to_dict() == {
        "buildings": "usable", "compounds": "unusable", "communities": "usable", "roads": "unusable",
    }  # fmt: skip
    errors = check.findings[check.findings["severity"] == "error"]
    assert errors["subject"].tolist() == ["compounds", "roads"]
    with pytest.raises(LayerError, match=r"(?s)compounds \(小区.*need polygons.*roads \(道路.*"):
        check.require()
    with pytest.raises(LayerError):
        read_layers(district)
    code, _ = run("partition", district, "-o", district.parent / "out")
    assert code == 1
    assert not (district.parent / "out").exists()


def test_without_buildings_the_others_are_not_judged(district: Path) -> None:
    """They hang on the place of the buildings."""
    (district / "楼栋.shx").unlink()
    check = check_district(district)
    assert check.layers["state"].tolist() == ["unusable", "unchecked"]
    with pytest.raises(LayerError, match=r"missing 楼栋\.shx"):
        check.require()
    spoil(district)
    (district / "人员.xlsx").write_bytes(b"nonsense")
    gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1).centroid], crs=4550).to_file(district / "铁路.gpkg")
    old = gpd.read_file(district / "社区.gpkg").set_crs(2386, allow_override=True)
    old.to_file(district / "社区.gpkg")
    states = check_district(district).layers.set_index("role")["state"]
    assert states.to_dict() == dict.fromkeys(["buildings", "compounds", "communities", "personnel"], "unusable") | {
        "roads": "unusable", "railways": "unusable",
    }  # fmt: skip


def test_one_fault_keeps_its_kind(district: Path) -> None:
    """A wrong CRS is a CRSError also by way of the check."""
    gpd.read_file(district / "社区.gpkg").set_crs(2386, allow_override=True).to_file(district / "社区.gpkg")
    with pytest.raises(CRSError, match="Xian"):
        check_district(district).require()


def test_ground_that_cannot_be_planned_is_a_fault(district: Path) -> None:
    """Communities 5 km beside the buildings."""
    area = gpd.read_file(district / "社区.gpkg")
    area.assign(geometry=area.translate(5_000)).to_file(district / "社区.gpkg")
    check = check_district(district)
    assert not check.usable
    assert "need one on the planned ground" in check.findings["reason"][0]


def test_the_exit_code_tells(district: Path) -> None:
    """0 usable, 1 not; tables on stdout, in both languages."""
    code, text = run("check", district)
    assert code == 0
    assert "buildings    楼栋.shp" in text
    assert text.rstrip().endswith("error 0, warning 1, notice 2; usable: a plan can be made")
    spoil(district)
    code, text = run("check", district, "--lang", "zh")
    assert code == 1
    assert "错误：小区：小区（小区.gpkg:小区）：图形须为面，" in text
    assert run("check", district / "absent")[0] == 1
    assert run("check")[0] == 2


def test_json_is_json_alone(district: Path) -> None:
    """On stdout; the progress goes elsewhere."""
    spoil(district)
    code, text = run("check", district, "--json")
    data = json.loads(text)
    assert code == 1
    assert data["usable"] is False
    assert {layer["role"]: layer["state"] for layer in data["layers"]}["roads"] == "unusable"
    assert data["findings"][0].keys() == {"code", "severity", "subject", "reason", "value", "place"}
    good = json.loads(run("check", "--buildings", district / "楼栋.shp", "--json")[1])
    assert good["usable"]
    assert good["crs"] == "EPSG:4550"


def test_the_workbook_is_for_an_office(district: Path) -> None:
    """Sheets in the language, headings that stay, rows as in the check."""
    spoil(district)
    file = district.parent / "核查.xlsx"
    assert run("check", district, "--xlsx", file, "--lang", "zh")[0] == 1
    book = load_workbook(file)
    assert book.sheetnames == ["图层", "问题清单", "守恒表"]
    rows = [[cell.value for cell in row] for row in book["问题清单"].rows]
    assert rows[0] == ["级别", "问题", "对象", "说明", "数值", "x", "y"]
    assert rows[1][:3] == ["错误", "图层不可用", "小区"]
    assert book["图层"].freeze_panes == "A2"
    assert [cell.value for cell in next(book["图层"].rows)][:4] == ["角色", "文件", "状态", "行数"]
    use_language("en")
    with pytest.raises(OutputError, match="need a file that can be written"):
        check_district(district).write_workbook(district / "no folder" / "a.xlsx")


def test_a_workbook_runs_no_formula_of_a_file(district: Path, tmp_path: Path) -> None:
    """The name of a layer is text, whatever it begins with."""
    (district / "=1+1.csv").write_text("a\n1\n", "utf-8")
    check_district(district).write_workbook(tmp_path / "a.xlsx")
    subjects = [row[2].value for row in load_workbook(tmp_path / "a.xlsx")["findings"].rows]
    assert "'=1+1.csv" in subjects


def test_the_folder_holds_everything_and_points(district: Path, tmp_path: Path) -> None:
    """Findings with a place are a layer with a style; a former check is replaced, other files are not touched."""
    good = check_district(district)
    placed = Finding(
        code="building_moved", severity="notice", subject="B01", reason="moved", place=(533_000.0, 4_629_000.0)
    )
    check = Check(district=good.district, sources=good.sources, notes=(placed, *good.notes))
    for _ in range(2):
        check.write(tmp_path / "out")
        assert {f.name for f in (tmp_path / "out").iterdir()} == {"check.json", "check.xlsx", "findings.gpkg"}
    layers = dict(pyogrio.list_layers(tmp_path / "out/findings.gpkg"))
    assert layers == {"findings": "Point", "layer_styles": None}
    points = gpd.read_file(tmp_path / "out/findings.gpkg", layer="findings")
    assert points["subject"].tolist() == ["B01"]
    assert points.crs.to_epsg() == 4550
    assert json.loads((tmp_path / "out/check.json").read_text("utf-8"))["findings"][1]["place"] == [533_000, 4_629_000]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").touch()
    with pytest.raises(OutputError, match="found other files"):
        check.write(tmp_path / "mine")


def test_no_folder_is_half_written(district: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong."""
    check = check_district(district)
    monkeypatch.setattr("gridplan.reporting.checked.write_points", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        check.write(tmp_path / "out")
    assert [f.name for f in tmp_path.iterdir()] == ["district"]


def test_the_tables_are_told_in_the_language_in_use(district: Path) -> None:
    """Reasons and assumptions; codes stay codes."""
    use_language("zh")
    data = check_district(district).to_dict()
    assert data["layers"][0]["assumptions"] == ["文字编码为 gb18030，由字节判断"]
    ignored = next(f for f in data["findings"] if f["code"] == "layer_ignored")
    assert ignored["reason"] == "notes.csv 未使用：notes 不是任何角色的名称"


def test_a_roster_that_cannot_be_used_is_a_fault(district: Path) -> None:
    """The check says of it what the plan would say: all at once, numbers that are text among it."""
    people = {"编号": ["a", "b"], "力量": ["公安局长", "民政"], "容量": ["许多", 0], "社区": ["", "无名社区"]}
    pd.DataFrame(people).to_excel(district / "人员.xlsx", index=False)
    check = check_district(district)
    assert check.layers.set_index("role")["state"]["personnel"] == "unusable"
    reason = check.findings.set_index("subject")["reason"]["personnel"]
    for part in ("公安局长 at a", "other text at a", "found 0 at b", "无名社区 at b", "place: need home, "):
        assert part in reason, part
    with pytest.raises(LayerError, match="公安局长"):
        partition_district(district, district.parent / "out")
