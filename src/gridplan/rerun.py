"""Repeat a plan from its own table of the run and its inputs, and tell whether it comes out equal."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridplan import reporting
from gridplan.config import Rules
from gridplan.edits import Edits
from gridplan.errors import LayerError
from gridplan.intake import examine_district
from gridplan.language import Message, join, say, word
from gridplan.model import PlanData
from gridplan.pipeline import make_plan
from gridplan.plan import Plan, read_plan
from gridplan.planning import name_plan
from gridplan.progress import Report, silent
from gridplan.reading.layers import hash_file


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rerun:
    """A plan made once more.

    Parameters
    ----------
    plan : Plan
        What came out.
    differences : tuple of str
        What it differs in from the plan that was repeated, as `reporting.list_differences` names it; empty where they
        are the same, seconds, memory and dates left out.
    """

    plan: Plan
    differences: tuple[str, ...]


def rerun_plan(
    plan: PlanData,
    source: str | Path,
    *,
    crs: str | int | None = None,
    encoding: str | None = None,
    previous: PlanData | str | Path | None = None,
    jobs: int | None = None,
    report: Report = silent,
) -> Rerun:
    """Repeat a plan: the same files, rules, seed, effort and edits.

    Parameters
    ----------
    plan : PlanData
        The plan; its table `run` says how it was made.
    source : path
        Folder, or GeoPackage, with the files it was made of; they are known by their SHA-256, wherever in it they lie.
    crs, encoding : str or None
        As they were given when the plan was made: the run does not keep them.
    previous : PlanData, path or None
        The former plan that it went on from, if it did; known by what of it goes on.
    jobs : int or None
        Threads; the plan does not depend on it.
    report : Report
        Progress callback.

    Returns
    -------
    Rerun
        The plan again, and what differs.

    Raises
    ------
    LayerError
        If a file, or the former plan, is missing or is not the one the plan was made of, all of them named; or if the
        plan has a source that is no file.
    """
    run = plan.run
    former = read_plan(previous) if isinstance(previous, str | Path) else previous
    places = _find_files(run, Path(source), former)
    rules = Rules.from_mapping(run["rules"])
    fields = {s["role"]: s["fields"] for s in run["sources"] if s["fields"]}
    check = examine_district(None, roles=places, rules=rules, crs=crs, encoding=encoding, fields=fields, report=report)
    options = {"rng": run["seed"], "effort": run["effort"], "time_limit": run["time_limit"], "jobs": jobs}
    edits = Edits.from_mapping(run["edits"]) if "edits" in run else None
    again = make_plan(check.require(), rules, edits=edits, previous=former, report=report, **options)
    return Rerun(plan=again, differences=tuple(reporting.list_differences(plan, again)))


def _find_files(run: dict[str, Any], home: Path, former: PlanData | None) -> dict[str, str]:
    """Find the file of each role by name and hash; tell all that are not there, the former plan too."""
    faults, places = _former_faults(run.get("previous"), former), {}
    for source in run["sources"]:
        hashes = {path: hash_file(path) for path in _candidates(home, source["path"])}
        same = [path for path, found in hashes.items() if found == source["sha256"]]
        if same:
            places[source["role"]] = f"{same[0]}:{source['layer']}" if source["layer"] else str(same[0])
            continue
        found = say("others of that name") if hashes else say("none")
        faults.append(
            say("{role}: need the file {name} the plan was made of (SHA-256 {hash}), found {found}; look for it in "
                "another folder", role=word(source["role"]), name=source["path"] or "-",
                hash=source["sha256"][:12] or "-", found=found)
        )  # fmt: skip
    if faults:
        raise LayerError(join(faults, "\n"))
    return places


def _former_faults(told: dict[str, str] | None, former: PlanData | None) -> list[Message]:
    found = {} if former is None else name_plan(former)
    if (told or {}).get("sha256") == found.get("sha256"):
        return []
    need = say("no former plan") if told is None else say("the former plan of {day}", day=told["created"])
    have = say("that of {day}", day=found["created"]) if found else say("none")
    return [
        say("rerun: need {need}, found {found}; give the plan it went on from with --previous", need=need, found=have)
    ]


def _candidates(home: Path, name: str) -> Iterator[Path]:
    if home.is_file():
        yield from [home] if home.name == name else []
    elif name:
        yield from sorted(path for path in home.rglob("*") if path.name == name and path.is_file())
