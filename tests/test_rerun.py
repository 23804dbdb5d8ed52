"""A plan can be repeated from what it says of itself; a file that has changed is named before anything is planned."""

import dataclasses
from pathlib import Path

import pytest
from click.testing import CliRunner

from gridplan import make_plan, make_sample, read_layers, rerun_plan
from gridplan.cli import main
from gridplan.errors import LayerError
from gridplan.plan import Plan, read_plan


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make up a small district on disk."""
    folder = tmp_path_factory.mktemp("rerun") / "district"
    make_sample(folder, households=3_000, seed=5)
    return folder


@pytest.fixture(scope="module")
def plan(district: Path) -> Plan:
    """Plan it, with another seed than the default."""
    return make_plan(read_layers(district), rng=7, effort="fast")


def test_a_plan_is_repeated_exactly(plan: Plan, district: Path, tmp_path: Path) -> None:
    """Written, read back, and made again from files that lie elsewhere."""
    plan.write(tmp_path / "plan")
    elsewhere = tmp_path / "copy" / "deep"
    elsewhere.mkdir(parents=True)
    for file in district.iterdir():
        (elsewhere / file.name).write_bytes(file.read_bytes())
    found = rerun_plan(read_plan(tmp_path / "plan"), tmp_path / "copy")
    assert found.differences == ()
    said = CliRunner().invoke(main, ["rerun", str(tmp_path / "plan"), str(district)])
    assert said.exit_code == 0, said.output
    assert f"{len(plan.grids)} grids" in said.output


def test_what_differs_is_named(plan: Plan, district: Path) -> None:
    """Grids that were touched, and a run that says something else."""
    touched = dataclasses.replace(plan, grids=plan.grids.assign(name="x"), run=plan.run | {"version": "0"})
    assert rerun_plan(touched, district).differences == ("run.version", "grids")


def test_another_file_is_not_taken(plan: Plan, district: Path, tmp_path: Path) -> None:
    """All files that are missing or changed are named at once."""
    names = [source["path"] for source in plan.run["sources"]]
    for file in district.iterdir():
        if file.name != names[-1]:
            (tmp_path / file.name).write_bytes(file.read_bytes())
    with (tmp_path / names[0]).open("ab") as file:
        file.write(b" ")
    with pytest.raises(LayerError) as told:
        rerun_plan(plan, tmp_path)
    assert names[0] in str(told.value)
    assert names[-1] in str(told.value)


def test_a_plan_that_went_on_is_repeated_from_the_former_one(plan: Plan, district: Path, tmp_path: Path) -> None:
    """With the former plan, from its file; without it, or with another, it is asked for."""
    plan.write(tmp_path / "former")
    new = make_plan(read_layers(district), rng=8, effort="fast", previous=plan)
    assert rerun_plan(new, district, previous=tmp_path / "former").differences == ()
    for wrong in (None, new):
        with pytest.raises(LayerError, match="--previous"):
            rerun_plan(new, district, previous=wrong)
    with pytest.raises(LayerError, match="no former plan"):
        rerun_plan(plan, district, previous=new)
