"""roster.xlsx: who serves which grid, for an office to sign, in the language in use."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
from openpyxl import Workbook

from gridplan.config import Rules
from gridplan.forces import title_of
from gridplan.language import say, unpack, word
from gridplan.model import PlanData
from gridplan.reporting.sheets import GAP, OWN, SHARE, TENTH, WHOLE, Table, add_sheet, save_book

_COLUMN: Final = 14
"""Width of the column of a force: cells list persons, one below the other if need be."""


def write_roster(plan: PlanData, rules: Rules, path: Path, names: Mapping[str, str] | None = None) -> None:
    """Write the roster: summary, grids, forces, persons, gaps and the defaults in use.

    Parameters
    ----------
    plan : PlanData
        With an assignment.
    rules : Rules
        The forces.
    path : Path
        File to make.
    names : mapping of str to str, optional
        Person id -> name; ids stand alone where there is none.
    """
    book = Workbook(write_only=True)
    add_roster(book, plan, rules, names)
    save_book(book, path)


def add_roster(book: Workbook, plan: PlanData, rules: Rules, names: Mapping[str, str] | None = None) -> None:
    """Add the sheets of the roster to a workbook.

    Parameters
    ----------
    book : Workbook
        Write-only.
    plan : PlanData
        With an assignment.
    rules : Rules
        The forces.
    names : mapping of str to str, optional
        Person id -> name; ids stand alone where there is none.
    """
    titles = {f.force: title_of(f.force, f.name) for f in _rows(plan.forces)}
    add_sheet(book, say("Roster"), *_summary(plan, rules, titles), widths=(24, 72), filters=False, upright=True)
    add_sheet(book, say("By grid"), *_by_grid(plan, titles, names or {}), freeze="C2", forms={4: WHOLE}, paper="A3")
    forms = {**dict.fromkeys((3, 4, 5, 7, 8, 9), WHOLE), 6: TENTH, 10: SHARE}
    add_sheet(book, say("By force"), *_by_force(plan, titles), forms=forms)
    _add_persons(book, plan, titles, names or {})
    add_sheet(book, say("Gaps"), *_gaps(plan, titles))
    add_sheet(book, say("Forces"), *_defaults(rules))


def _summary(plan: PlanData, rules: Rules, titles: Mapping[str, str]) -> Table:
    lacking = plan.shortages["grid_code"].nunique()
    on_roads = (plan.assignment["way"] == "road").any()
    rows: list[Any] = [
        (say("Grids"), len(plan.grids)),
        (say("Households"), int(plan.grids["households"].sum())),
        (say("What a household is"), word(rules.household_basis)),
        (say("Persons"), len(plan.persons)),
        (say("Persons who serve"), int((plan.persons["grids"] > 0).sum())),
        (say("Grids with every force"), len(plan.grids) - lacking),
        (say("Grids with a gap"), lacking),
        (say("Ways"), say("along the roads") if on_roads else say("straight lines times the detour")),
        (say("Detour"), rules.deployment.detour),
        *((titles[force.force], _how_good(force)) for force in _rows(plan.forces)),
        (say("Note"), say("Staff ratios and capacities are not in the regulation: they are rules that this office may "
                          "change; see the sheet of forces, where what nobody changed is marked as a default.")),
        (say("Note"), say("Yellow: only committee staff serve here (Article 18). Red: somebody lacks.")),
        (say("Checked by"), ""), (say("Signature"), ""), (say("Date"), ""),
    ]  # fmt: skip
    return (say("Item"), say("Content")), rows


def _how_good(force: Any) -> str:  # noqa: ANN401 - a row of itertuples
    filled = {"served": int(force.served), "needed": int(force.needed)}
    if not force.persons:
        return say("{served} of {needed} posts filled; nobody of this force", **filled)
    if force.proven:
        return say("{served} of {needed} posts filled; proven: no roster is better", **filled)
    return say("{served} of {needed} posts filled; at most {gap:.1%} from the best roster", **filled,
               gap=float(force.gap))  # fmt: skip


def _by_grid(plan: PlanData, titles: Mapping[str, str], names: Mapping[str, str]) -> Table:
    """One row a grid, one column a force."""
    cells: dict[tuple[str, str], list[str]] = {}
    own: dict[tuple[str, str], bool] = {}
    for grid, force, person, staff in plan.assignment[["grid_code", "force", "person_id", "staff"]].to_numpy():
        cells.setdefault((grid, force), []).append(_called(person, names))
        own[grid, force] = own.get((grid, force), True) and staff == "committee"
    short = {(g, f): m for g, f, m in plan.shortages[["grid_code", "force", "missing"]].to_numpy()}
    rows: list[Any] = []
    for grid in _rows(plan.grids):
        row: list[Any] = [grid.grid_code, grid.name, grid.community, grid.subdistrict, int(grid.households)]
        for force in titles:
            key = (grid.grid_code, force)
            held = [*cells.get(key, []), *([say("{count} short", count=short[key])] if key in short else [])]
            row.append((_list(held), GAP if key in short else OWN if own.get(key) else None))
        rows.append(row)
    head = (say("Code"), say("Name"), say("Community"), say("Subdistrict"), say("Households"), *titles.values())
    return head, rows


def _by_force(plan: PlanData, titles: Mapping[str, str]) -> Table:
    head = (say("Force"), say("Level"), say("Capacity counts"), say("Persons"), say("Posts"), say("Posts filled"),
            say("Mean way (m)"), say("Posts that change hands"), say("Cost (m)"), say("Lower bound (m)"), say("Gap"),
            say("Proven"), say("Method"), say("Default rule"))  # fmt: skip
    rows = [
        (titles[f.force], word(f.level), count_of(f.unit), f.persons, f.needed, f.served, _number(f.distance_m),
         f.changed, _number(f.cost), _number(f.bound), float(f.gap), _yes(f.proven), word(f.method),
         _yes(f.defaults))
        for f in _rows(plan.forces)
    ]  # fmt: skip
    return head, rows


def _add_persons(book: Workbook, plan: PlanData, titles: Mapping[str, str], names: Mapping[str, str]) -> None:
    served = plan.assignment.groupby(["force", "person_id"], sort=False)["grid_code"].agg(list)
    called = (say("Person's name"),) if names else ()
    head = (
        say("Person"), *called, say("Force"), say("Staff of"), say("Grids"), say("Households"), say("Residents"),
        say("Load of the person"), say("Capacity"), say("Capacity counts"), say("Mean way (m)"),
        say("Pieces of the beat"), say("Grids served"),
    )  # fmt: skip
    rows = [
        (p.person_id, *((names.get(p.person_id, ""),) if names else ()), titles[p.force], word(p.staff), p.grids,
         p.households, p.residents, _number(p.load), _number(p.capacity), count_of(p.unit), _number(p.distance_m),
         p.pieces, "  ".join(served.get((p.force, p.person_id), [])))
        for p in _rows(plan.persons)
    ]  # fmt: skip
    first = 3 + len(called)
    forms = {first + k: form for k, form in enumerate((WHOLE, WHOLE, WHOLE, TENTH, TENTH, "General", TENTH))}
    add_sheet(book, say("By person"), head, rows, forms=forms)


def _gaps(plan: PlanData, titles: Mapping[str, str]) -> Table:
    grids = plan.grids.set_index("grid_code")[["name", "community"]]
    rows = [
        (
            s.grid_code,
            *grids.loc[s.grid_code],
            titles[s.force],
            s.missing,
            unpack(s.reason_message),
            unpack(s.remedy_message),
        )
        for s in _rows(plan.shortages)
    ]
    return (say("Code"), say("Name"), say("Community"), say("Force"), say("Persons short"), say("Why"),
            say("Smallest remedy")), rows  # fmt: skip


def _defaults(rules: Rules) -> Table:
    deployment = rules.deployment
    head = (say("Force"), say("Key"), say("In every grid"), say("Level"), say("Capacity"), say("Capacity counts"),
            say("Persons a grid"), say("Households a person"), say("Scope"), say("Ways begin at"), say("Skills"),
            say("Price of a change (m)"), say("Source"))  # fmt: skip
    scopes = {
        "district": say("the district"), "subdistrict": say("own subdistrict"), "community": say("own community"),
        "jurisdiction": say("own jurisdiction"),
    }  # fmt: skip
    rows = [
        (title_of(f.force, f.name), f.force, _yes(f.required), word(f.level), _number(f.capacity), count_of(f.unit),
         f.persons_per_grid, f.households_per_person or "", scopes[f.scope],
         say("place of work") if f.place == "work" else say("home"), _list(f.skills), f.keep_m,
         say("a rule of this office") if deployment.changed(f) else say("a default, not in the regulation"))
        for f in deployment.forces
    ]  # fmt: skip
    return head, rows


def count_of(unit: str) -> str:
    """Say what a capacity counts.

    Parameters
    ----------
    unit : str
        One of `forces.CAPACITY_UNITS`.

    Returns
    -------
    str
        A message.
    """
    units = {"grids": say("grids counted"), "households": say("households counted"),
             "residents": say("residents counted")}  # fmt: skip
    return units[unit]


def _rows(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples())


def _list(parts: Any) -> str:  # noqa: ANN401 - any sequence of texts
    return str(say(", ")).join(parts)


def _called(person: str, names: Mapping[str, str]) -> str:
    return f"{names[person]} ({person})" if names.get(person) else person


def _yes(value: object) -> str:
    return say("yes") if value else say("no")


def _number(value: float) -> float | str:
    return "" if pd.isna(value) else round(float(value), 1)
