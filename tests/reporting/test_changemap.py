"""The map of what changes between two plans."""

import dataclasses
from pathlib import Path

import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from gridplan import compare_plans
from gridplan.comparison import Comparison
from gridplan.errors import OutputError, PlanError
from gridplan.language import use_language
from gridplan.model import PlanData
from gridplan.reporting import changemap
from gridplan.reporting.plots import chinese_font


def page(found: Comparison, row: int | None = None) -> Figure:
    """Draw one page."""
    return changemap.draw_page(changemap._sort_out(found.old, found.new, found.moved, found.codes), row)


def texts(figure: Figure) -> list[str]:
    """Collect every text of a page."""
    figure.canvas.draw()
    return [t.get_text() for t in figure.findobj(Text) if t.get_text()]


def filled(figure: Figure, colour: str) -> bool:
    """Whether anything on the map has a colour."""
    return any(to_hex(c) == colour for art in figure.axes[0].collections for c in art.get_facecolor())


@pytest.fixture
def changed(plan: PlanData) -> PlanData:
    """Move one building of the first community; give a grid of the second another code."""
    codes = plan.grids["grid_code"].tolist()
    recoded = {codes[-1]: f"{codes[-1][:12]}009"}
    units = plan.units.assign(grid_code=plan.units["grid_code"].replace(recoded))
    row = units.index[units["grid_code"] == codes[0]][1]
    units.loc[row, "grid_code"] = codes[1]
    shapes = units.dissolve("grid_code").geometry
    grids = plan.grids.assign(grid_code=plan.grids["grid_code"].replace(recoded))
    grids = grids.set_geometry(shapes.reindex(grids["grid_code"]).to_numpy(), crs=plan.crs)
    return dataclasses.replace(plan, units=units, grids=grids)


def test_nothing_differs_and_the_map_says_so(plan: PlanData) -> None:
    """In both languages: no moved cell, all grids as they were."""
    found = compare_plans(plan, plan)
    figure = page(found)
    said = texts(figure)
    assert "nothing differs" in said
    assert f"grid as it was  ({len(plan.grids)})" in said
    assert "building that changes grid  (0)" in said
    assert not filled(figure, changemap._MOVED)
    if chinese_font():
        use_language("zh")
        assert "没有不同" in texts(page(found))


def test_what_changes_is_drawn_and_counted(plan: PlanData, changed: PlanData) -> None:
    """The building, the two grids with what goes and comes, the one with another code."""
    found = compare_plans(plan, changed)
    figure = page(found)
    said = texts(figure)
    households = int(found.moved["households"].sum())
    assert len(found.moved) == 1
    assert "building that changes grid  (1)" in said
    assert "grid that gains or loses  (2)" in said
    assert "only the code changes  (1)" in said
    assert "former border  (1)" in said
    assert f"001\n\u2212{households}" in said
    assert f"002\n+{households}" in said
    assert "nothing differs" not in said
    assert filled(figure, changemap._COLOURS["recoded"])
    assert f"{households} households in 1 buildings change grid; 3 of 6 grids change" in said


def test_a_grid_that_ends_keeps_its_border(plan: PlanData) -> None:
    """And the grid that takes its households gains them."""
    codes = plan.grids["grid_code"].tolist()
    units = plan.units.assign(grid_code=plan.units["grid_code"].replace({codes[0]: codes[1]}))
    fewer = dataclasses.replace(plan, units=units, grids=plan.grids.iloc[1:].reset_index(drop=True))
    for pair, wanted in (((plan, fewer), "grid that ends  (1)"), ((fewer, plan), "new grid  (1)")):
        assert wanted in texts(page(compare_plans(*pair)))


def test_a_pdf_has_a_page_for_each_community_that_changes(plan: PlanData, changed: PlanData, tmp_path: Path) -> None:
    """The other formats have one; anything else is refused, and nothing is left behind."""
    found = compare_plans(plan, changed)
    assert found.draw(tmp_path / "map.pdf") == 3
    assert (tmp_path / "map.pdf").read_bytes().count(b"/Type /Page ") == 3
    assert compare_plans(plan, plan).draw(tmp_path / "same.pdf") == 1
    assert found.draw(tmp_path / "map.svg") == 1
    title = "What changes between two plans: "
    assert any(t.startswith(title) and plan.communities["community"].iloc[1] in t for t in texts(page(found, 1)))
    assert "0 households in 0 buildings change grid; 1 of 3 grids change" in texts(page(found, 1))
    with pytest.raises(PlanError, match="need a file"):
        found.draw(tmp_path / "map.tiff")
    with pytest.raises(OutputError):
        found.draw(tmp_path / "no" / "map.png")
    assert {f.name for f in tmp_path.iterdir()} == {"map.pdf", "same.pdf", "map.svg"}
