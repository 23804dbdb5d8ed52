"""Edits go round: drawn in the page of a plan, exported, planned again by the command line, and kept."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

from gridplan import make_plan, make_sample, read_layers, read_plan
from gridplan.plan import Plan

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., AbstractContextManager["Page"]]
HOUSEHOLDS = 4_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a district and the plan of it."""
    path = tmp_path_factory.mktemp("round")
    make_sample(path / "district", households=HOUSEHOLDS)
    make_plan(read_layers(path / "district"), effort="fast").write(path / "out")
    return path


@pytest.fixture
def page(open_page: Open, folder: Path) -> Iterator["Page"]:
    """Open its page."""
    with open_page((folder / "out" / "plan.html").as_uri()) as opened:
        yield opened


class Choice:
    """Edits that a planner could make: each in grids of its own, none tears a grid."""

    def __init__(self, plan: Plan) -> None:
        self.graph, self.used = plan.to_networkx(), set[str]()
        self.code = {str(u): str(c) for u, c in zip(plan.units["unit_id"], plan.units["grid_code"], strict=True)}
        self.members = {str(c): set(map(str, rows["unit_id"])) for c, rows in plan.units.groupby("grid_code")}

    def whole(self, units: set[str]) -> bool:
        """Whether units are some, and in one piece."""
        return bool(units) and nx.is_connected(self.graph.subgraph(units))

    def borders(self) -> Iterator[tuple[str, str]]:
        """Pairs of neighbours in two grids that are not edited yet."""
        for pair in sorted(map(sorted, self.graph.edges)):
            a, b = pair if self.code[pair[0]] != self.code[pair[1]] else ("", "")
            if a and not {self.code[a], self.code[b]} & self.used:
                yield a, b
                yield b, a

    def take(self, *codes: str) -> None:
        """Leave grids to this edit."""
        self.used |= set(codes)

    def move(self) -> tuple[str, str]:
        """Give a unit and the code of a neighbouring grid it can go to."""
        unit, code = next((a, self.code[b]) for a, b in self.borders() if self.whole(self.members[self.code[a]] - {a}))
        self.take(code, self.code[unit])
        return unit, code

    def merge(self) -> tuple[str, str]:
        """Give two neighbouring grids."""
        a, b = next(self.borders())
        self.take(self.code[a], self.code[b])
        return self.code[a], self.code[b]

    def split(self) -> tuple[str, list[str]]:
        """Give a grid and a part of it that leaves the rest in one piece."""
        for code, units in sorted(self.members.items()):
            if code in self.used or len(units) < 4:
                continue
            for a, b in sorted(self.graph.subgraph(units).edges):
                if self.whole(units - {a, b}):
                    self.take(code)
                    return code, sorted([a, b])
        raise AssertionError

    def grid(self) -> str:
        """Give a grid that is not edited yet."""
        code = next(c for c in sorted(self.members) if c not in self.used and len(self.members[c]) > 1)
        self.take(code)
        return code


def start(page: "Page", code: str, mode: str) -> None:
    """Search a grid, select it, and choose what to do with it."""
    page.fill("#query", code)
    page.click("#grids .row >> nth=0")
    page.click("[data-tab=edit]")
    page.click(f"[data-edit={mode}]")


def press(page: "Page", name: str) -> None:
    """Press the row of the list whose name this is."""
    page.click(f"#edit .choices button:has(span:text-matches('^{re.escape(name)}( ·.*)?$'))")


def draw(page: "Page", plan: Plan) -> dict[str, Any]:
    """Edit in every way and export; give the units that each edit settles, by its kind."""
    choice, row = Choice(plan), plan.units.set_index("unit_id")
    names = {str(u): f"{r.building_id} {r.entrance}".strip() for u, r in row.iterrows()}
    unit, to = choice.move()
    start(page, to, "move")
    press(page, names[unit])
    into, gone = choice.merge()
    start(page, into, "merge")
    press(page, gone[12:])
    parent, part = choice.split()
    start(page, parent, "split")
    for u in part:
        press(page, names[u])
    page.click("[data-edit=split_off]")
    kept, home = choice.grid(), choice.grid()
    start(page, kept, "lock")
    pinned = min(choice.members[home])
    start(page, home, "pin")
    press(page, names[pinned])
    grids, left = choice.members, choice.code[unit]
    return {
        to: grids[to] | {unit}, left: grids[left] - {unit}, into: grids[into] | grids[gone],
        parent: grids[parent] - set(part), "": set(part), kept: grids[kept], "pinned": (pinned, home),
    }  # fmt: skip


def test_edits_go_round(open_page: Open, folder: Path, page: "Page", tmp_path: Path) -> None:
    """Moved, merged, split and locked in the page: the new plan has just these grids, and all households."""
    plan = read_plan(folder / "out")
    expected = draw(page, plan)
    assert not re.search(r"\d+ pieces|\d+ 块", page.inner_text("#edit .edited"))
    with page.expect_download() as download:
        page.click("[data-edit=export]")
    download.value.save_as(tmp_path / "edits.json")
    pinned, home = expected.pop("pinned")
    edits = json.loads((tmp_path / "edits.json").read_text("utf-8"))["grids"]
    assert {g["code"]: set(g["units"]) for g in edits if g.get("only")} == expected
    assert [g for g in edits if not g.get("only")] == [{"code": home, "units": [pinned]}]
    command = [
        "partition",
        str(folder / "district"),
        "--edits",
        "edits.json",
        "-o",
        "new",
        "--effort",
        "fast",
        "--seed",
        "7",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "gridplan", *command],
        cwd=tmp_path,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 3}, done.stderr
    new = read_plan(tmp_path / "new")
    found = {str(code): set(map(str, rows["unit_id"])) for code, rows in new.units.groupby("grid_code")}
    settled = list(expected.values())
    split_off = expected.pop("")
    assert {code: found.get(code) for code in expected} == expected
    assert split_off in found.values()
    assert pinned in found[home]
    assert new.grids["households"].sum() == plan.grids["households"].sum()
    assert new.grids["grid_code"].is_unique
    errors = new.findings[new.findings["severity"] == "error"]
    assert errors.empty, errors.to_string()
    assert resumed(open_page, tmp_path / "new") == {
        **{code: (units, True) for code, units in found.items() if units in settled},
        home: ({pinned}, False),
    }


def resumed(open_page: Open, plan: Path) -> dict[str, tuple[set[str], bool]]:
    """Export from the page of the new plan as it opens: what was settled is settled still."""
    with open_page((plan / "plan.html").as_uri()) as page:
        page.click("[data-tab=edit]")
        with page.expect_download() as download:
            page.click("[data-edit=export]")
        edits = json.loads(Path(download.value.path()).read_text("utf-8"))
    return {grid["code"]: (set(grid["units"]), grid.get("only", False)) for grid in edits["grids"]}
