"""A roster at the door: what is wrong with it, all of it at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.deployment.ground import Ground, Ints
from gridplan.errors import first_three, nth_row
from gridplan.forces import DeploymentRules, force_of, title_of
from gridplan.language import Message, join, say, word
from gridplan.model import Finding
from gridplan.schema import field_title

WHERE: Final = "personnel"
_SPLIT: Final = r"[;,，；、/\s]+"
_FAR_M: Final = 200_000.0


@dataclass(slots=True)
class Door:
    """A roster being checked.

    Parameters
    ----------
    people : DataFrame
        The canonical columns of personnel, sorted by id.
    places : int64[n]
        Places of its rows in the file.
    ground : Ground
        The grids.
    rules : DeploymentRules
        The forces.
    areas : GeoDataFrame or None
        Jurisdictions.
    faults : list of str
        What is wrong.
    findings : list of Finding
        What is set aside or assumed.
    """

    people: pd.DataFrame
    places: Ints
    ground: Ground
    rules: DeploymentRules
    areas: gpd.GeoDataFrame | None
    faults: list[str]
    findings: list[Finding]

    def refuse(self, field: str, needed: str, found: str, rows: NDArray[np.bool_], remedy: str) -> None:
        """Note a fault of some rows.

        Parameters
        ----------
        field : str
            Columns, separated by a comma and a blank; or a message.
        needed, found : str
            What there should be, and what there is.
        rows : bool[n]
            Where.
        remedy : str
            What to do.
        """
        if rows.any():
            ids = self.people["person_id"].to_numpy()[rows]
            told = field if isinstance(field, Message) else field_title("personnel", *field.split(", "))
            names = first_three(i or nth_row(k) for i, k in zip(ids, self.places[rows].tolist(), strict=True))
            self.faults.append(
                say(
                    "{where}, {field}: need {needed}, found {found} at {names}; {remedy}",
                    where=word(WHERE), field=told, needed=needed, found=found, names=names, remedy=remedy,
                )
            )  # fmt: skip

    def warn(self, code: str, reason: str, value: float) -> None:
        """Note what is set aside or assumed.

        Parameters
        ----------
        code : str
            Kind of the finding.
        reason : str
            A sentence with the numbers.
        value : float
            The number behind it.
        """
        self.findings.append(Finding(code=code, severity="warning", subject=WHERE, reason=reason, value=value))


def check_ids(door: Door) -> None:
    """Everybody has an id, and nobody that of another.

    Parameters
    ----------
    door : Door
        The roster; takes the faults.
    """
    ids = door.people["person_id"]
    door.refuse(
        "person_id", say("an id for every person"), word("none"), (ids == "").to_numpy(), say("number the rows")
    )
    twice = (ids.duplicated(keep="first") & (ids != "")).to_numpy()
    door.refuse("person_id", say("each id once"), say("some again"), twice, say("keep one row a person"))


def read_forces(door: Door) -> NDArray[np.object_]:
    """Read the forces; unknown names are refused one by one.

    Parameters
    ----------
    door : Door
        The roster; takes the faults.

    Returns
    -------
    object[n]
        Key of the force of each person.
    """
    known = force_of(door.rules.forces)
    names = door.people["force"]
    for name in sorted(set(names) - set(known)):
        close = get_close_matches(name, [*known], n=1, cutoff=0.5)
        remedy = say("add [deployment.forces.{name}] to the rule file", name=name) if name else say("fill it in")
        if close:
            remedy = say("did you mean {name}?", name=close[0])
        needed = say("one of the forces {names}", names=join([title_of(f.force, f.name) for f in door.rules.forces]))
        door.refuse("force", needed, name or word("none"), (names == name).to_numpy(), remedy)
    return names.map({name: force.force for name, force in known.items()}).to_numpy(dtype=object)


def read_kinds(door: Door, field: str, kinds: Mapping[str, tuple[str, ...]], default: str) -> NDArray[np.object_]:
    """Read a column of fixed words.

    Parameters
    ----------
    door : Door
        The roster; takes the faults.
    field : str
        The column.
    kinds : mapping of str to tuple of str
        Word -> other words for it.
    default : str
        What an empty cell says.

    Returns
    -------
    object[n]
        The word of each person.
    """
    known = {name: kind for kind, names in kinds.items() for name in (kind, *names)}
    values = door.people[field]
    for value in sorted(set(values) - {"", *known}):
        needed = say("one of {names}", names=join([*known]))
        door.refuse(field, needed, value, (values == value).to_numpy(), say("correct or empty it"))
    return values.map({"": default, **known}).to_numpy(dtype=object)


def check_numbers(door: Door) -> None:
    """Capacities are more than nothing; places have two numbers and are near the district.

    Parameters
    ----------
    door : Door
        The roster; takes the faults.
    """
    capacity = door.people["capacity"].to_numpy(dtype="float64")
    remedy = say("correct it, empty it for the default, or leave the person out")
    door.refuse("capacity", say("a number > 0"), "0", capacity == 0, remedy)
    door.refuse("capacity", say("a number > 0"), say("less than 0"), capacity < 0, remedy)
    door.refuse("capacity", say("a number > 0"), say("other text"), np.isinf(capacity), remedy)
    for place in ("home", "work"):
        xy = door.people[[f"{place}_x", f"{place}_y"]].to_numpy(dtype="float64")
        text = np.isinf(xy).any(axis=1)
        half = (np.isfinite(xy).sum(axis=1) == 1) & ~text
        field = f"{place}_x, {place}_y"
        door.refuse(field, say("numbers"), say("other text"), text, say("correct them"))
        door.refuse(field, say("both or neither"), say("only one"), half, say("complete or empty them"))
        far = (np.hypot(*(xy - door.ground.xy.mean(axis=0)).T) > _FAR_M) & ~text
        found = say("others beyond {km:.0f} km", km=_FAR_M / 1000)
        door.refuse(field, say("places near the district"), found, far, say("correct them"))


def check_names(door: Door) -> None:
    """Refuse communities and subdistricts that the plan has not, and areas without a polygon.

    Parameters
    ----------
    door : Door
        The roster; takes the faults.
    """
    names = door.ground.names
    known = {
        "community": {*names["community"], *names["community_code"]},
        "subdistrict": set(names["subdistrict"]),
    }
    if door.areas is not None:
        known["area"] = set(door.areas["area"])
    elif (door.people["area"] != "").any():
        n = int((door.people["area"] != "").sum())
        reason = say(
            "{count} persons name a jurisdiction, but no layer of jurisdictions is given: they may serve anywhere",
            count=n,
        )
        door.warn("roster_jurisdictions", reason, n)
    for field, good in known.items():
        values = door.people[field]
        for value in sorted(set(values) - good - {""}):
            needed = say("a name of the layer of jurisdictions") if field == "area" else say("a name of the plan")
            door.refuse(field, needed, value, (values == value).to_numpy(), say("correct or empty it"))


def check_places(door: Door) -> None:
    """Everybody is somewhere, whatever the force.

    Parameters
    ----------
    door : Door
        The roster; takes the faults.
    """
    people = door.people
    placed = people[["home_x", "home_y", "work_x", "work_y"]].notna().any(axis=1)
    lost = ~placed.to_numpy(dtype=bool) & (people[["community", "subdistrict"]] == "").all(axis=1).to_numpy(dtype=bool)
    needed = say("home, work, community or subdistrict")
    door.refuse(say("place"), needed, word("none"), lost, say("fill one of them in"))


def read_present(door: Door, *, new_codes: bool) -> Ints:
    """Read the present roster.

    Parameters
    ----------
    door : Door
        The roster; takes the faults.
    new_codes : bool
        Unknown grids are said, not refused.

    Returns
    -------
    int64[n_pairs, 2]
        Grid and person.
    """
    lists = door.people["grid_code"].str.split(_SPLIT, regex=True).explode()
    lists = lists[lists.fillna("") != ""]
    grid = pd.Index(door.ground.codes).get_indexer(pd.Index(lists))
    unknown = np.unique(lists.index.to_numpy()[grid < 0])
    if len(unknown) and new_codes:
        reason = say(
            "{count} persons serve grids that this plan has not, first {ids}; these count for nothing",
            count=len(unknown), ids=first_three(lists[grid < 0]),
        )  # fmt: skip
        door.warn("roster_present_grids", reason, len(unknown))
    elif len(unknown):
        rows = np.zeros(len(door.people), dtype=bool)
        rows[unknown] = True
        found = first_three(dict.fromkeys(lists[grid < 0]))
        door.refuse("grid_code", say("codes of the plan"), found, rows, say("correct or empty them"))
    pairs = np.column_stack([grid, lists.index.to_numpy()])[grid >= 0]
    return np.unique(pairs, axis=0).astype(np.int64).reshape(-1, 2)


def split_list(text: str) -> list[str]:
    """Split a cell that lists several things.

    Parameters
    ----------
    text : str
        Parts with commas, semicolons or blanks between them, Chinese ones too.

    Returns
    -------
    list of str
        The parts.
    """
    return [part for part in pd.Series([text]).str.split(_SPLIT, regex=True).iloc[0] if part]
