"""The picture of a plan."""

import logging
import sys
from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from gridplan.config import Rules
from gridplan.errors import ConfigError
from gridplan.language import use_language
from gridplan.model import PlanData
from gridplan.reporting import plot_plan
from gridplan.reporting.classes import class_of, size_classes
from gridplan.reporting.plots import chinese_font

mpl.use("Agg")


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    """Leave no figure open."""
    yield
    plt.close("all")


def test_every_grid_is_drawn_in_the_colour_of_its_class(plan: PlanData) -> None:
    """And the legend counts the grids of each class."""
    rules = Rules(target=300, lower=290, upper=305)
    axes = plot_plan(plan, rules)
    wanted = np.array([c.colour for c in size_classes(rules)])[class_of(plan.grids["households"], size_classes(rules))]
    grids = next(c for c in axes.collections if len(c.get_facecolor()) == len(plan.grids))
    drawn = [mpl.colors.to_hex(c) for c in grids.get_facecolor()]
    assert drawn == list(wanted)
    entries = [text.get_text() for text in axes.get_legend().get_texts()]
    assert [e[-3:] for e in entries] == ["(2)", "(2)", "(2)"]
    assert axes.get_aspect() == 1


def test_it_draws_into_axes_that_are_given(plan: PlanData, rules: Rules) -> None:
    """And opens no figure of its own; the scale bar is a round length."""
    figure, axes = plt.subplots()
    assert plot_plan(plan, rules, ax=axes) is axes
    assert plt.get_fignums() == [figure.number]
    assert "100 m" in [text.get_text() for text in axes.texts]
    figure.canvas.draw()


def test_no_glyph_is_missing_where_a_chinese_font_is_there(
    plan: PlanData, rules: Rules, caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    """The legend is in Chinese where that is spoken; without such a font it is in English."""
    use_language("zh")
    axes = plot_plan(plan, rules)
    axes.figure.canvas.draw()
    title = axes.get_legend().get_title().get_text()
    assert (title == "每个网格的户数") == (chinese_font() is not None)
    assert not [w for w in recwarn if "Glyph" in str(w.message)]
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING and chinese_font()]


def test_without_matplotlib_the_extra_is_named(plan: PlanData, rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a clear error."""
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ConfigError, match=r"gridplan\[plot\]"):
        plot_plan(plan, rules)
