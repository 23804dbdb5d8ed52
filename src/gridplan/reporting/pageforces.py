"""Who serves each grid, for the details of plan.html: forces and persons by id, never by name."""

from collections.abc import Iterable
from typing import Any, Final

import pandas as pd

from gridplan.forces import title_of
from gridplan.language import LANGUAGES, Message
from gridplan.model import PlanData
from gridplan.reporting.ledger import rows_of

_OWN_STAFF: Final = "committee"


def forces_of(plan: PlanData) -> dict[str, Any]:
    """Lay out who serves each grid and who lacks.

    Parameters
    ----------
    plan : PlanData
        With or without personnel.

    Returns
    -------
    dict
        titles: language -> name of each force; persons: ids; own: rows of the persons who are committee staff; serve:
        for each grid force and person by row, one pair after the other; lack: the same of force and persons short.
    """
    keys, people = plan.forces["force"], pd.Series(pd.unique(plan.persons["person_id"]), dtype="object")
    named = list(zip(keys, plan.forces["name"], strict=True))
    own = plan.persons.loc[plan.persons["staff"] == _OWN_STAFF, "person_id"]
    codes, held, short = plan.grids["grid_code"], plan.assignment, plan.shortages
    served = rows_of(people, held["person_id"])
    return {
        "titles": {name: [_told(title_of(*key), name) for key in named] for name in LANGUAGES},
        "persons": [str(person) for person in people],
        "own": sorted(set(rows_of(people, own).tolist())),
        "serve": _pairs(codes, held["grid_code"], rows_of(keys, held["force"]), served),
        "lack": _pairs(codes, short["grid_code"], rows_of(keys, short["force"]), short["missing"]),
    }


def _told(title: str, language: str) -> str:
    """Tell the title of a force."""
    return (title.told_in(language) if isinstance(title, Message) else title).capitalize()


def _pairs(codes: "pd.Series[str]", grids: "pd.Series[str]", forces: Iterable[int], others: Iterable[int]) -> Any:  # noqa: ANN401 - lists of JSON
    """List for each grid the pairs of force and person, or number, in the order of the forces."""
    listed: list[list[int]] = [[] for _ in codes]
    for grid, force, other in sorted(zip(rows_of(codes, grids).tolist(), forces, others, strict=True)):
        listed[grid] += [int(force), int(other)]
    return listed
