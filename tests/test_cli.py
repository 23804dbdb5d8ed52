"""The command line as a planner meets it: exit codes, one clear error, nothing half-written."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from click.testing import CliRunner
from shapely import box

from gridplan.cli import main
from gridplan.language import told_in
from gridplan.plan import read_plan

OUTPUTS = {"plan.gpkg", "grids.geojson", "buildings.csv", "summary.json", "plan.html", "plan.xlsx", "plan.qgz"}


@pytest.fixture
def district(tmp_path: Path) -> Path:
    """One compound of 36 slabs of 36 households in a folder of its own."""
    folder = tmp_path / "district"
    folder.mkdir()
    rows = [(f"b{i:02d}", 36, box(x, y, x + 60, y + 14)) for i in range(36) for x, y in [(500_000 + i % 6 * 80, 4_620_000 + i // 6 * 40)]]  # fmt: skip  # noqa: E501
    frame = pd.DataFrame([r[:2] for r in rows], columns=["building_id", "households"])
    gpd.GeoDataFrame(frame, geometry=[r[2] for r in rows], crs=4550).to_file(folder / "buildings.gpkg")
    return folder


def run(*arguments: object) -> tuple[int, str]:
    """Run the command line in this process."""
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    return result.exit_code, result.output


def test_partition_writes_the_whole_folder(district: Path, tmp_path: Path) -> None:
    """Exit 0, every file of the contract, every household in a grid of the band."""
    code, output = run("partition", district, "-o", tmp_path / "out", "--effort", "fast")
    assert code == 0, output
    assert {f.name for f in (tmp_path / "out").iterdir()} == OUTPUTS
    plan = read_plan(tmp_path / "out")
    assert plan.grids["households"].sum() == 36 * 36
    assert plan.grids["in_band"].all()
    assert f"{len(plan.grids)} grids" in output


def test_a_plan_is_the_same_in_both_languages(district: Path, tmp_path: Path) -> None:
    """Only what is told differs; the page tells both, and begins with the language asked for."""
    for name in ("zh", "en"):
        assert run("partition", district, "-o", tmp_path / name, "--effort", "fast", "--lang", name)[0] == 0
    chinese, english = read_plan(tmp_path / "zh"), read_plan(tmp_path / "en")
    assert chinese.equals(english)
    assert not (chinese.findings["reason"] == english.findings["reason"]).any()
    assert [told_in(m, "en") for m in chinese.findings["message"]] == english.findings["reason"].tolist()
    pages = {name: (tmp_path / name / "plan.html").read_text("utf-8") for name in ("zh", "en")}
    assert all(f'"language":"{name}"' in page for name, page in pages.items())
    for reasons in (chinese.findings["reason"], english.findings["reason"]):
        told = json.dumps(reasons.iloc[0], ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")
        assert all(told in page for page in pages.values())


def test_roles_by_option_give_the_same_plan(district: Path, tmp_path: Path) -> None:
    """`--buildings FILE` is as good as a folder."""
    assert run("partition", district, "-o", tmp_path / "a")[0] == 0
    assert run("partition", "--buildings", district / "buildings.gpkg", "-o", tmp_path / "b")[0] == 0
    assert read_plan(tmp_path / "a").equals(read_plan(tmp_path / "b"))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["partition"], 2),
        (["partition", "-o", "out"], 2),
        (["partition", "absent", "-o", "out"], 1),
        (["partition", "absent", "-o", "out", "--effort", "best"], 2),
        (["partition", "absent", "-o", "out", "--rules", "absent.toml"], 1),
        (["sample", "out", "--households", "3"], 2),
    ],
)
def test_exit_codes_of_wrong_usage_and_wrong_input(tmp_path: Path, arguments: list[str], code: int) -> None:
    """2 for wrong usage, 1 for input; one message, no traceback, nothing written."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "gridplan", *arguments]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
    assert not list(tmp_path.iterdir())


def test_a_folder_of_somebody_else_is_never_touched(district: Path, tmp_path: Path) -> None:
    """A non-empty folder without a plan is refused before any work is done."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("years of work", "utf-8")
    code, output = run("partition", district, "-o", out)
    assert code == 1
    assert "error" in output
    assert [f.name for f in out.iterdir()] == ["thesis.txt"]


def test_a_former_plan_is_replaced(district: Path, tmp_path: Path) -> None:
    """The same command twice works."""
    for _ in range(2):
        assert run("partition", district, "-o", tmp_path / "out", "--effort", "fast")[0] == 0
    assert {f.name for f in tmp_path.iterdir()} == {"district", "out"}


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_leaves_nothing_half_written(district: Path, tmp_path: Path) -> None:
    """Exit 130, no folder, no temporary folder."""
    frame = gpd.read_file(district / "buildings.gpkg")
    many = pd.concat([frame.assign(geometry=frame.translate(k % 12 * 500, k // 12 * 260)) for k in range(60)])
    many["building_id"] = [f"b{i}" for i in range(len(many))]
    gpd.GeoDataFrame(many, crs=4550).to_file(district / "buildings.gpkg")
    command = [sys.executable, "-m", "gridplan", "partition", str(district), "-o", str(tmp_path / "out"), "--effort", "thorough"]  # fmt: skip  # noqa: E501
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("partition ..."):
            break
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert [f.name for f in tmp_path.iterdir()] == ["district"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_gbk_console_prints_everything(district: Path, tmp_path: Path, language: str) -> None:
    """A Chinese office PC's console raises no UnicodeEncodeError, and shows Chinese as Chinese."""
    env = os.environ | {"PYTHONIOENCODING": "gbk"}
    for command in (["partition", str(district), "-o", str(tmp_path / "out"), "--effort", "fast"], ["--help"]):
        whole = [sys.executable, "-m", "gridplan", *command, "--lang", language]
        done = subprocess.run(whole, env=env, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode("gbk", "replace")
        text = done.stdout.decode("gbk")
        assert ("个网格" in text or "用法" in text) == (language == "zh")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--help"], "为城区划分社区网格。"),
        (["partition", "--help"], "写入的文件夹，或 PostGIS 的模式。  [必需]"),
        (["partition", "-o", "out"], "错误：请给出 INPUT，或至少给出 --buildings"),
        (["partition", "x"], "错误：缺少选项 '-o'"),
        (["partition", "x", "-o", "out", "--seed", "a"], "'a' 不是有效的数"),
        (["partition", "x", "-o", "out", "--seed", "-1"], "-1 不在范围 x>=0 之内。"),
        (["partition", "x", "-o", "out", "--bildings", "y"], "没有选项 '--bildings'。 （是不是 '--buildings',"),
        (["parttion"], "没有命令 'parttion'。 是不是 'partition'？"),
        (["partition", "nowhere", "-o", "out"], "错误：nowhere：需要文件夹或 GeoPackage，该处什么也没有；请检查路径"),
    ],
)
def test_chinese_wherever_the_option_stands(arguments: list[str], said: str) -> None:
    """Help, wrong usage and errors, with the language before or behind the command."""
    for whole in (["--lang", "zh", *arguments], [*arguments, "--lang=zh"]):
        assert said in run(*whole)[1].replace("\n  ", "")
    english = re.sub(r"\([^()]*\)", "", run("--lang", "en", *arguments)[1])  # a Chinese term stands in brackets alone
    assert not re.search("[\u4e00-\u9fff]", english)
