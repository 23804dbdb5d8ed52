"""Check the layers of a district: everything wrong with them at once, where `read_layers` stops at the first."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridplan.errors import GridplanError
from gridplan.model import Finding, Layers, Source
from gridplan.progress import Report, silent
from gridplan.reading.layers import probe_layer, read_layers
from gridplan.reading.notes import Notes
from gridplan.reading.sources import LayerRef, find_layers


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What reading a district found.

    Parameters
    ----------
    layers : Layers or None
        None where a layer cannot be used.
    sources : tuple of Source
        Of every layer; without a hash where it could not be read.
    findings : tuple of Finding
        What was assumed, repaired or ignored.
    faults : tuple of (str, GridplanError)
        Role, or "" where no single one is at fault, and what is wrong.
    """

    layers: Layers | None
    sources: tuple[Source, ...] = ()
    findings: tuple[Finding, ...] = ()
    faults: tuple[tuple[str, GridplanError], ...] = ()


def examine(
    source: str | Path | None = None,
    *,
    roles: Mapping[str, str | Path] | None = None,
    report: Report = silent,
    **options: Any,  # noqa: ANN401
) -> Examined:
    """Read the layers of a district, and name every layer that cannot be used.

    Parameters
    ----------
    source : path or None
        As of `read_layers`.
    roles : mapping of str to path or None
        As of `read_layers`.
    report : Report
        Progress callback, stage "reading".
    **options
        rules, crs and encoding, as of `read_layers`.

    Returns
    -------
    Examined
        With layers, or with faults.
    """
    try:
        layers = read_layers(source, roles=roles, report=report, **options)
    except GridplanError as error:
        return _search(source, roles, error, options)
    return Examined(layers=layers, sources=layers.sources, findings=layers.findings)


def _search(
    source: str | Path | None, roles: Mapping[str, str | Path] | None, error: GridplanError, options: dict[str, Any]
) -> Examined:
    """Read the buildings alone, then every other layer with them, to tell which are at fault.

    Where the buildings are, the others are tried alone, as far as that tells.
    """
    notes = Notes()
    try:
        refs = find_layers(source, roles, notes)
    except GridplanError as fault:
        return Examined(layers=None, findings=tuple(notes.findings), faults=(("", fault),))
    sources: list[Source] = []
    findings = dict.fromkeys(notes.findings)
    faults: list[tuple[str, GridplanError]] = []
    for role in sorted(refs, key=lambda r: r != "buildings"):
        try:
            if faults and faults[0][0] == "buildings":
                probe_layer(refs[role], encoding=options.get("encoding"), rules=options.get("rules"))
                continue
            both = read_layers(roles=_given(refs, "buildings", role), **options)
        except GridplanError as fault:
            faults.append((role, fault))
            continue
        sources += [s for s in both.sources if s.role == role]
        findings |= dict.fromkeys(both.findings)
    known = {s.role: s for s in sources}
    every = (known.get(role) or Source(role=role, path=r.path.name, layer=r.layer, rows=0) for role, r in refs.items())
    found = tuple(faults) or (("", error),)
    return Examined(layers=None, sources=tuple(every), findings=tuple(findings), faults=found)


def _given(refs: Mapping[str, LayerRef], *roles: str) -> dict[str, str]:
    return {role: refs[role].given for role in roles}
