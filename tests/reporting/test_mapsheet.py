"""One page a community, to print."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from gridplan.config import Rules
from gridplan.errors import OutputError, PlanError
from gridplan.language import use_language
from gridplan.model import PlanData
from gridplan.reporting.classes import class_of, size_classes
from gridplan.reporting.mapsheet import draw_community, write_maps
from gridplan.reporting.plots import chinese_font


def texts(figure: Figure) -> list[str]:
    """Collect every text of a page."""
    figure.canvas.draw()
    listed = [c.get_text() for axes in figure.axes for t in axes.tables for c in t.get_celld().values()]
    return [t.get_text() for t in [*figure.findobj(Text), *listed] if t.get_text()]


def test_a_page_shows_the_grids_of_one_community(plan: PlanData) -> None:
    """Their codes and households, their colours, the legend with counts, and the list with its total."""
    rules = Rules(target=300, lower=290, upper=305)
    figure = draw_community(plan, rules, 0)
    said = texts(figure)
    grids = plan.grids[plan.grids["community"] == plan.communities["community"].iloc[0]]
    for grid in grids.itertuples():
        assert said.count(grid.grid_code[-3:]) == 2  # on the map and in the list
        assert str(grid.households) in said
    assert str(grids["households"].sum()) in said
    assert "100 m" in said or "50 m" in said
    assert "N" in said
    classes = size_classes(rules)
    wanted = {classes[i].colour for i in class_of(grids["households"], classes)}
    drawn = {to_hex(c) for art in figure.axes[0].collections for c in np.atleast_2d(art.get_facecolor())}
    assert wanted <= drawn
    assert any(text.endswith("(1)") for text in said)


def test_buildings_are_drawn_by_their_outlines(housed: PlanData, rules: Rules) -> None:
    """Those of the community alone; points where the input has points."""
    for row, dots in ((0, 0), (1, 2)):
        inside = housed.communities.geometry.iloc[row].buffer(1)
        houses, points = 0, 0
        for art in draw_community(housed, rules, row).axes[0].collections:
            if art.get_zorder() == 3.2:
                houses += len(art.get_paths())
            elif art.get_zorder() == 5:
                points += len(art.get_offsets())
        assert houses == housed.footprints.within(inside).sum()
        assert points == dots


def test_the_scale_is_round_and_true(plan: PlanData, rules: Rules) -> None:
    """Metres of the map per metre of paper."""
    figure = draw_community(plan, rules, 1)
    axes = figure.axes[0]
    wide, high = figure.get_size_inches() * 0.0254 * axes.get_position().size
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    scale = (right - left) / wide
    assert (top - bottom) / high == pytest.approx(scale)
    assert f"1 : {scale:,.0f} " in " ".join(texts(figure))
    bounds = plan.communities.geometry.iloc[1].bounds
    assert left < bounds[0] < bounds[2] < right
    assert bottom < bounds[1] < bounds[3] < top


def test_a_high_community_stands(plan: PlanData, rules: Rules) -> None:
    """The page is as the community is."""
    turned = {
        name: getattr(plan, name).set_geometry(
            gpd.GeoSeries(getattr(plan, name).geometry).affine_transform([0, 3, 3, 0, 0, 0])
        )
        for name in ("grids", "communities")
    }
    lying = draw_community(plan, rules, 0).get_size_inches()
    standing = draw_community(type(plan)(**{n: turned.get(n, getattr(plan, n)) for n in vars_of(plan)}), rules, 0)
    assert lying[0] > lying[1]
    assert standing.get_size_inches()[0] < standing.get_size_inches()[1]


def vars_of(plan: PlanData) -> list[str]:
    """Name the frames of a plan."""
    return list(type(plan).__dataclass_fields__)


def test_no_glyph_is_missing(plan: PlanData, rules: Rules, tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    """In Chinese, where there is a font for it."""
    use_language("zh")
    assert write_maps(plan, rules, tmp_path / "a.pdf", plan.communities["community"].iloc[0]) == 1
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert ("北" in texts(draw_community(plan, rules, 0))) == (chinese_font() is not None)
    assert not chinese_font() or not [w for w in recwarn if "Glyph" in str(w.message)]


def test_a_name_is_no_formula(plan: PlanData, rules: Rules) -> None:
    """Matplotlib would set what stands between dollars, or fail."""
    named = {n: getattr(plan, n).assign(community="$\\oops{$社区") for n in ("grids", "communities")}
    named = {n: getattr(plan, n) for n in vars_of(plan)} | named
    assert any("$\\oops{$社区" in text for text in texts(draw_community(type(plan)(**named), rules, 0)))


def test_all_communities_make_a_page_each(plan: PlanData, rules: Rules, tmp_path: Path) -> None:
    """In one PDF, and in nothing else; by name or by code one picture."""
    assert write_maps(plan, rules, tmp_path / "all.pdf") == 2
    assert (tmp_path / "all.pdf").read_bytes().count(b"/Type /Page ") == 2
    with pytest.raises(PlanError, match=r"\.pdf for several"):
        write_maps(plan, rules, tmp_path / "all.png")
    assert write_maps(plan, rules, tmp_path / "b.png", plan.communities["community_code"].iloc[1]) == 1
    assert {p.name for p in tmp_path.iterdir()} == {"all.pdf", "b.png"}


def test_wrong_names_are_answered_with_near_ones(plan: PlanData, rules: Rules, tmp_path: Path) -> None:
    """And a name that two communities have, with their codes; a folder that is not there, with an error of output."""
    with pytest.raises(PlanError, match="for example 启工社区"):
        write_maps(plan, rules, tmp_path / "a.pdf", "启工社区居委会")
    twins = plan.communities.assign(community="启工社区")
    with pytest.raises(PlanError, match="found 2; give its code: 210106001001 or 210106001002"):
        write_maps(type(plan)(**{n: getattr(plan, n) for n in vars_of(plan)} | {"communities": twins}), rules,
                   tmp_path / "a.pdf", "启工社区")  # fmt: skip
    with pytest.raises(OutputError, match="need a file that can be written"):
        write_maps(plan, rules, tmp_path / "absent" / "a.pdf")
