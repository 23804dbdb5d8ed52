"""The folder of a plan is written whole or not at all."""

import dataclasses
import json
from pathlib import Path

import pytest

from gridplan.config import Rules
from gridplan.errors import OutputError
from gridplan.model import PlanData
from gridplan.reporting import check_folder, equal_plans, read_plan_data, write_plan

NAMES = {"plan.gpkg", "grids.geojson", "buildings.csv", "summary.json", "plan.html", "plan.xlsx", "plan.qgz"}


class Interrupt:
    """Ctrl-C after some steps of writing."""

    def __init__(self, step: int) -> None:
        self.step = step

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Raise when the step is reached."""
        assert stage == "writing"
        assert done <= total
        if done == self.step:
            raise KeyboardInterrupt


def test_all_files_are_there_and_nothing_else(plan: PlanData, rules: Rules, tmp_path: Path) -> None:
    """Also where the folders above are missing."""
    write_plan(plan, rules, tmp_path / "a" / "街道" / "out")
    assert {p.name for p in (tmp_path / "a" / "街道" / "out").iterdir()} == NAMES
    assert [p.name for p in (tmp_path / "a" / "街道").iterdir()] == ["out"]
    summary = json.loads((tmp_path / "a" / "街道" / "out" / "summary.json").read_text("utf-8"))
    assert summary["stages"]["writing"]["wall_s"] >= 0


@pytest.mark.parametrize("step", range(7))
def test_an_interrupted_plan_leaves_nothing(plan: PlanData, rules: Rules, tmp_path: Path, step: int) -> None:
    """Neither a draft, nor the folders made on the way."""
    with pytest.raises(KeyboardInterrupt):
        write_plan(plan, rules, tmp_path / "a" / "out", report=Interrupt(step))
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_plan_leaves_the_former_one(plan: PlanData, rules: Rules, tmp_path: Path) -> None:
    """Byte for byte."""
    out = tmp_path / "out"
    write_plan(plan, rules, out)
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    with pytest.raises(KeyboardInterrupt):
        write_plan(plan, rules, out, report=Interrupt(3))
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_former_plan_is_replaced_and_the_files_of_others_are_kept(
    plan: PlanData, rules: Rules, tmp_path: Path
) -> None:
    """A roster of the former plan is gone, notes and QGIS projects stay."""
    out = tmp_path / "out"
    write_plan(plan, rules, out)
    for name in ("roster.xlsx", "notes.txt"):
        (out / name).write_text("x")
    (out / "photos").mkdir()
    other = dataclasses.replace(plan, run=plan.run | {"seed": 7})
    write_plan(other, rules, out)
    assert {p.name for p in out.iterdir()} == NAMES | {"notes.txt", "photos"}
    assert equal_plans(read_plan_data(out / "plan.gpkg"), other)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_is_taken(plan: PlanData, rules: Rules, tmp_path: Path) -> None:
    """As a user makes it beforehand."""
    (tmp_path / "out").mkdir()
    write_plan(plan, rules, tmp_path / "out")
    assert {p.name for p in (tmp_path / "out").iterdir()} == NAMES


def test_other_places_are_refused_before_anything_is_written(plan: PlanData, rules: Rules, tmp_path: Path) -> None:
    """A folder with other files, a file, a folder below a file."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.docx").write_text("x")
    (tmp_path / "file").write_text("x")
    for name, found in {"full": "other files", "file": "found a file", "file/out": "closed"}.items():
        with pytest.raises(OutputError, match=found):
            check_folder(tmp_path / name)
        with pytest.raises(OutputError, match=found):
            write_plan(plan, rules, tmp_path / name)
    assert {p.name for p in tmp_path.iterdir()} == {"full", "file"}


def test_a_plan_can_be_written_into_the_current_folder(
    plan: PlanData, rules: Rules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the name of a dot."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    write_plan(plan, rules, Path())
    assert {p.name for p in (tmp_path / "here").iterdir()} == NAMES


def test_what_the_system_refuses_is_an_output_error(
    plan: PlanData, rules: Rules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the former plan back in its place."""
    out = tmp_path / "out"
    write_plan(plan, rules, out)

    def refuse(self: Path, target: Path) -> Path:
        if self.suffix == ".part":
            raise PermissionError(13, "in use")
        return self.rename(target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OutputError, match="in use"):
        write_plan(plan, rules, out)
    assert {p.name for p in out.iterdir()} == NAMES
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
