"""summary.json: what a plan amounts to, for people in a hurry and for scripts."""

import json
import math
from pathlib import Path, PureWindowsPath
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from gridplan.accounts import conservation
from gridplan.config import Rules
from gridplan.language import word
from gridplan.model import PlanData
from gridplan.reporting.classes import class_of, size_classes
from gridplan.reporting.reasons import TERM_NAMES
from gridplan.reporting.scoring import certificate_totals, score
from gridplan.schema import SEVERITIES

_QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


def summarise(plan: PlanData, rules: Rules) -> dict[str, Any]:
    """Sum a plan up.

    Parameters
    ----------
    plan : PlanData
        The plan.
    rules : Rules
        The rules it was made by.

    Returns
    -------
    dict
        JSON-able: how it was made, counts, sizes, score, certificate, stages, findings, sources,
        and the account of rows and households.
    """
    run = plan.run
    return {
        "gridplan": run.get("version"),
        **{key: run.get(key) for key in ("created", "seed", "effort", "time_limit", "reproducible")},
        "household_basis": rules.household_basis,
        "crs": plan.crs.to_string(),
        "counts": _counts(plan),
        "sizes": _sizes(plan, rules),
        "score": score(plan, rules),
        "certificate": _certificate(plan),
        "findings": _findings(plan),
        "stages": run.get("stages", {}),
        "rules": rules.to_mapping(),
        "conservation": conservation(run.get("sources", []), plan.set_aside).to_dict("records"),
        "sources": [_without_folder(source) for source in run.get("sources", [])],
    }


def write_summary(summary: dict[str, Any], path: Path) -> None:
    """Write the summary as JSON (UTF-8); numbers that are none become null.

    Parameters
    ----------
    summary : dict
        What `summarise` gave.
    path : Path
        File to make.
    """
    path.write_text(json.dumps(finite(summary), ensure_ascii=False, indent=2, allow_nan=False) + "\n", "utf-8")


def _counts(plan: PlanData) -> dict[str, int]:
    units, aside = plan.units, plan.set_aside
    estimated = units.loc[units["source"] != "counted", "households"]
    return {
        "grids": len(plan.grids),
        "communities": len(plan.communities),
        "units": len(units),
        "buildings": int(plan.buildings["building_id"].nunique()),
        "households": int(units["households"].sum()),
        "households_estimated": int(estimated.sum()),
        "residents": int(units["residents"].sum()),
        "set_aside": len(aside),
        "set_aside_households": int(aside["households"].fillna(0).sum()),
    }


def _sizes(plan: PlanData, rules: Rules) -> dict[str, Any]:
    sizes = plan.grids["households"].to_numpy(dtype="int64")
    classes = size_classes(rules)
    counts = np.bincount(class_of(sizes, classes), minlength=len(classes))
    outside = plan.grids[~plan.grids["in_band"].astype(bool)]
    quantiles = np.quantile(sizes, _QUANTILES) if len(sizes) else []
    return {
        "target": rules.target,
        "lower": rules.lower,
        "upper": rules.upper,
        "mean": float(sizes.mean()) if len(sizes) else None,
        "std": float(sizes.std()) if len(sizes) else None,
        "quantiles": {str(q): float(v) for q, v in zip(_QUANTILES, quantiles, strict=False)},
        "classes": [
            {"class": c.key, "from": c.first, "to": c.last, "grids": int(n)}
            for c, n in zip(classes, counts, strict=True)
        ],
        "outside_by_cause": {str(k): int(n) for k, n in outside.groupby("cause")["grid_code"].count().items()},
    }


def terms_on(rules: Rules) -> list[str]:
    """List the terms of the cost that a certificate speaks of.

    Parameters
    ----------
    rules : Rules
        The rules of a plan.

    Returns
    -------
    list of str
        Prices above 0, as the rule file names them, what weighs in the load, and what decides on sizes and numbers.
    """
    prices = ["outside", "load", "compound", "mixed", "inertia", "barrier_per_m"]
    sizes = {
        "considerations.capacity": rules.considerations.capacity != "off",
        "classes.apply": rules.classes.apply,
        "exclusive": rules.exclusive.terms(),
    }
    return [
        *(f"cost.{name}" for name in prices if getattr(rules.cost, name) > 0),
        *(f"considerations.{name}" for name in rules.considerations.terms()),
        *(name for name, on in sizes.items() if on),
    ]


CONSIDERED: Final = MappingProxyType(
    {
        "considerations.residents": "population count",
        "considerations.elderly_disabled": "population structure",
        "considerations.minors": "population structure",
        "considerations.floating": "population structure",
        "considerations.mental": "population structure",
        "considerations.facility_per_km": "public resources",
        "considerations.capacity": "governance capacity",
        "classes.apply": "classes of compounds",
        "exclusive": "exclusive grids",
    }
)
"""What `terms_on` may list beside prices -> what people call it, as keys of the catalogue."""


def tell_terms(rules: Rules) -> list[str]:
    """Name the terms that a certificate speaks of, each once.

    Parameters
    ----------
    rules : Rules
        The rules of a plan.

    Returns
    -------
    list of str
        For people.
    """
    names = (CONSIDERED.get(term) or TERM_NAMES[term.removeprefix("cost.")] for term in terms_on(rules))
    return [word(name) for name in dict.fromkeys(names)]


def _certificate(plan: PlanData) -> dict[str, Any]:
    certificate = plan.certificate
    proven = certificate["proven"].astype(bool)
    return {
        "communities": len(certificate),
        "communities_proven": int(proven.sum()),
        "households_proven": int(certificate.loc[proven, "households"].sum()),
        **{key: value for key, value in certificate_totals(plan).items() if key != "proven"},
        "seconds": float(certificate["seconds"].sum()),
        "terms": terms_on(Rules.from_mapping(plan.run["rules"])),
    }


def _findings(plan: PlanData) -> dict[str, Any]:
    kinds = plan.findings.groupby(["severity", "code"], sort=True)["subject"].count()
    return {
        "by_severity": {s: int((plan.findings["severity"] == s).sum()) for s in SEVERITIES},
        "by_kind": [{"severity": str(s), "code": str(c), "count": int(n)} for (s, c), n in kinds.items()],
    }


def _without_folder(source: dict[str, Any]) -> dict[str, Any]:
    """Folders tell about the machine, not about the plan; a Windows path understands both separators."""
    return {**source, "path": PureWindowsPath(source.get("path", "")).name}


def finite(value: Any) -> Any:  # noqa: ANN401  anything JSON-able
    """Turn numbers that are none into None, however deep they lie.

    Parameters
    ----------
    value : object
        Dictionaries, lists and plain values.

    Returns
    -------
    object
        The same, fit for JSON.
    """
    if isinstance(value, dict):
        return {key: finite(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [finite(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
