"""Figures of an evaluation: joined by grid and force, compared by period, every fault named at once."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from oracle_ground import Ground

from gridplan import compare_scores
from gridplan.cli import main
from gridplan.config import Rules
from gridplan.errors import ConfigError, LayerError
from gridplan.plan import Plan
from gridplan.planning.ratings import _in_time


def figures(ground: Ground, *, seed: int = 3) -> pd.DataFrame:
    """Three periods, two forces, some grids without a figure."""
    random, rows = np.random.default_rng(seed), []
    for period in ("2024年四季度", "2025年一季度", "2025年10月"):
        for code in ground.plan.grids["grid_code"][2:]:
            rows += [
                (code, force, period, random.uniform(60, 100), random.uniform(1, 9), random.integers(1, 50))
                for force in ("公安", "城管")
            ]
    return pd.DataFrame(rows, columns=["网格编码", "部门", "时期", "满意度", "响应时长", "样本数"])


def test_means_are_those_of_a_plain_sum(ground: Ground) -> None:
    """Weighed by the counts; the change is that from the period before."""
    table = figures(ground)
    found = compare_scores(ground.plan, table)
    assert found.periods["period"].tolist() == ["2024年四季度", "2025年一季度", "2025年10月"]
    means = [
        sum(part["满意度"] * part["样本数"]) / sum(part["样本数"]) for _, part in table.groupby("时期", sort=False)
    ]
    assert found.periods["satisfaction"].tolist() == pytest.approx(means, abs=1e-3)
    assert found.periods["satisfaction_change"].tolist()[1:] == pytest.approx(np.diff(means), abs=2e-3)
    assert found.periods["count"].sum() == table["样本数"].sum()
    code = ground.plan.grids["grid_code"].iloc[5]
    mine = table[(table["网格编码"] == code) & (table["时期"] == "2025年10月")]
    row = found.grids.set_index("grid_code").loc[code]
    assert row["response"] == pytest.approx(np.average(mine["响应时长"], weights=mine["样本数"]), abs=1e-3)
    assert row["satisfaction_change"] == pytest.approx(row["satisfaction"] - row["satisfaction_before"], abs=1e-3)
    assert set(found.forces["force"]) == {"police", "urban_management"}
    assert found.communities.groupby("period")["count"].sum().sum() == table["样本数"].sum()
    missing = next(f for f in found.findings if f.code == "scores_missing")
    assert missing.value == 2.0
    worse = {f.subject for f in found.findings if f.code == "satisfaction_worse"}
    grids = found.grids
    assert worse == set(grids.loc[grids["satisfaction_change"] < -0.1 * grids["satisfaction_before"], "grid_code"])


def test_rows_weigh_alike_where_a_count_is_missing(ground: Ground) -> None:
    """A force in all grids counts in the periods, and in no community."""
    codes = ground.plan.grids["grid_code"]
    table = pd.DataFrame({"grid_code": [codes[0], ""], "force": ["police"] * 2, "score": [80, 90], "count": [9, None]})
    found = compare_scores(ground.plan, table)
    assert found.periods["satisfaction"].tolist() == [85.0]
    assert found.forces["grids"].tolist() == [1]
    assert found.communities["satisfaction"].tolist() == [80.0]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2025年9月", "2025年10月"), ("2024年第四季度", "2025年第一季度"), ("2025上半年", "2025下半年"),
        ("Q2 2025", "Q10 2025"),
    ],
)  # fmt: skip
def test_periods_stand_in_time(earlier: str, later: str) -> None:
    """As people read them."""
    assert _in_time(earlier) < _in_time(later)


def test_all_faults_are_named_at_once(ground: Ground, tmp_path: Path) -> None:
    """Unknown codes and forces, rows twice, text for numbers, numbers that cannot be."""
    table = figures(ground).astype(object)
    table.loc[3, "网格编码"] = "210106009999999"
    table.loc[5, "部门"] = "气象"
    table.loc[8, "满意度"] = "很好"
    table.loc[9, "满意度"] = 120
    table.loc[12] = table.loc[11]
    table.loc[20, "样本数"] = -3
    table.loc[30, ["网格编码", "部门"]] = None
    table.to_csv(tmp_path / "bad.csv", index=False, encoding="gb18030")
    with pytest.raises(LayerError) as told:
        compare_scores(ground.plan, tmp_path / "bad.csv")
    lines = str(told.value).splitlines()
    wanted = ["found other text at row 9", "210106009999999 at row 4", "气象 at row 6", "at row 31", "row 12, row 13",
              "row 10", "row 21"]  # fmt: skip
    assert len(lines) == len(wanted)
    assert all(any(text in line for line in lines) for text in wanted)
    (tmp_path / "none.csv").write_text("网格编码,电话\n1,2\n", "utf-8")
    with pytest.raises(LayerError, match="satisfaction, response"):
        compare_scores(ground.plan, tmp_path / "none.csv")
    with pytest.raises(LayerError, match="at least one figure"):
        compare_scores(ground.plan, figures(ground).iloc[:0])
    with pytest.raises(ConfigError, match=r"evaluation\.fall"):
        Rules.from_mapping({"evaluation": {"fall": -1}})


def test_the_command_writes_a_workbook_and_a_layer(ground: Ground, tmp_path: Path) -> None:
    """In Chinese, forces by name; one of --grids and --scores is asked for."""
    Plan.of(ground.plan).write(tmp_path / "plan")
    figures(ground).to_excel(tmp_path / "scores.xlsx", index=False)
    runs, place = CliRunner(), str(tmp_path / "plan")
    asked = ["evaluate", place, "--scores", str(tmp_path / "scores.xlsx"), "-o", str(tmp_path / "out"), "--lang", "zh"]
    done = runs.invoke(main, asked)
    assert done.exit_code == 0, done.output
    assert "3 个时期" in done.output
    book = openpyxl.load_workbook(tmp_path / "out" / "scores.xlsx")
    assert [row[0].value for row in book["各力量对比"].rows][1:] == ["公安"] * 3 + ["城市管理行政执法"] * 3
    layer = gpd.read_file(tmp_path / "out" / "scores.gpkg", layer="grids")
    assert len(layer) == len(ground.plan.grids)
    assert runs.invoke(main, ["evaluate", place]).exit_code == 2
    assert runs.invoke(main, [*asked, "--grids", "x.gpkg"]).exit_code == 2
