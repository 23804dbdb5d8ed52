"""The rule file: `gridplan init` drafts it, `--rules` takes it, and every fault in it is named at once."""

import re
import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from click.testing import CliRunner
from shapely import box

from gridplan.cli import main
from gridplan.config import PROFILES, Rules
from gridplan.errors import ConfigError
from gridplan.plan import read_plan
from gridplan.rulefile import RuleFile

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # of writing


@pytest.fixture
def district(tmp_path: Path) -> Path:
    """Twelve slabs whose households stand in a column nobody can guess, without a CRS."""
    folder = tmp_path / "数据"
    folder.mkdir()
    shapes = [box(x, y, x + 60, y + 14) for x in range(533_000, 533_400, 100) for y in range(4_629_000, 4_629_120, 40)]
    frame = pd.DataFrame({"楼栋编号": [f"B{i:02d}" for i in range(12)], "数量": 25, "层数": 6})
    gpd.GeoDataFrame(frame, geometry=shapes, crs=4550).to_file(folder / "楼栋.shp", encoding="GB18030")
    (folder / "楼栋.prj").unlink()
    area = gpd.GeoDataFrame(
        {"社区名称": ["兴工社区"]}, geometry=[box(532_950, 4_628_950, 533_500, 4_629_200)], crs=4550
    )
    area.to_file(folder / "社区.gpkg", layer="export")
    return folder


def run(*arguments: object) -> tuple[int, str]:
    """Run the command line in this process."""
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    return result.exit_code, result.output


def test_init_writes_what_was_detected_and_partition_takes_it(district: Path, tmp_path: Path) -> None:
    """Layers, fields, CRS, profile; the plan is the same with and without the file."""
    code, text = run("init", district, "-o", tmp_path / "rules.toml")
    assert code == 0, text
    values = tomllib.loads((tmp_path / "rules.toml").read_text("utf-8"))
    assert values["profile"] == "standard"
    assert values["input"]["source"] == "数据"
    assert values["input"]["crs"] == "EPSG:4550"
    assert values["input"]["layers"] == {"buildings": "楼栋.shp", "communities": "社区.gpkg:export"}
    assert values["input"]["fields"]["buildings"] == {"building_id": "楼栋编号", "floors": "层数"}
    assert run("partition", "--rules", tmp_path / "rules.toml", "-o", tmp_path / "a", "--effort", "fast")[0] == 0
    assert run("partition", district, "-o", tmp_path / "b", "--effort", "fast")[0] == 0
    assert read_plan(tmp_path / "a").grids.equals(read_plan(tmp_path / "b").grids)


def test_a_field_told_by_the_file_is_read(district: Path, tmp_path: Path) -> None:
    """What no alias finds, the planner names; a field that is not there is refused with the nearest."""
    file = tmp_path / "rules.toml"
    assert run("init", district, "-o", file)[0] == 0
    text = file.read_text("utf-8").replace('#households = "户数"', 'households = "数量"')
    file.write_text(text, "utf-8")
    assert run("partition", "--rules", file, "-o", tmp_path / "out", "--effort", "fast")[0] == 0
    assert read_plan(tmp_path / "out").grids["households"].sum() == 12 * 25
    file.write_text(text.replace('"数量"', '"数量1"'), "utf-8")
    code, said = run("check", "--rules", file)
    assert code == 1
    assert "need the field 数量1 for households, found 楼栋编号, 数量, 层数; did you mean 数量?" in said


def test_options_win_over_the_file(district: Path, tmp_path: Path) -> None:
    """INPUT, a role and the CRS."""
    file = tmp_path / "rules.toml"
    file.write_text('[input]\nsource = "absent"\ncrs = 32651\n[input.layers]\nbuildings = "楼栋.shp"\n', "utf-8")
    assert run("check", "--rules", file)[0] == 1
    assert run("check", district, "--rules", file, "--crs", "4550")[0] == 0
    assert run("check", "--rules", file, "--buildings", district / "楼栋.shp", "--crs", "4550")[0] == 1  # no source
    file.write_text('[input.layers]\nbuildings = "数据/楼栋.shp"\n', "utf-8")
    assert run("check", "--rules", file)[0] == 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_line_taken_in_gives_the_defaults(district: Path, tmp_path: Path, language: str) -> None:
    """Every rule stands in the file, with its default and its meaning."""
    assert run("init", district, "-o", tmp_path / "rules.toml", "--lang", language)[0] == 0
    text = (tmp_path / "rules.toml").read_text("utf-8")
    whole = re.sub(r"(?m)^#(\w+ = )", r"\1", text)
    values = tomllib.loads(whole)
    values.pop("input")
    assert Rules.from_mapping(values) == Rules()
    for group in ("cost", "geometry", "estimates", "privacy", "deployment", "emergency"):
        assert set(values[group]) == set(Rules().to_mapping()[group])
    assert ("# Road classes no grid may cross." in text) == (language == "en")
    assert ("# 网格不得跨越的道路等级。" in text) == (language == "zh")
    assert (tmp_path / "rules.toml").read_text("utf-8").count("\n#") > 60


def test_a_file_that_is_there_is_kept(district: Path, tmp_path: Path) -> None:
    """Unless told otherwise; nothing is left beside it."""
    file = tmp_path / "rules.toml"
    file.write_text("target = 310\n", "utf-8")
    code, said = run("init", district, "-o", file)
    assert (code, file.read_text("utf-8")) == (1, "target = 310\n")
    assert "need a new file" in said
    assert run("init", district, "-o", file, "--force")[0] == 0
    assert {f.name for f in tmp_path.iterdir()} == {"数据", "rules.toml"}
    assert run("init", district, "-o", tmp_path / "none" / "rules.toml")[0] == 1


def test_a_draft_is_written_also_for_what_cannot_be_used(district: Path, tmp_path: Path) -> None:
    """That is when the file is needed; the exit code tells."""
    (district / "道路.csv").write_text("x,y\n1,2\n", "utf-8")
    code, said = run("init", district, "-o", tmp_path / "rules.toml")
    assert code == 1
    assert "roads" in said
    assert tomllib.loads((tmp_path / "rules.toml").read_text("utf-8"))["input"]["layers"]["roads"] == "道路.csv"


def test_layers_given_one_by_one_are_seen_from_the_file(district: Path, tmp_path: Path) -> None:
    """Also from another folder."""
    (tmp_path / "sub").mkdir()
    file = tmp_path / "sub" / "rules.toml"
    assert run("init", "--buildings", district / "楼栋.shp", "-o", file)[0] == 0
    values = tomllib.loads(file.read_text("utf-8"))["input"]
    assert values["layers"] == {"buildings": "../数据/楼栋.shp"}
    assert "source" not in values
    assert run("check", "--rules", file)[0] == 0


def test_villages_are_told_by_their_houses(tmp_path: Path) -> None:
    """Half of the households in buildings of at most 3."""
    shapes = [box(x, y, x + 9, y + 9) for x in range(533_000, 533_400, 20) for y in range(4_629_000, 4_629_100, 20)]
    frame = pd.DataFrame({"building_id": [f"B{i:03d}" for i in range(100)], "households": 1})
    (tmp_path / "d").mkdir()
    gpd.GeoDataFrame(frame, geometry=shapes, crs=4550).to_file(tmp_path / "d" / "buildings.gpkg")
    assert run("init", tmp_path / "d", "-o", tmp_path / "rules.toml")[0] == 0
    assert RuleFile.read(tmp_path / "rules.toml").rules.target == PROFILES["rural"][0]


def test_all_faults_are_named_at_once_with_the_nearest_name(tmp_path: Path) -> None:
    """Rules and input, unknown keys and wrong values."""
    file = tmp_path / "rules.toml"
    file.write_text(
        'targt = 1\nlower = 400\nload = 2.0\nhousehold_basis = "residents"\nprofile = "rurl"\n'
        '[cost]\nlod = 1.0\nload = -1.0\nmixed = "x"\nspread_m = 0\n'
        '[geometry]\nhard_roads = "trunk"\ncrossing_m = true\n'
        '[input]\nsorce = "x"\nencoding = 3\n[input.layers]\nbuilding = "x"\nroads = 7\n'
        '[input.fields.bildings]\nx = "x"\n[input.fields.buildings]\nhousholds = "户数"\nfloors = 3\n',
        "utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        RuleFile.read(file)
    lines = str(caught.value).splitlines()
    role, correct = "input.layers.building", "correct the rule file or the argument"
    typo = "input.fields.buildings.housholds"
    expected = (
        "rules, targt: need a known key, found targt; did you mean target?",
        "rules, load: need a known key, found load; did you mean cost.load?",
        "rules, household_basis: need one of resident, registered, dwelling, found 'residents'; did you mean resident?",
        "rules, profile: need one of standard, old, managed, rural, found 'rurl'; did you mean rural?",
        "rules, size: need whole numbers 1 <= lower <= target <= upper, found 400, 300, 360; " + correct,
        "rules, cost.lod: need a known key, found cost.lod; did you mean cost.load?",
        "rules, cost.load: need a number >= 0, found -1.0; correct the rule file or the argument",
        "rules, cost.mixed: need a number >= 0, found 'x'; correct the rule file or the argument",
        "rules, cost.spread_m: need a number > 0, found 0; correct the rule file or the argument",
        "rules, geometry.hard_roads: need a list of road classes, found 'trunk'; correct the rule file or the argument",
        "rules, geometry.crossing_m: need a number > 0, found True; correct the rule file or the argument",
        "rules, input.sorce: need a known key, found input.sorce; did you mean input.source?",
        "rules, input.encoding: need a text in quotes, found 3; write it in quotes",
        f"rules, {role}: need a known key, found {role}; did you mean input.layers.buildings?",
        "rules, input.layers.roads: need a text in quotes, found 7; write it in quotes",
        f"rules, {typo}: need a known key, found {typo}; did you mean input.fields.buildings.households?",
        "rules, input.fields.buildings.floors: need a text in quotes, found 3; write it in quotes",
    )
    assert [line for line in expected if line not in lines] == []
    assert any("input.fields.bildings" in line and "did you mean buildings?" in line for line in lines)
    assert len(lines) == len(expected) + 1


def test_a_profile_is_three_numbers_any_of_which_may_be_changed(tmp_path: Path) -> None:
    """The profile first, the numbers over it."""
    file = tmp_path / "rules.toml"
    file.write_text('profile = "managed"\nupper = 450\n', "utf-8")
    rules = RuleFile.read(file).rules
    assert (rules.target, rules.lower, rules.upper) == (400, 300, 450)
    assert Rules.from_toml(file) == rules
    assert PROFILES["standard"] == (Rules().target, Rules().lower, Rules().upper)
