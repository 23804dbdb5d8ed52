"""Grids of the page are judged by the sizes of their own profile."""

import dataclasses

from gridplan.config import EXCLUSIVE, ClassRules, Rules
from gridplan.model import PlanData
from gridplan.reporting.classes import class_of, size_classes
from gridplan.reporting.pagebands import lay_out_bands


def test_one_profile_has_the_classes_of_the_rules(plan: PlanData, rules: Rules) -> None:
    """As everywhere else."""
    bands, band, size_class = lay_out_bands(plan, rules)
    assert [(b["target"], b["lower"], b["upper"]) for b in bands if b] == [(rules.target, rules.lower, rules.upper)]
    assert band == [0] * len(plan.grids)
    assert size_class == class_of(plan.grids["households"], size_classes(rules)).tolist()


def test_each_profile_has_sizes_of_its_own(plan: PlanData) -> None:
    """What is on target in a town is far too large for villages; exclusive grids have no size."""
    rules = Rules(target=250, lower=200, upper=300, classes=ClassRules(apply=True))
    rural = next(kind for kind in rules.classes.kinds if kind.kind == "rural")
    profiles = ["", "", "rural", "rural", EXCLUSIVE, ""]
    mixed = dataclasses.replace(plan, grids=plan.grids.assign(profile=profiles))
    bands, band, size_class = lay_out_bands(mixed, rules)
    assert band == [0, 0, 1, 1, 2, 0]
    assert bands[2] is None
    assert bands[1] is not None
    assert (bands[1]["target"], bands[1]["upper"]) == (rural.target, rural.upper)
    keys = [size_classes(rules)[row].key for row in size_class]
    assert keys[2:5] == ["above", "above", "empty"]
    expected = ["high" if n <= rules.upper else "above" for n in plan.grids["households"]]
    assert [keys[k] for k in (0, 1, 5)] == [expected[k] for k in (0, 1, 5)]
