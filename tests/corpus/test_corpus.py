"""Every dirty input is read right, or refused with an error of ours that says what to do."""

import logging
import re
from collections.abc import Callable
from pathlib import Path

import cases_crs
import cases_files
import cases_geometry
import cases_households
import pytest
from district import COUNTS, Case, buildings

from gridplan.accounts import conservation
from gridplan.config import Rules
from gridplan.errors import GridplanError
from gridplan.model import Layers
from gridplan.pipeline import make_plan, partition_district
from gridplan.plan import read_plan
from gridplan.reading import read_layers

CASES = [*cases_files.CASES, *cases_crs.CASES, *cases_geometry.CASES, *cases_households.CASES]

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning:pyogrio")  # of writing

SECRET = re.compile(r"21010619850101\d{4}|(?<![0-9a-f])138\d{8}(?![0-9a-f])|张[甲乙丙]\d+")
"""Identities of the cases; the digits of a hash are none."""


def test_there_are_enough_cases_of_different_names() -> None:
    """At least sixty."""
    assert len({case.name for case in CASES}) == len(CASES) >= 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_dirty_input(case: Case, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As the case says; nothing is lost, and no identity reaches anything."""
    caplog.set_level(logging.DEBUG)
    case.make(tmp_path)
    if case.refused:
        with pytest.raises(GridplanError, match=case.refused) as caught:
            read_layers(tmp_path, **case.options)
        text = str(caught.value)
        assert re.match(r"(?s).+?: .+; .+", text), "where: what is needed, what was found; what to do"
        assert not SECRET.search(text + caplog.text)
        return
    layers = read_layers(tmp_path, **case.options)
    assert case.check is not None
    case.check(layers)
    check_conservation(layers)
    assert not SECRET.search(repr(layers) + layers.buildings.to_csv() + layers.set_aside.to_csv() + caplog.text)


def check_conservation(layers: Layers) -> None:
    """Rows and households in = used + set aside."""
    table = conservation(layers.sources, layers.set_aside)
    for _, rows in table.groupby("role"):
        kinds = rows.groupby(rows["reason"].map(lambda r: r if r in ("read", "used") else "aside"))
        sums = kinds[["rows", "households"]].sum().reindex(["read", "used", "aside"], fill_value=0)
        assert (sums.loc["read"] == sums.loc["used"] + sums.loc["aside"]).all()
        assert (sums >= 0).all(axis=None)
    used = table[(table["role"] == "buildings") & (table["reason"] == "used")].iloc[0]
    assert used["rows"] == len(layers.buildings)
    assert used["households"] == layers.buildings["households"].sum()


@pytest.mark.parametrize(
    ("make", "code"), [c[1:] for c in cases_geometry.PLANNED], ids=[c[0] for c in cases_geometry.PLANNED]
)
def test_dirt_that_shows_on_the_ground(make: Callable[[Path], None], code: str, tmp_path: Path) -> None:
    """It is found, nothing is lost, and the plan is lawful all the same."""
    make(tmp_path)
    layers = read_layers(tmp_path)
    plan = make_plan(layers, effort="fast")
    assert code in set(plan.findings["code"])
    assert not (plan.findings["severity"] == "error").any()
    table = conservation(layers.sources, plan.set_aside)
    used = table[(table["role"] == "buildings") & (table["reason"] == "used")].iloc[0]
    assert used["households"] == plan.grids["households"].sum()
    assert used["rows"] == plan.buildings["building_id"].nunique()


def test_dwellings_are_counted_when_they_are_asked_for(tmp_path: Path) -> None:
    """Of two fields the one that reads a household as the rules do."""
    buildings().assign(房屋总数=50).to_file(tmp_path / "楼栋.gpkg")
    assert read_layers(tmp_path).buildings["households"].tolist() == COUNTS
    layers = read_layers(tmp_path, rules=Rules(household_basis="dwelling"))
    assert layers.buildings["households"].tolist() == [50] * 12


def test_a_local_grid_is_planned_without_a_place_on_the_globe(tmp_path: Path) -> None:
    """All outputs but the GeoJSON; the plan is read back with its CRS."""
    case = next(case for case in CASES if case.name == "CRS: a local metric grid shared by all layers")
    (tmp_path / "in").mkdir()
    case.make(tmp_path / "in")
    plan = partition_district(tmp_path / "in", tmp_path / "out", effort="fast")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"plan.gpkg", "plan.qgz", "plan.xlsx", "summary.json", "buildings.csv", "plan.html"}
    assert read_plan(tmp_path / "out").equals(plan)
    assert plan.grids["households"].sum() == 556
