"""Community workers per 10,000 residents against a norm (Article 18)."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from gridplan.config import Rules
from gridplan.errors import first_three
from gridplan.language import say
from gridplan.model import Finding, PlanData
from gridplan.planning.keys import key_of
from gridplan.schema import STAFF

COUNTED: Final = ("workers", "per_10000", "workers_short")

_TEN_THOUSAND: Final = 10_000
_OWN: Final = ("committee", *STAFF["committee"])


def count_committee(plan: PlanData, people: pd.DataFrame | None, rules: Rules) -> pd.DataFrame:
    """Count the community workers of each community.

    Parameters
    ----------
    plan : PlanData
        The plan.
    people : DataFrame or None
        The canonical columns of personnel: committee staff counts for the community it names. None takes the
        committee staff that serves grids of the plan.
    rules : Rules
        Their `communities.workers_per_10000`.

    Returns
    -------
    DataFrame, one row a community, in the order of the plan
        workers, per_10000 (10,000 residents), workers_short (how many more the norm asks for); missing where nothing
        is known of any committee staff.
    """
    keys = key_of(plan.communities).to_numpy(dtype=object)
    home = _of_roster(plan, people) if people is not None else _of_plan(plan)
    if not len(home):
        return pd.DataFrame(np.nan, index=range(len(keys)), columns=list(COUNTED))
    workers = home.drop_duplicates().groupby("key").size().reindex(keys).fillna(0).to_numpy(dtype="float64")
    lived = plan.units.groupby(key_of(plan.units).to_numpy())["residents"].sum()
    residents = lived.reindex(keys).fillna(0).to_numpy(dtype="float64")
    asked = np.ceil(rules.communities.workers_per_10000 * residents / _TEN_THOUSAND - 1e-9)
    per = np.where(residents > 0, workers * _TEN_THOUSAND / np.maximum(residents, 1), np.nan).round(2)
    return pd.DataFrame({"workers": workers, "per_10000": per, "workers_short": np.maximum(asked - workers, 0)})


def tell_committee(plan: PlanData, counted: pd.DataFrame, rules: Rules) -> Iterator[Finding]:
    """Tell which communities have fewer workers than the norm asks for.

    Parameters
    ----------
    plan : PlanData
        The plan.
    counted : DataFrame
        As `count_committee` gives it.
    rules : Rules
        The norm.

    Yields
    ------
    Finding
        At most one.
    """
    short = (counted["workers_short"] > 0).to_numpy()
    if not short.any():
        return
    missing = int(counted["workers_short"].sum())
    reason = say(
        "{count} of {communities} communities have fewer than {norm:g} community workers per 10,000 residents, first "
        "{names}; {missing} more would do",
        count=int(short.sum()), communities=len(counted), norm=rules.communities.workers_per_10000,
        names=first_three(plan.communities["community"][short]), missing=missing,
    )  # fmt: skip
    yield Finding(code="workers_few", severity="warning", subject="communities", reason=reason, value=float(missing))


def _of_roster(plan: PlanData, people: pd.DataFrame) -> pd.DataFrame:
    """Community and id of the committee staff of a roster; who names no community of the plan counts for none."""
    own = people[people["staff"].isin(_OWN)]
    keys, names = key_of(plan.communities), plan.communities["community"]
    known = dict(zip(names, keys, strict=True)) | dict(zip(keys, keys, strict=True))
    table = pd.DataFrame({"key": own["community"].map(known), "person": own["person_id"]})
    return table.dropna(subset="key")


def _of_plan(plan: PlanData) -> pd.DataFrame:
    """Community and id of the committee staff that serves grids."""
    own = plan.assignment[plan.assignment["staff"] == "committee"]
    home = dict(zip(plan.grids["grid_code"], key_of(plan.grids), strict=True))
    return pd.DataFrame({"key": own["grid_code"].map(home), "person": own["person_id"]})
