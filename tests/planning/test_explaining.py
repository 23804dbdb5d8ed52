"""An explanation is made of figures that can be checked: terms add up, swaps cost what they are said to cost."""

import json
from pathlib import Path

import networkx as nx
import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner

from gridplan import evaluate_grids, explain_grid, read_plan
from gridplan.cli import main
from gridplan.config import ConsiderationRules, Rules
from gridplan.errors import ConfigError
from gridplan.language import use_language
from gridplan.model import Fabric
from gridplan.partition import price_grids
from gridplan.pipeline import ground_of
from gridplan.plan import Plan
from gridplan.planning import Ground
from gridplan.planning.explaining import weigh_swaps
from gridplan.reporting.webpage import page_data
from gridplan.schema import TERMS


def moved(plan: Plan, unit: str, grid: str) -> Plan:
    """Let one unit change its grid."""
    units = plan.units.assign(grid_code=plan.units["grid_code"].where(plan.units["unit_id"] != unit, grid))
    grids = units[["grid_code", "geometry"]].dissolve("grid_code").reset_index()
    return evaluate_grids(plan, grids)


def test_terms_of_all_grids_add_up_to_the_cost(plan: Plan) -> None:
    """The formula is additive over grids, and an explanation splits it by terms."""
    total = sum(sum(explain_grid(plan, code).terms.values()) for code in plan.grids["grid_code"])
    assert total == pytest.approx(plan.score()["cost"])


def test_a_swap_costs_what_it_is_said_to_cost(plan: Plan) -> None:
    """Made for real and scored, with the sizes that were told."""
    told = explain_grid(plan, plan.grids["grid_code"].iloc[2])
    assert len(told.swaps)
    row = told.swaps.iloc[0]
    here, there = told.grid["grid_code"], row["neighbour"]
    found = moved(plan, row["unit"], here if row["moved"] > 0 else there)
    assert found.score()["cost"] - plan.score()["cost"] == pytest.approx(row["cost_change"], abs=1e-6)
    sizes = found.grids.set_index("grid_code")["households"]
    assert (sizes[here], sizes[there]) == (row["here"], row["there"])
    assert not (found.findings["code"] == "grid_not_contiguous").any()


def test_an_exception_that_need_not_be_is_told(plan: Plan) -> None:
    """A grid made too small by hand has a better plan; the swap back is the best one."""
    sizes = plan.grids.set_index("grid_code")["households"]
    for code in plan.grids["grid_code"]:
        gives = explain_grid(plan, code).swaps.query("moved < 0 and not fits and here < 240")
        if len(gives):
            break
    row = gives.iloc[0]
    worse = moved(plan, row["unit"], row["neighbour"])
    told = explain_grid(worse, code)
    assert not told.grid["in_band"]
    assert told.binds == "outside"
    back = told.swaps.set_index("neighbour").loc[row["neighbour"]]
    assert back["cost_change"] <= -row["cost_change"] + 1e-6
    assert told.alternative is not None
    assert told.alternative["exceptions"] < told.alternative["before"]
    assert sizes[code] == row["here"] - row["moved"]
    assert any("instead of" in line for line in told.lines())


def test_the_command_speaks_and_gives_json(plan: Plan, tmp_path: Path) -> None:
    """Both languages; the name of a grid will do; an unknown one is refused with examples."""
    plan.write(tmp_path / "plan")
    code, name = plan.grids[["grid_code", "name"]].iloc[0]
    runs = CliRunner()
    said = runs.invoke(main, ["explain", str(tmp_path / "plan"), name, "--lang", "zh"])
    assert said.exit_code == 0, said.output
    assert code in said.output
    assert "代价" in said.output
    values = json.loads(runs.invoke(main, ["explain", str(tmp_path / "plan"), code, "--json"]).stdout)
    assert values["grid"]["households"] == plan.grids["households"].iloc[0]
    assert np.isfinite(sum(values["terms"].values()))
    with pytest.raises(ConfigError, match=code[:9]):
        explain_grid(plan, code[:12] + "999")


def whole(plan: Plan, fabric: Fabric) -> Ground:
    """Lay out all grids of a plan."""
    return ground_of(fabric, plan.units["grid_code"].to_numpy(dtype=object), Rules(), None)


def pieces(ground: Ground, labels: np.ndarray, grid: int) -> int:
    """Count the pieces of a grid with networkx."""
    graph = nx.Graph(ground.arrays["edges"].tolist())
    graph.add_nodes_from(range(len(labels)))
    return nx.number_connected_components(graph.subgraph(np.flatnonzero(labels == grid)))


def test_exchanges_cost_what_they_cost_when_they_are_made(plan: Plan, fabric: Fabric) -> None:
    """Each one priced on the whole plan; none is left out but those that tear a grid."""
    ground = whole(plan, fabric)
    before = price_grids(labels=ground.labels, **ground.arrays).sum()
    found = weigh_swaps(ground, np.array([0, 7]))
    assert {-1} < set(found["row"])
    for grid, other, row, change in found[["grid", "other", "row", "cost_change"]].itertuples(index=False):
        labels = ground.labels.copy()
        labels[labels == other if row < 0 else row] = grid if row < 0 or labels[row] == other else other
        assert pieces(ground, labels, grid) == 1
        assert row < 0 or pieces(ground, labels, other) == 1
        used = np.unique(labels, return_inverse=True)[1]
        assert price_grids(labels=used, **ground.arrays).sum() - before == pytest.approx(change, abs=1e-6)
    told = set(found[["grid", "other", "row"]].itertuples(index=False, name=None))
    for a, b in ground.arrays["edges"].tolist():
        for here, there in ((a, b), (b, a)):
            grid, other = ground.labels[[here, there]].tolist()
            for row in (here, there) if grid in (0, 7) and grid != other else ():
                labels = ground.labels.copy()
                labels[row] = other if row == here else grid
                torn = max(pieces(ground, labels, g) for g in (grid, other)) > 1
                bare = ground.arrays["weights"][row] == 0 or grid not in labels or other not in labels
                assert ((grid, other, row) in told) != (torn or bare), (grid, other, row)


def test_notable_grids_are_explained_in_the_plan_and_its_workbook(plan: Plan, tmp_path: Path) -> None:
    """Those outside the band or with a warning, no others; in both languages; what a grid costs agrees with explain."""
    code, other = plan.grids["grid_code"].iloc[[2, 3]]
    unit = plan.units.loc[(plan.units["grid_code"] == code) & (plan.units["households"] > 0), "unit_id"].iloc[0]
    crooked = moved(plan, unit, other)
    out = set(crooked.grids.loc[~crooked.grids["in_band"], "grid_code"])
    warned = set(crooked.findings.loc[crooked.findings["severity"] != "notice", "subject"])
    table = crooked.explanations
    assert set(table["grid_code"]) == (out | warned) & set(crooked.grids["grid_code"])
    assert len(table)
    for row in table.to_dict("records"):
        told = explain_grid(crooked, row["grid_code"])
        assert {name: row[name] for name in TERMS} == pytest.approx(told.terms)
        assert row["binds"] == told.binds
        assert row["cost_change"] == pytest.approx(told.swaps["cost_change"].iloc[0], nan_ok=True)
    reasons = page_data(crooked, Rules())["reasons"]
    codes = crooked.grids["grid_code"].to_list()
    assert [codes[int(row)] for row in reasons] == table["grid_code"].to_list()
    for row, (best, cure) in zip(table.to_dict("records"), [why[3:5] for why in reasons.values()], strict=True):
        for prefix, told in (("", best), ("cure_", cure)):
            assert (told is None) == (not row[f"{prefix}neighbour"])
            assert told is None or told[3:5] == [row[f"{prefix}here"], row[f"{prefix}there"]]
            assert told is None or codes[told[0]] == row[f"{prefix}neighbour"]
    crooked.write(tmp_path / "out")
    assert read_plan(tmp_path / "out").explanations.equals(table)
    for name, sheet, cost in (("en", "Why grids are so", "cost"), ("zh", "网格成因", "代价")):
        use_language(name)
        read_plan(tmp_path / "out").write(tmp_path / "out")
        rows = list(openpyxl.load_workbook(tmp_path / "out" / "plan.xlsx")[sheet].values)[1:]
        told = {row[0]: row for row in rows if row[0] and row[6]}
        assert set(told) == set(table["grid_code"])
        assert any(cost in row[6] for row in told.values())


def test_costs_tell_no_small_count(plan: Plan) -> None:
    """Where key groups weigh in the load, shared costs are whole numbers; else they have two decimals."""
    for rules, digits in ((Rules(), 2), (Rules(considerations=ConsiderationRules(mental=9.0)), 0)):
        for binds, cost, whole, best, *_ in page_data(plan, rules)["reasons"].values():
            told = [cost, whole, *([best[5]] if best else [])]
            assert binds in TERMS
            assert all(len(text.partition(".")[2]) == digits for text in told)
