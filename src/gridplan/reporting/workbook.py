"""plan.xlsx: the plan as a bureau files it, in the language in use."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pandas as pd
from openpyxl import Workbook

from gridplan.config import EXCLUSIVE, Rules
from gridplan.draft import rule_rows
from gridplan.language import join, language, say, told_in, word
from gridplan.model import PlanData
from gridplan.privacy import SharedCounts, share_counts, shared_grids
from gridplan.reporting.classes import class_of, size_classes
from gridplan.reporting.reasons import explain_notable, explained_notes
from gridplan.reporting.sheets import GAP, OWN, SHARE, TENTH, WHOLE, Table, add_sheet, finding_title, save_book
from gridplan.reporting.summary import summarise, tell_terms
from gridplan.schema import KEY_GROUPS

HIDDEN: Final = "*"
"""Stands for a count of a key group that is not told."""

_LEVELS: Final = ("district", "subdistrict", "community")
_SUMMED: Final = ("households", "residents", "load", "compounds", "buildings", "key_places", "area_m2",
                   "micro_grids")  # fmt: skip
_FILLS: Final = {"error": GAP, "warning": OWN}


def write_workbook(plan: PlanData, rules: Rules, path: Path) -> None:
    """Write the workbook: summary, grids by subdistrict and community, findings, certificate, roster, rules and inputs.

    Parameters
    ----------
    plan : PlanData
        The plan.
    rules : Rules
        The rules it was made by.
    path : Path
        File to make. Persons are ids in it, small counts of key groups are hidden.
    """
    book = Workbook(write_only=True)
    add_sheet(book, say("Plan"), *_overview(plan, rules), widths=(34, 56), filters=False, upright=True)
    _add_grids(book, plan, rules)
    outside = _outside(plan, rules)
    none = () if outside[1] else (say("No grid lies outside the band."),)
    add_sheet(book, say("Grids outside the band"), *outside, forms={3: WHOLE}, notes=none)
    add_sheet(book, say("Why grids are so"), *explain_notable(plan, rules), forms={3: WHOLE}, notes=explained_notes(),
              widths=(18, 18, 14, 12, 26, 26, 52, 52, 40))  # fmt: skip
    add_sheet(book, say("Findings"), *_findings(plan), freeze="A2", widths=(10, 26, 22, 90))
    _add_certificate(book, plan)
    if len(plan.forces):
        from gridplan.reporting.roster import add_roster  # noqa: PLC0415 - only plans with personnel have one

        add_roster(book, plan, rules)
    add_sheet(book, say("Rules in use"), *_rules(rules), freeze="A2", widths=(32, 24, 24, 12, 80))
    add_sheet(book, say("Inputs"), *_inputs(plan, rules))
    save_book(book, path)


def _overview(plan: PlanData, rules: Rules) -> Table:
    told = summarise(plan, rules)
    counts, score, certificate = told["counts"], told["score"], told["certificate"]
    rows: list[Any] = [
        (say("Made"), told["created"]), (say("gridplan version"), told["gridplan"]), (say("Seed"), told["seed"]),
        (say("Effort"), told["effort"]), (say("Reproducible"), _yes(told["reproducible"])),
        (say("What a household is"), word(rules.household_basis)), (say("Coordinates"), told["crs"]),
        (say("Communities"), counts["communities"]), (say("Grids"), counts["grids"]),
        (say("Buildings"), counts["buildings"]), (say("Households"), counts["households"]),
        (say("of which estimated"), counts["households_estimated"]), (say("Residents"), counts["residents"]),
        (say("Households that take no part"), counts["set_aside_households"]),
        (say("Households a grid should hold"),
         say("{target}, at least {lower}, at most {upper}", target=rules.target, lower=rules.lower,
             upper=rules.upper)),
        (say("Grids outside the band"), score["out"]), (say("Households outside the band"), score["viol"]),
        (say("Within 10 % of target"), f"{score['within_10']:.1%}"),
    ]  # fmt: skip
    sizes, classes = plan.grids["households"], size_classes(rules)
    number = pd.Series(class_of(sizes, classes))
    rows += [(say("Grids of {span} households", span=c.span), int((number == i).sum())) for i, c in enumerate(classes)]
    rows += [
        (say("Needless pieces of compounds"), score["compounds_cut"]),
        (say("Grid boundary on barriers"), f"{score['barrier_share']:.1%}"),
        (say("Mean walk"), say("{metres:.0f} m", metres=score["walk_m"])),
        (say("Variation of load in communities"), f"{score['load_cv']:.3f}"),
        (say("Communities proven"), f"{certificate['communities_proven']} / {certificate['communities']}"),
        (say("Households in proven communities"), certificate["households_proven"]),
        (say("Cost"), round(score["cost"], 2)), (say("Lower bound"), round(score["bound"], 2)),
        (say("Gap"), f"{score['gap']:.1%}"), (say("What cost and bound take into account"), join(tell_terms(rules))),
        *[(say("Findings: {severity}", severity=word(s)), n) for s, n in told["findings"]["by_severity"].items()],
        (say("Checked by"), ""), (say("Signature"), ""), (say("Date"), ""),
    ]  # fmt: skip
    return (say("Item"), say("Content")), rows


def _add_grids(book: Workbook, plan: PlanData, rules: Rules) -> None:
    """List the grids, and below them the sums of each community, subdistrict and the district."""
    head = (
        say("Level"), say("Subdistrict"), say("Community"), say("Code"), say("Name"), say("Grids"), say("Households"),
        say("Off target"), say("Residents"), say("Load"), say("Compounds"), say("Buildings"), say("Key places"),
        say("Elderly, disabled"), say("Minors"), say("Floating population"), say("Mental disorders"),
        say("Area (hectares)"), say("Mean walk (m)"), say("Way to a facility (m)"), say("Grid workers"),
        say("In the band"), say("Outside the band because"), say("Sizes of"), say("Micro-grids"), say("Valid from"),
    )  # fmt: skip
    rows: list[Any] = []
    sums: dict[int, int] = {}
    for level, row in _by_place(plan, rules):
        if level < len(_LEVELS):
            sums[len(rows)] = level
        rows.append(row)
    notes = [
        say("{mark}: below {count}, or hidden so that no total gives a smaller count away.", mark=HIDDEN,
            count=rules.privacy.min_count),
        say("A compound in several grids counts once in each of them."),
    ]  # fmt: skip
    forms = {
        **dict.fromkeys((5, 6, 8, *range(10, 17)), WHOLE),
        7: "+0;-0;0",
        9: TENTH,
        17: "0.00",
        18: "0",
        19: "0",
        20: "0.0",
    }
    add_sheet(book, say("Grids by community"), head, rows, freeze="F2", forms=forms, sums=sums, notes=notes, paper="A3")


def _by_place(plan: PlanData, rules: Rules) -> Iterator[tuple[int, list[Any]]]:
    """Level and row of each grid, and of the sums: 0 the district, 1 a subdistrict, 2 a community, 3 a grid."""
    least = rules.privacy.min_count
    grids = shared_grids(pd.DataFrame(plan.grids.drop(columns="geometry")), least)
    shared = share_counts(plan.grids, least)
    counts = shared.grids.astype(object).where(shared.grids.notna(), HIDDEN)
    for subdistrict, part in grids.groupby("subdistrict", sort=False):
        for (code, name), members in part.groupby(["community_code", "community"], sort=False):
            for grid, group in zip(members.itertuples(), counts.loc[members.index].to_numpy(), strict=True):
                yield 3, _grid_row(grid, list(group), rules)
            key = (str(subdistrict), str(code), str(name))
            yield 2, _sum_row(say("community total"), (subdistrict, name, code), members, shared, key)
        yield 1, _sum_row(say("subdistrict total"), (subdistrict, "", ""), part, shared, (str(subdistrict),))
    yield 0, _sum_row(say("district total"), ("", "", ""), grids, shared, ())


def _grid_row(grid: Any, groups: list[Any], rules: Rules) -> list[Any]:  # noqa: ANN401 - a row of itertuples
    target = rules.sizes_of([grid.profile])[0, 0]
    off = None if math.isnan(target) else grid.households - int(target)
    band = _yes(grid.in_band) if grid.in_band else (_yes(grid.in_band), GAP)
    return [
        say("grid"), grid.subdistrict, grid.community, grid.grid_code, grid.name, 1, grid.households,
        off, grid.residents, grid.load, grid.compounds, grid.buildings, grid.key_places,
        *groups, round(grid.area_m2 / 10_000, 2), grid.walk_m, _known(grid.facility_m), _known(grid.workers), band,
        word(grid.cause) if grid.cause else "", _profile(grid), grid.micro_grids or None, grid.valid_from,
    ]  # fmt: skip


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _profile(grid: Any) -> str:  # noqa: ANN401 - a row of itertuples
    return f"{word(EXCLUSIVE)}: {grid.site}" if grid.profile == EXCLUSIVE else str(grid.profile)


def _sum_row(
    level: str, place: tuple[Any, ...], grids: pd.DataFrame, shared: SharedCounts, key: tuple[str, ...]
) -> list[Any]:
    sums = grids[list(_SUMMED)].sum()
    lived = grids["households"].sum()
    walk = round(float((grids["walk_m"] * grids["households"]).sum() / lived), 1) if lived else None
    near = grids[grids["facility_m"].notna()]
    served = int(near["households"].sum())
    way = round(float((near["facility_m"] * near["households"]).sum() / served), 1) if served else None
    workers = round(float(grids["workers"].sum()), 1) if grids["workers"].notna().any() else None
    groups = [HIDDEN if shared.totals[key][group] is None else shared.totals[key][group] for group in KEY_GROUPS]
    inside = say("{inside} of {all}", inside=int(grids["in_band"].astype(bool).sum()), all=len(grids))
    counted = [int(sums[name]) for name in ("compounds", "buildings", "key_places")]
    return [
        level, place[0], place[1], place[2], "", len(grids), int(sums["households"]), "", int(sums["residents"]),
        float(sums["load"]), *counted, *groups, round(float(sums["area_m2"]) / 10_000, 2), walk, way, workers,
        inside, "", "", int(sums["micro_grids"]) or None, "",
    ]  # fmt: skip


def _outside(plan: PlanData, rules: Rules) -> Table:
    head = (say("Code"), say("Name"), say("Community"), say("Households"), say("Outside the band because"),
            say("In words"))  # fmt: skip
    outside = plan.grids[~plan.grids["in_band"].astype(bool)]
    columns = ["grid_code", "name", "community", "households", "cause"]
    rows = [
        (*row, word(cause), _cause_in_words(cause, rules))
        for *row, cause in outside[columns].itertuples(index=False, name=None)
    ]
    return head, rows


def _cause_in_words(cause: str, rules: Rules) -> str:
    band = {"lower": rules.lower, "upper": rules.upper}
    texts = {
        "building above upper": say("One building alone has more than {upper} households.", upper=rules.upper),
        "arithmetic": say(
            "No number of grids of {lower} to {upper} households makes up what is to be divided.", **band
        ),
        "coarse buildings": say("Proven: the buildings are too large to be grouped into {lower} to {upper}.", **band),
        "locked": say("It is kept as the user locked it."),
        "barrier": say("A river, a railway or an expressway cuts it off from the households it lacks."),
        "governance capacity": say("The grid workers at hand fix the number of grids of its community."),
        "search limit": say("No better division was found; that there is none is not proven."),
    }
    return texts.get(cause, "")


def _findings(plan: PlanData) -> Table:
    rows = [
        ((word(severity), _FILLS.get(severity)), finding_title(code), word(subject), told_in(message, language()))
        for severity, code, subject, message in plan.findings[["severity", "code", "subject", "message"]].to_numpy()
    ]
    return (say("Severity"), say("Finding"), say("Subject"), say("Reason")), rows


def _add_certificate(book: Workbook, plan: PlanData) -> None:
    head = (say("Community"), say("Units"), say("Households"), say("Grids"), say("Cost"), say("Lower bound"),
            say("Gap"), say("Proven"), say("In words"))  # fmt: skip
    rows = [
        [c.community, c.units, c.households, c.parts, *(round(float(v), 4) for v in (c.cost, c.bound, c.gap)),
         (_yes(c.proven), None if c.proven else OWN), _certified(c)]
        for c in _rows_of(plan.certificate)
    ]  # fmt: skip
    notes = [
        say("The cost of a plan adds up, grid by grid: households outside the band, load off the target, compounds "
            "touched or mixed, spread, roads crossed."),
        say("The lower bound is what every division costs at least, whoever draws it; the gap is what a better one "
            "might save at most."),
        say("Proven means that the search for a cheaper division was exhausted: there is none."),
    ]  # fmt: skip
    forms = {1: WHOLE, 2: WHOLE, 3: WHOLE, 4: "0.00", 5: "0.00", 6: SHARE}
    add_sheet(book, say("Certificate"), head, rows, forms=forms, notes=notes)


def _rows_of(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples())


def _certified(row: Any) -> str:  # noqa: ANN401 - a row of itertuples
    if row.proven:
        return say("Proven: no division of this community costs less.")
    if row.bound > 0:
        return say("Not proven: another division may cost less, but by {gap:.1%} at most.", gap=float(row.gap))
    return say("Not proven: how much less another division may cost is not known.")


def _rules(rules: Rules) -> Table:
    head = (say("Rule"), say("Value"), say("Default"), say("Changed"), say("What it means"))
    rows = [
        (name, _text(value), _text(usual), (_yes(value != usual), OWN if value != usual else None), meaning)
        for name, value, usual, meaning in rule_rows(rules)
    ]
    return head, rows


def _inputs(plan: PlanData, rules: Rules) -> Table:
    head = (say("Role"), say("File"), say("Layer"), say("Rows"), say("Households"), say("Coordinates"), say("Encoding"),
            "SHA-256")  # fmt: skip
    names = ("path", "layer", "rows", "households", "crs", "encoding", "sha256")
    rows = [(word(s["role"]), *(s.get(name, "") for name in names)) for s in summarise(plan, rules)["sources"]]
    return head, rows


def _text(value: Any) -> Any:  # noqa: ANN401 - numbers stay numbers
    return json.dumps(list(value), ensure_ascii=False) if isinstance(value, tuple) else value


def _yes(value: object) -> str:
    return say("yes") if value else say("no")
