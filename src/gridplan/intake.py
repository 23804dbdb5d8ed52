"""What comes in: check a district, draft its rule file, lay out its ground."""

import dataclasses
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan import deployment, geometry, planning, reading, reporting
from gridplan.check import Check
from gridplan.config import EXCLUSIVE, Rules
from gridplan.database import is_database, mask
from gridplan.draft import draft_rules
from gridplan.errors import GridplanError, LayerError, OutputError
from gridplan.language import say
from gridplan.model import Fabric, Layers
from gridplan.progress import Report, silent
from gridplan.schema import SET_ASIDE_COLUMNS


def check_district(
    source: str | Path | None = None,
    *,
    roles: Mapping[str, str | Path] | None = None,
    rules: Rules | None = None,
    crs: str | int | None = None,
    encoding: str | None = None,
    fields: Mapping[str, Mapping[str, str]] | None = None,
    report: Report = silent,
) -> Check:
    """Read a district and lay out its ground, to tell what was assumed and what is wrong.

    Parameters
    ----------
    source : path or None
        Folder or GeoPackage with layers named by role.
    roles : dict or None
        Role -> ``FILE`` or ``FILE:layer``; beside or instead of `source`.
    rules : Rules or None
        None takes the defaults.
    crs, encoding : str or None
        Overrule what the files say.
    fields : mapping or None
        Role -> canonical field -> field of the file; None matches them by name.
    report : Report
        Progress callback.

    Returns
    -------
    Check
        Tables of the layers and findings; input that cannot be used is a finding, not an exception.
    """
    rules = rules or Rules()
    check = examine_district(source, roles=roles, rules=rules, crs=crs, encoding=encoding, fields=fields, report=report)
    if check.district is None:
        return check
    try:
        fabric = lay_out(check.district, rules, report)
    except GridplanError as fault:
        return dataclasses.replace(check, faults=(("", fault),))
    aside = all_set_aside(check.district, fabric)
    return dataclasses.replace(
        check, notes=(*check.notes, *fabric.findings), set_aside=aside,
        faults=tuple(_roster_faults(check.district, fabric, rules)),
    )  # fmt: skip


def _roster_faults(layers: Layers, fabric: Fabric, rules: Rules) -> Iterator[tuple[str, GridplanError]]:
    """Tell what is wrong with the personnel, as a plan would."""
    if layers.personnel is None:
        return
    try:
        deployment.check_roster(layers.personnel, fabric.communities, rules, layers.jurisdictions)
    except GridplanError as fault:
        yield "personnel", fault


def draft_rule_file(
    source: str | Path | None,
    out: str | Path,
    *,
    roles: Mapping[str, str | Path] | None = None,
    replace: bool = False,
    report: Report = silent,
    **options: Any,  # noqa: ANN401
) -> Check:
    """Write a rule file with what is detected in a district, and with every rule at its default.

    Parameters
    ----------
    source : path or None
        Folder or GeoPackage with layers named by role.
    out : path
        File to make.
    roles : dict or None
        Role -> ``FILE`` or ``FILE:layer``; beside or instead of `source`.
    replace : bool
        Write over a file that is there.
    report : Report
        Progress callback.
    **options
        crs and encoding, as of `check_district`.

    Returns
    -------
    Check
        What reading found; the file is written also where the input cannot be used yet.

    Raises
    ------
    OutputError
        If the file is there already, or cannot be written.
    """
    file = Path(out)
    if file.exists() and not replace:
        raise OutputError(say("{path}: need a new file, found one; choose another or give --force", path=file))
    check = examine_district(source, roles=roles, report=report, **options)
    assumed = {f.subject for f in check.notes if f.code == "crs_assumed"}
    home = file.parent if source is None else Path(source) if Path(source).is_dir() else Path(source).parent
    named = {} if is_database(source) else {s.role: f"{s.path}:{s.layer}" if s.layer else s.path for s in check.sources}
    places = named | {role: _seen_from(home, place) for role, place in (roles or {}).items()}
    text = draft_rules(
        check.sources, places, assumed, "" if source is None else _seen_from(file.parent, source), check.district
    )
    reporting.write_text(text, file)
    return check


def _seen_from(home: Path, place: str | Path) -> str:
    """Write a place as it is seen from a folder; a database without its password."""
    if is_database(place):
        return mask(place)
    try:
        return Path(os.path.relpath(place, home)).as_posix()
    except ValueError:  # another drive of Windows
        return str(Path(place).absolute())


def examine_district(source: str | Path | None, **options: Any) -> Check:  # noqa: ANN401
    """Read a district, to tell what was assumed and which layers cannot be used.

    Parameters
    ----------
    source : path or None
        Folder or GeoPackage with layers named by role.
    **options
        roles, rules, crs, encoding, fields and report, as of `check_district`.

    Returns
    -------
    Check
        Before the ground is laid out.
    """
    found = reading.examine(source, **options)
    check = Check(district=found.layers, sources=found.sources, notes=found.findings, faults=found.faults)
    return check if found.layers is None else dataclasses.replace(check, set_aside=found.layers.set_aside)


def lay_out(layers: Layers, rules: Rules, report: Report) -> Fabric:
    """Lay out the ground of a plan.

    Parameters
    ----------
    layers : Layers
        The district.
    rules : Rules
        Sizes and geometry.
    report : Report
        Progress callback.

    Returns
    -------
    Fabric
        With at least one building: a plan without any is nobody's wish.

    Raises
    ------
    LayerError
        If no building stands on the planned ground.
    """
    classes = planning.class_buildings(layers, rules)
    upper = rules.sizes_of(classes)[:, 2] if rules.classes.apply else None
    fabric = geometry.build_fabric(layers, rules, report=report, upper=upper)
    if fabric.buildings.empty:
        raise LayerError(
            say("buildings: need one on the planned ground, found none; check the boundary and the CRS of the layers")
        )
    return _measure_units(fabric, layers, classes, rules)


def _measure_units(fabric: Fabric, layers: Layers, classes: NDArray[np.object_], rules: Rules) -> Fabric:
    """Tell of each unit its way to a facility, what exclusive site it is part of, and which sizes its grid follows."""
    ways = planning.measure_ways(fabric.units, layers.facilities, rules.deployment.detour)
    site, found = geometry.find_sites(fabric, layers, rules.exclusive)
    by_building = pd.Series(classes, index=layers.buildings["building_id"].to_numpy())
    own = by_building.reindex(fabric.units["building_id"]).fillna("").to_numpy(object)
    units = fabric.units.assign(facility_m=ways.round(1), profile="", site=site)
    fabric = dataclasses.replace(fabric, units=units, findings=(*fabric.findings, *found))
    apart = site != ""
    if apart.any():
        fabric = geometry.link_around(fabric, rules.lower, rules.geometry.min_border_m)
    profile = np.where(apart, EXCLUSIVE, planning.spread_classes(fabric, own, apart, rules))
    return dataclasses.replace(fabric, units=units.assign(profile=profile))


def all_set_aside(layers: Layers, fabric: Fabric) -> pd.DataFrame:
    """Collect the rows that take no part.

    Parameters
    ----------
    layers : Layers
        With those that reading set aside.
    fabric : Fabric
        With those that the ground left out.

    Returns
    -------
    DataFrame
        `SET_ASIDE_COLUMNS`.
    """
    frames = [f for f in (layers.set_aside, fabric.set_aside) if len(f)]
    none = pd.DataFrame(columns=list(SET_ASIDE_COLUMNS)).astype({"rows": "int64", "households": "int64"})
    return pd.concat(frames, ignore_index=True) if frames else none
