"""Change weighed against quality: each row is a plan that can be drawn, and its figures are those of that plan."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from PIL import Image

from gridplan import ConfigError, Rules, make_plan, make_sample, read_layers, weigh_change
from gridplan.cli import main
from gridplan.comparison import compare_plans
from gridplan.config import WEIGHTS, CostRules
from gridplan.model import Layers
from gridplan.plan import Plan
from gridplan.reporting.tradeoff import undominated
from gridplan.schema import TRADEOFF_COLUMNS

ENDLESS = 1e9
OTHER = Rules(cost=CostRules(inertia=0.6))
"""Rules by which no community can keep its grids unsearched."""


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> Layers:
    """Read a small made-up district."""
    folder = tmp_path_factory.mktemp("district")
    make_sample(folder, households=3_000, seed=4)
    return dataclasses.replace(read_layers(folder), personnel=None)


@pytest.fixture(scope="module")
def old(layers: Layers) -> Plan:
    """Plan it."""
    return make_plan(layers, effort="fast")


@pytest.fixture(scope="module")
def grown(layers: Layers) -> Layers:
    """Double the households of some buildings."""
    chosen = np.random.default_rng(7).random(len(layers.buildings)) < 0.1
    households = layers.buildings["households"] * np.where(chosen, 2, 1)
    return dataclasses.replace(layers, buildings=layers.buildings.assign(households=households))


@pytest.fixture(scope="module")
def curve(grown: Layers, old: Plan) -> pd.DataFrame:
    """Weigh change in it."""
    return weigh_change(grown, old)


def test_a_row_is_the_plan_that_is_drawn_at_its_price(curve: pd.DataFrame, grown: Layers, old: Plan) -> None:
    """Counted by another way: from the frames of the plan."""
    assert list(curve.columns) == list(TRADEOFF_COLUMNS)
    assert curve["weight"].tolist() == sorted(WEIGHTS)
    for weight in (0.0, 3.0, ENDLESS):
        plan = make_plan(grown, Rules().pricing_change(weight), previous=old)
        row = curve.set_index("weight").loc[weight]
        found = compare_plans(old, plan)
        assert row["moved"] == found.moved["households"].sum()
        both = plan.crosswalk.query("old_code != '' and new_code != ''")["households_new"].sum()
        assert row["moved_share"] == pytest.approx(row["moved"] / both)
        assert row["cost"] == pytest.approx(found.scores.set_index("term")["new"]["cost"])
        assert row["outside"] == (~plan.grids["in_band"]).sum()
        events = plan.history["event"].value_counts()
        assert row["new"] == events.get("new", 0)
        assert row["retired"] == (plan.history["valid_to"] != "").sum()
        assert row["kept"] == len(plan.grids) - row["new"]


def test_change_is_bought_with_cost(curve: pd.DataFrame) -> None:
    """Where it is free hardly any plan is better, where it has no price that can be paid no other moves fewer."""
    first, last = curve.iloc[0], curve.iloc[-1]
    assert first["cost"] <= curve["cost"].min() * 1.03  # searched, not proven
    assert first["moved"] > last["moved"] == curve["moved"].min()
    assert (curve["soft_cost"] <= curve["cost"]).all()
    assert (curve["cost"] - curve["soft_cost"] >= 1000 * curve["outside"]).all()


@pytest.mark.parametrize("rules", [Rules(), OTHER])
def test_where_nothing_has_changed_nobody_moves_at_an_endless_price(layers: Layers, old: Plan, rules: Rules) -> None:
    """Unsearched, and searched by other rules."""
    row = weigh_change(layers, old, rules, weights=[ENDLESS], effort="fast").iloc[0]
    assert row[["moved", "new", "retired"]].tolist() == [0, 0, 0]
    assert row["kept"] == len(old.grids)


def test_no_weight_and_a_wrong_one_are_refused(layers: Layers, old: Plan) -> None:
    """By what is needed."""
    with pytest.raises(ConfigError, match="at least one price"):
        weigh_change(layers, old, weights=[])
    with pytest.raises(ConfigError, match="change"):
        weigh_change(layers, old, weights=[0.0, -1.0])


def test_the_curve_leaves_out_what_another_plan_beats() -> None:
    """In change and in cost; of equal plans none beats the other."""
    table = pd.DataFrame({"moved": [9, 5, 6, 5, 0], "cost": [1.0, 2.0, 3.0, 2.0, 9.0]})
    assert undominated(table).tolist() == [True, True, False, True, True]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_command_writes_table_and_picture(tmp_path: Path, lang: str) -> None:
    """For the prices that are asked, in either language; a folder with anything else is refused at once."""
    make_sample(tmp_path / "in", households=1_000, seed=2)
    for name in ("人员.xlsx", "设施.gpkg"):
        (tmp_path / "in" / name).unlink()
    make_plan(read_layers(tmp_path / "in"), effort="fast").write(tmp_path / "old")
    told = ["tradeoff", str(tmp_path / "in"), "--previous", str(tmp_path / "old"), "--effort", "fast", "--lang", lang]
    done = CliRunner().invoke(main, [*told, "--change", "3", "--change", "0", "-o", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    table = pd.read_csv(tmp_path / "out" / "tradeoff.csv", encoding="utf-8-sig")
    assert table["weight"].tolist() == [0.0, 3.0]
    assert ("更换网格" if lang == "zh" else "change grid") in done.stdout
    with Image.open(tmp_path / "out" / "tradeoff.png") as picture:
        assert min(picture.size) > 600
        assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 20
    refused = CliRunner().invoke(main, [*told, "-o", str(tmp_path / "in")])
    assert refused.exit_code == 1
    assert not refused.stdout
