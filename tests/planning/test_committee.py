"""Community workers per 10,000 residents, against a norm."""

import dataclasses
from pathlib import Path

import pandas as pd
import pytest
from oracle_ground import Ground

from gridplan import review_communities
from gridplan.config import Rules
from gridplan.planning import count_committee, review_sizes, tell_committee
from gridplan.schema import ASSIGNMENT_COLUMNS


def norm(value: float) -> Rules:
    """Give rules with a norm."""
    return Rules.from_mapping({"communities": {"workers_per_10000": value}})


def people(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Lay out a roster."""
    return pd.DataFrame(rows, columns=["person_id", "staff", "community"])


def test_committee_staff_is_counted_once_for_its_community(ground: Ground) -> None:
    """By name or code; department staff, and those of no community, count for none."""
    plan = ground.plan
    code = plan.communities.set_index("community")["community_code"]["乙社区"]
    assert plan.communities["community"].tolist() == ["乙社区", "甲社区"]
    roster = people(("a", "社区", "甲社区"), ("b", "committee", "甲社区"), ("b", "committee", "甲社区"),
                    ("c", "committee", code), ("d", "department", "甲社区"), ("e", "committee", "丙社区"))  # fmt: skip
    found = count_committee(plan, roster, norm(18))
    residents = plan.units.groupby("community_code")["residents"].sum()[plan.communities["community_code"]].to_numpy()
    assert found["workers"].tolist() == [1, 2]
    assert found["per_10000"].tolist() == pytest.approx(
        [round(n * 1e4 / r, 2) for n, r in zip((1, 2), residents, strict=True)]
    )
    for norm_, row in ((18.0, 0), (18.0, 1), (0.0, 0)):
        short = count_committee(plan, roster, norm(norm_))["workers_short"].iloc[row]
        there = found["workers"].iloc[row]
        assert short == next(k for k in range(10_000) if (there + k) * 1e4 >= norm_ * residents[row] - 1e-6)


def test_without_a_roster_those_who_serve_are_counted(ground: Ground) -> None:
    """Committee staff of the assignment; where there is none, nothing is told."""
    plan = ground.plan
    nobody = count_committee(plan, None, Rules())
    assert nobody.isna().all().all()
    assert list(tell_committee(plan, nobody, Rules())) == []
    served = pd.DataFrame(
        [(code, "petitions", "p1", "committee", 1.0, "line", False) for code in plan.grids["grid_code"][:2]],
        columns=list(ASSIGNMENT_COLUMNS),
    )
    staffed = dataclasses.replace(plan, assignment=served)
    found = review_sizes(staffed, Rules())
    assert found.communities["workers"].sum() == 1
    told = [f for f in found.findings if f.code == "workers_few"]
    assert len(told) == 1
    assert told[0].value == found.communities["workers_short"].sum() > 0


def test_a_roster_is_read_beside_the_plan(ground: Ground, tmp_path: Path) -> None:
    """From a workbook, under Chinese names."""
    table = pd.DataFrame({"人员编号": ["1", "2"], "力量": "民政", "人员类别": "社区", "社区": ["甲社区", "乙社区"]})
    table.to_excel(tmp_path / "r.xlsx", index=False)
    found = review_communities(ground.plan, personnel=tmp_path / "r.xlsx")
    assert found.communities["workers"].tolist() == [1, 1]
