"""Why a grid is as it is, in sentences: what it costs, which exchange would be best, how good its plan is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from gridplan.config import Rules
from gridplan.language import Message, join, say, word
from gridplan.model import PlanData
from gridplan.reporting.ledger import rows_of
from gridplan.reporting.sheets import Table
from gridplan.schema import KEY_GROUPS, TERMS

if TYPE_CHECKING:
    import pandas as pd

TERM_NAMES: Final = MappingProxyType(
    {
        "outside": "size rule",
        "load": "load off the target",
        "compound": "compounds touched",
        "mixed": "compounds mixed",
        "inertia": "spread",
        "barrier_per_m": "barriers inside",
    }
)
"""`schema.TERMS` -> what people call them, as keys of the catalogue."""

SENTENCES: Final = MappingProxyType(
    {
        "title": "Why it is so",
        "weighs": "What weighs most: {term} ({cost} of {whole}).",
        "give": "Neighbour {neighbour} could best give {unit} ({households} households): then {here} here, {there} "
        "there, cost {change}.",
        "take": "Neighbour {neighbour} could best take {unit} ({households} households): then {here} here, {there} "
        "there, cost {change}.",
        "unite": "United with neighbour {neighbour} it would have {here} households, cost {change}.",
        "incurable": "No exchange with one neighbour puts it into the band.",
        "proven": "The plan of its community is proven the best.",
        "excess": "The plan of its community costs at most {gap:.1%} more than the best.",
        "unknown": "How much better another plan of its community may be is not known.",
    }
)
"""What is said of a grid, here and by the script of the page."""


def term_name(name: str) -> str:
    """Name a term of the cost.

    Parameters
    ----------
    name : str
        One of `schema.TERMS`.

    Returns
    -------
    str
        For people.
    """
    return word(TERM_NAMES[name])


def tell_cost(terms: Mapping[str, float]) -> str:
    """Tell what a grid costs, term by term.

    Parameters
    ----------
    terms : mapping of str to float
        `schema.TERMS` -> cost.

    Returns
    -------
    str
        A sentence.
    """
    costs = [f"{term_name(name)} {terms[name]:.2f}" for name in TERMS if terms[name] > 0]
    return say("It costs {cost:.2f}: {terms}.", cost=sum(terms[name] for name in TERMS),
               terms=join(costs) or say("nothing"))  # fmt: skip


def tell_swap(swap: Mapping[Any, Any], digits: int = 2) -> str:
    """Tell of an exchange with a neighbour.

    Parameters
    ----------
    swap : mapping
        neighbour, unit ("" for both grids as one), moved, here, there, cost_change.
    digits : int
        Decimals of the cost.

    Returns
    -------
    str
        A sentence.
    """
    change = round(float(swap["cost_change"]), digits) + 0.0
    told = {
        "neighbour": swap["neighbour"], "unit": swap["unit"], "households": abs(int(swap["moved"])),
        "here": int(swap["here"]), "there": int(swap["there"]), "change": f"{change:+.{digits}f}",
    }  # fmt: skip
    kind = "unite" if not swap["unit"] else "give" if swap["moved"] > 0 else "take"
    return Message(SENTENCES[kind], told)


def tell_proof(certificate: Mapping[Any, Any]) -> str:
    """Tell how good the plan of a community is known to be.

    Parameters
    ----------
    certificate : mapping
        cost, bound and proven.

    Returns
    -------
    str
        A sentence.
    """
    excess = _excess(certificate)
    kind = "unknown" if excess is None else "excess" if excess else "proven"
    return Message(SENTENCES[kind], {"gap": excess or 0.0})


def _excess(certificate: Mapping[Any, Any]) -> float | None:
    """Share that a plan may cost more than the best: 0 where it is proven the best, None where nothing is known."""
    cost, bound = float(certificate["cost"]), float(certificate["bound"])
    return 0.0 if certificate["proven"] else (cost - bound) / bound if bound > 0 else None


def told_digits(rules: Rules) -> int:
    """Tell how exactly costs may be told: where small counts weigh in them, whole ones give none away.

    Parameters
    ----------
    rules : Rules
        Of the plan.

    Returns
    -------
    int
        Decimals.
    """
    hidden = rules.privacy.min_count and any(getattr(rules.considerations, group) > 0 for group in KEY_GROUPS)
    return 0 if hidden else 2


def explain_notable(plan: PlanData, rules: Rules) -> Table:
    """List why grids are as they are, for people.

    Parameters
    ----------
    plan : PlanData
        With explanations.
    rules : Rules
        Of the plan.

    Returns
    -------
    tuple of headings and rows
        A row a grid, in the order of the explanations.
    """
    head = (say("Code"), say("Name"), say("Community"), say("Households"), say("Outside the band because"),
            say("Weighs most"), say("Best exchange with a neighbour"), say("Without the exception"),
            say("How good its plan is"))  # fmt: skip
    grids, digits = plan.grids.set_index("grid_code"), told_digits(rules)
    proofs = {str(c["community"]): c for c in plan.certificate.to_dict("records")}
    rows = []
    for why in plan.explanations.to_dict("records"):
        grid = grids.loc[why["grid_code"]]
        proof = proofs.get(str(grid["community"]))
        rows.append((
            why["grid_code"], grid["name"], grid["community"], int(grid["households"]),
            word(grid["cause"]) if grid["cause"] else "", _told_weight(why, digits),
            tell_swap(why, digits) if why["neighbour"] else say("none is possible"), _cure(why, grid, digits),
            "" if proof is None else tell_proof(proof),
        ))  # fmt: skip
    return head, rows


def explained_notes() -> list[str]:
    """Tell what stands in the list.

    Returns
    -------
    list of str
        Lines below it.
    """
    return [
        say("Listed are grids outside the band, and those with errors or warnings; `gridplan explain` tells of any."),
        say("Costs are those of the certificate: what a plan costs more (+) or less (-) after the exchange."),
    ]


def page_reasons(plan: PlanData, rules: Rules) -> dict[str, list[Any]]:
    """Lay the explanations out for the script of the page.

    Parameters
    ----------
    plan : PlanData
        With explanations.
    rules : Rules
        Of the plan.

    Returns
    -------
    dict of str to list
        Row of a grid -> term that weighs most, its cost and that of the grid; the best exchange, and the best that
        cures an exception, or None: rows of the neighbour and of the unit (-1: both as one), moved, here, there,
        change; and by which share its community may cost more than the best.
    """
    table, digits = plan.explanations, told_digits(rules)
    row = rows_of(plan.grids["grid_code"], table["grid_code"]).tolist()
    swaps = [_swaps_of_page(plan, table, prefix, digits) for prefix in ("", "cure_")]
    proofs = {str(c["community"]): _excess(c) for c in plan.certificate.to_dict("records")}
    homes = plan.grids["community"].to_numpy()[row]
    return {
        str(grid): [why["binds"], *_weight(why, digits), best, cure, _rounded(proofs.get(str(home)))]
        for grid, home, why, best, cure in zip(row, homes, table.to_dict("records"), *swaps, strict=True)
    }


def _swaps_of_page(plan: PlanData, table: "pd.DataFrame", prefix: str, digits: int) -> list[list[Any] | None]:
    names = [f"{prefix}{name}" for name in ("moved", "here", "there")]
    other = rows_of(plan.grids["grid_code"], table[f"{prefix}neighbour"]).tolist()
    unit = rows_of(plan.units["unit_id"], table[f"{prefix}unit"]).tolist()
    counts, changes = table[names].to_numpy(), table[f"{prefix}change" if prefix else "cost_change"]
    return [
        None if o < 0 else [o, u, *map(int, count), f"{round(float(change), digits) + 0.0:+.{digits}f}"]
        for o, u, count, change in zip(other, unit, counts, changes, strict=True)
    ]


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 3)


def _weight(why: Mapping[Any, Any], digits: int) -> tuple[str, str]:
    return f"{why[why['binds']]:.{digits}f}", f"{why['cost']:.{digits}f}"


def _told_weight(why: Mapping[Any, Any], digits: int) -> str:
    cost, whole = _weight(why, digits)
    return say("{term}: {cost} of {whole}", term=term_name(why["binds"]), cost=cost, whole=whole)


def _cure(why: Mapping[Any, Any], grid: "pd.Series[Any]", digits: int) -> str:
    if grid["in_band"]:
        return ""
    if not why["cure_neighbour"]:
        return Message(SENTENCES["incurable"], {})
    names = {"cost_change": "cure_change"}
    return tell_swap(
        {name: why[names.get(name, f"cure_{name}")] for name in ("neighbour", "unit", "moved", "here", "there",
                                                                  "cost_change")}, digits
    )  # fmt: skip
