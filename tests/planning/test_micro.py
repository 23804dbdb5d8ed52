"""Micro-grids tile their grids with whole buildings and entrances, under the codes of these."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.config import Rules
from gridplan.geometry import cut_cells
from gridplan.geometry.recover import recover_fabric
from gridplan.model import Fabric, Layers
from gridplan.nesting import nest_grids
from gridplan.pipeline import make_plan
from gridplan.plan import Plan, audit_plan, read_plan
from gridplan.schema import MICRO_COLUMNS, MICRO_MEMBER_COLUMNS

DRAWN = Rules.from_mapping({"micro": {"draw": True}})


@pytest.fixture(scope="module")
def nested(layers: Layers) -> Plan:
    """Plan with micro-grids."""
    return make_plan(layers, DRAWN, effort="fast")


def test_grids_are_the_same_as_without(plan: Plan, nested: Plan) -> None:
    """But for their number of micro-grids."""
    assert nested.units["grid_code"].equals(plan.units["grid_code"])
    assert plan.micro_grids.empty
    counts = nested.micro_grids.groupby("grid_code").size()
    assert nested.grids["micro_grids"].to_numpy().tolist() == counts.reindex(nested.grids["grid_code"]).tolist()


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 100), sizes=st.sampled_from([(60, 30, 100), (40, 20, 60), (90, 50, 140)]),
    grids=st.integers(2, 9),
)  # fmt: skip
def test_micro_grids_tile_their_grid(
    layers: Layers, fabric: Fabric, plan: Plan, seed: int, sizes: tuple[int, int, int], grids: int
) -> None:
    """Every household and every square metre once, whatever the grids; buildings whole, or cut between entrances."""
    target, lower, upper = sizes
    rules = Rules.from_mapping({"micro": {"draw": True, "target": target, "lower": lower, "upper": upper}})
    chosen = plan.grids.iloc[seed % 5 :: max(1, len(plan.grids) // grids)]["grid_code"]
    drawn = {"grids": plan.grids[plan.grids["grid_code"].isin(chosen)].reset_index(drop=True), "units": plan.units}
    part = _only(fabric, plan, set(chosen))
    drawn["units"] = plan.units[plan.units["grid_code"].isin(chosen)].reset_index(drop=True)
    found = nest_grids(part, layers, drawn, rules, effort="fast", rng=seed)
    check_tiling(drawn["grids"], found["micro_grids"], found["micro_members"])
    assert not found["micro_members"].duplicated(["building_id", "entrance"]).any()
    big = found["micro_grids"][found["micro_grids"]["households"] > upper]
    assert set(big["cause"]) <= {"building above upper", "coarse buildings", "arithmetic", "search limit"}
    known = {(b, e) for b, e in layers.entrances[["building_id", "entrance"]].itertuples(index=False)}  # type: ignore[index]
    members = found["micro_members"]
    cut = members[members["entrance"] != ""]
    assert {(b, e) for b, e in cut[["building_id", "entrance"]].itertuples(index=False)} <= known


def _only(fabric: Fabric, plan: Plan, codes: set[str]) -> Fabric:
    """Cut a fabric down to some grids."""
    import dataclasses  # noqa: PLC0415

    from gridplan.model import ContiguityGraph  # noqa: PLC0415

    kept = plan.units["grid_code"].isin(codes).to_numpy()
    row, graph = np.cumsum(kept) - 1, fabric.graph
    edge = kept[graph.edges].all(axis=1)
    none = np.zeros((0, 2), np.int32)
    units = fabric.units[kept].reset_index(drop=True)
    return dataclasses.replace(
        fabric, units=units, community_index=fabric.community_index[kept],
        buildings=fabric.buildings[fabric.buildings["unit_id"].isin(units["unit_id"])].reset_index(drop=True),
        graph=ContiguityGraph(
            n_units=int(kept.sum()), edges=row[graph.edges[edge]], border_m=graph.border_m[edge],
            barrier=graph.barrier[edge], barrier_m=graph.barrier_m[edge], walls=none, wall_m=np.zeros(0),
        ),
    )  # fmt: skip


def check_tiling(grids: pd.DataFrame, micro: pd.DataFrame, members: pd.DataFrame) -> None:
    """Households, buildings and area of each grid are those of its micro-grids; codes are its own and two digits."""
    assert tuple(micro.columns[:-1]) == MICRO_COLUMNS
    assert tuple(members.columns) == MICRO_MEMBER_COLUMNS
    assert micro["micro_code"].is_unique
    assert (micro["micro_code"].str[:-2] == micro["grid_code"]).all()
    sums = micro.groupby("grid_code")["households"].sum().reindex(grids["grid_code"])
    assert sums.tolist() == grids["households"].tolist()
    held = members.groupby("micro_code")["households"].sum().reindex(micro["micro_code"], fill_value=0)
    assert held.tolist() == micro["households"].tolist()
    for code, shape in zip(grids["grid_code"], grids.geometry, strict=True):  # type: ignore[attr-defined]
        parts = micro.geometry[micro["grid_code"] == code].to_numpy()  # type: ignore[attr-defined]
        assert shapely.area(parts).sum() == pytest.approx(shape.area, rel=1e-5)
        assert shapely.union_all(parts, grid_size=0.001).symmetric_difference(shape).area < 1e-5 * shape.area


def test_they_are_written_and_read_back(nested: Plan, tmp_path: object) -> None:
    """As a layer and a table of plan.gpkg; the audit adds them up."""
    nested.write(f"{tmp_path}/out")
    again = read_plan(f"{tmp_path}/out")
    assert again.equals(nested)
    check_tiling(again.grids, again.micro_grids, again.micro_members)
    assert not {"micro_miscounts"} & set(audit_plan(again)["code"])
    wrong = again.micro_grids.assign(households=again.micro_grids["households"] + 1)
    object.__setattr__(again, "micro_grids", wrong)
    assert (audit_plan(again)["code"] == "micro_miscounts").sum() == len(again.grids)


def test_cut_cells_cover_their_unit(layers: Layers, nested: Plan) -> None:
    """Strips of one building are disjoint, in a row, and sum up to its cell."""
    fine = cut_cells(recover_fabric(nested), layers, 100)
    unit = fine.units["unit"].to_numpy()
    area = np.bincount(unit, fine.units.area, len(nested.units))
    assert area == pytest.approx(nested.units.area.to_numpy(), rel=1e-6)
    assert (
        np.bincount(unit, fine.units["households"], len(nested.units)).tolist() == nested.units["households"].tolist()
    )
    assert len(fine.units) > len(nested.units)
