"""Edits are kept exactly, the rest is planned around them, and contradictions are named all at once."""

import json
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from gridplan.edits import FORMAT, Edits
from gridplan.errors import ConfigError
from gridplan.model import Fabric, Layers
from gridplan.pipeline import make_plan
from gridplan.plan import Plan
from gridplan.planning import apply_edits


def edits_of(**given: list[Any]) -> Edits:
    """Make edits as a file holds them."""
    return Edits.from_mapping({"format": FORMAT, **given})


def moved_unit(plan: Plan) -> tuple[str, str, list[str], list[str]]:
    """Find a unit that can go over to a neighbouring grid: both codes, and the units of both afterwards."""
    code = plan.units.set_index("unit_id")["grid_code"]
    graph = plan.to_networkx()
    for a, b in plan.edges[["unit_a", "unit_b"]].itertuples(index=False):
        mine, theirs = [k for k in code.index[code == code[a]] if k != a], [*code.index[code == code[b]], a]
        if code[a] != code[b] and mine and len(list(_pieces(graph, mine))) == 1:
            return code[a], code[b], mine, theirs
    raise AssertionError


def _pieces(graph: "nx.Graph[str]", units: list[str]) -> list[set[str]]:
    return list(nx.connected_components(graph.subgraph(units)))


@pytest.mark.parametrize("seed", range(3))
def test_edits_are_kept(layers: Layers, plan: Plan, seed: int) -> None:
    """Drawn grids come out with their units and codes; pairs are together and apart; households are conserved."""
    mine, theirs, left, right = moved_unit(plan)
    code = plan.units.set_index("unit_id")["grid_code"]
    rest = plan.units[~plan.units["grid_code"].isin([mine, theirs]) & (plan.units["households"] > 0)]
    groups = [group["unit_id"].tolist() for _, group in rest.groupby("grid_code") if len(group) > 3]
    edges = plan.edges[["unit_a", "unit_b"]].to_numpy()
    across = next([a, b] for a, b in edges if code[a] != code[b] and not {code[a], code[b]} & {mine, theirs})
    edits = edits_of(
        grids=[{"code": mine, "units": left, "only": True}, {"code": theirs, "units": right, "only": True}],
        apart=[[group[0], group[-1]] for group in groups[:2]], together=[across],
    )  # fmt: skip
    new = make_plan(layers, effort="fast", rng=seed, edits=edits)
    after = new.units.set_index("unit_id")["grid_code"]
    assert set(after.index[after == mine]) == set(left)
    assert set(after.index[after == theirs]) == set(right)
    assert all(after[a] != after[b] for a, b in edits.apart)
    assert after[across[0]] == after[across[1]]
    assert new.grids["grid_code"].is_unique
    assert new.grids["households"].sum() == plan.grids["households"].sum()
    assert Edits.from_mapping(new.run["edits"]) == edits


def test_communities_are_left_out_with_their_households_listed(layers: Layers, plan: Plan) -> None:
    """What was planned is planned or set aside with the reason."""
    name = plan.communities["community_code"].iloc[0]
    new = make_plan(layers, effort="fast", edits=edits_of(exclude=[name]))
    assert name not in set(new.communities["community_code"])
    aside = new.set_aside[new.set_aside["reason"] == "its community is left out"]["households"].sum()
    lost = plan.grids.loc[plan.grids["community_code"] == name, "households"].sum()
    assert aside == lost > 0
    assert new.grids["households"].sum() == plan.grids["households"].sum() - lost
    assert set(new.assignment["grid_code"]) <= set(new.grids["grid_code"])


def test_borders_open_and_close(fabric: Fabric) -> None:
    """A wall that is opened is an edge, an edge that is closed is a wall; all others stay."""
    ids, graph = fabric.units["unit_id"], fabric.graph
    edge = [str(u) for u in ids.iloc[graph.edges[5]]]
    edits = edits_of(close=[edge], open=[[str(u) for u in ids.iloc[pair]] for pair in graph.walls[:1]])
    after = apply_edits(fabric, edits).fabric.graph
    assert len(after.edges) == len(graph.edges) - 1 + len(graph.walls[:1])
    assert graph.edges[5].tolist() in after.walls.tolist()
    assert graph.border_m.sum() + graph.wall_m.sum() == pytest.approx(after.border_m.sum() + after.wall_m.sum())


def test_a_building_stands_for_its_entrances(fabric: Fabric) -> None:
    """The id of a building that is split names all its units."""
    split = fabric.units[fabric.units["entrance"] != ""]
    if split.empty:
        pytest.skip("no building is split in this district")
    building = split["building_id"].iloc[0]
    units = np.flatnonzero(fabric.units["building_id"] == building)
    locked = apply_edits(fabric, edits_of(grids=[{"code": "", "units": [building]}])).locked
    assert len(set(locked[units])) == 1
    assert (locked[units] >= 0).all()


def test_contradictions_are_named_at_once(fabric: Fabric) -> None:
    """Unknown names, borders of units that do not touch, a pair together and apart, grids across communities."""
    units = fabric.units.groupby("community", sort=False)["unit_id"].apply(list).tolist()
    first, second = units[0], units[1]
    with pytest.raises(ConfigError) as caught:
        apply_edits(fabric, edits_of(exclude=["XX"], open=[[first[0], second[0]]], close=[["NO", first[0]]]))
    text = str(caught.value)
    assert "exclude: need communities of the plan, found XX" in text
    assert "found NO" in text
    assert f"{first[0]}-{second[0]}" in text or f"{second[0]}-{first[0]}" in text
    with pytest.raises(ConfigError) as caught:
        apply_edits(
            fabric,
            edits_of(
                grids=[{"code": "", "units": [first[0], second[0]], "only": True}],
                together=[[first[1], first[2]]], apart=[[first[1], first[2]]],
            ),
        )  # fmt: skip
    assert "in the community of the others" in str(caught.value)
    assert "together or apart, not both" in str(caught.value)


def test_units_that_take_no_part_are_named_once_each(fabric: Fabric) -> None:
    """Unknown ones, and those of communities left out; nothing is said of borders between others in their place."""
    home = fabric.communities["community"].iloc[int(fabric.community_index[0])]
    gone = str(fabric.units["unit_id"].iloc[0])
    pairs = [[gone, "nowhere"]]
    with pytest.raises(ConfigError) as caught:
        apply_edits(fabric, edits_of(exclude=[home], apart=pairs, open=pairs, close=pairs, together=pairs))
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert "found nowhere;" in lines[0]
    assert f"found {gone} in communities left out" in lines[1]


def test_files_are_checked(tmp_path: Path) -> None:
    """Not JSON, another format, unknown keys, wrong types: one clear error."""
    file = tmp_path / "edits.json"
    file.write_text("{", "utf-8")
    with pytest.raises(ConfigError, match=r"edits.json: need a file of edits"):
        Edits.read(file)
    file.write_text(json.dumps({"format": "x"}), "utf-8")
    with pytest.raises(ConfigError, match="need the format gridplan-edits/1, found x"):
        Edits.read(file)
    wrong = {"format": FORMAT, "gird": [], "together": [["a"]], "apart": [["a", "b", "c"]], "grids": [{"units": []}]}
    file.write_text(json.dumps(wrong), "utf-8")
    with pytest.raises(ConfigError) as caught:
        Edits.read(file)
    for part in ("edits.grids", "edits, together", "edits, apart", "at least one unit"):
        assert part in str(caught.value)
