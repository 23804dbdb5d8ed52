"""Draft the rule file of a district: what was detected, and every rule with what it means."""

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from inspect import getdoc
from typing import Any, Final

import numpy as np

from gridplan.config import PROFILES, KindRules, Rules
from gridplan.forces import ForceRules
from gridplan.language import join, say, translate
from gridplan.language import language as in_use
from gridplan.model import Layers, Source
from gridplan.schema import FIELDS

_VILLAGE: Final = 3
"""Most households of a building of a village."""


def guess_profile(layers: Layers | None) -> str:
    """Guess which profile of sizes a district follows.

    Parameters
    ----------
    layers : Layers or None
        The district, if it can be used.

    Returns
    -------
    str
        "rural" where half of the households live in buildings of at most 3, else "standard".
    """
    return "rural" if layers is not None and 0 < _middle_size(layers) <= _VILLAGE else "standard"


def draft_rules(
    sources: Iterable[Source], places: Mapping[str, str], assumed: Iterable[str], source: str, layers: Layers | None
) -> str:
    """Write the rule file of a district.

    Parameters
    ----------
    sources : iterable of Source
        The layers that were found.
    places : mapping of str to str
        Role -> file, or file and layer, seen from the source.
    assumed : iterable of str
        Roles of those whose CRS is assumed.
    source : str
        Folder or GeoPackage, seen from where the file is to lie; "" where layers were given one by one.
    layers : Layers or None
        The district, if it can be used.

    Returns
    -------
    str
        TOML in the language in use; read back it gives the default rules with the profile, and the input.
    """
    found = list(sources)
    profile = guess_profile(layers)
    lines = [
        *_remark(
            say("Rules of a plan, made by gridplan init. Lines such as #target = 300 are defaults: take the # away "
                "to change one.")
        ),
        "",
        *_sizes(profile, layers),
        "",
        *_input(found, places, set(assumed), source),
        *_fields(found),
    ]  # fmt: skip
    for name, group in _groups():
        lines += ["", *_remark(_summary(group)), f"[{name}]", *_defaults(group)]
    lines += [*_kinds(), *_forces()]
    return "\n".join(lines) + "\n"


def _sizes(profile: str, layers: Layers | None) -> Iterator[str]:
    if layers is not None:
        count = _middle_size(layers)
        yield from _remark(say("Half of the households live in buildings of {count} or fewer.", count=count))
    yield from _remark(say("Profiles: households a grid should hold, the fewest and the most:"))
    for name, sizes in PROFILES.items():
        yield from _remark(f"  {name}: " + ", ".join(map(str, sizes)))
    yield f"profile = {_toml(profile)}"
    told, means = dict(zip(("target", "lower", "upper"), PROFILES[profile], strict=True)), _meanings(Rules)
    for name in ("target", "lower", "upper"):
        yield f"#{name} = {told[name]}"
    yield from _remark(_look_up(means["household_basis"]))
    yield f"household_basis = {_toml(Rules().household_basis)}"


def _input(sources: list[Source], places: Mapping[str, str], assumed: set[str], source: str) -> Iterator[str]:
    yield from _remark(say("What is read, as it was detected."))
    yield "[input]"
    if source:
        yield f"source = {_toml(source)}"
    crs = {s.crs for s in sources if s.role in assumed and s.crs}
    codes = list(dict.fromkeys(s.crs for s in sources if s.crs))
    yield from _remark(say("CRS of layers that name none, or a wrong one."))
    if len(crs) == 1:
        names = join([s.path for s in sources if s.role in assumed])
        yield from _remark(say("Assumed for {names}: check it.", names=names))
        yield f"crs = {_toml(crs.pop())}"
    else:
        yield f"#crs = {_toml(codes[0] if codes else 'EPSG:4550')}"
    told = [s.encoding for s in sources if s.encoding not in ("", "utf-8", "ascii")]
    yield from _remark(say("Encoding of the text in DBF and CSV files."))
    yield f"#encoding = {_toml(told[0] if told else 'utf-8')}"
    yield ""
    yield "[input.layers]"
    for s in sources:
        if s.role in places:
            yield f"{s.role} = {_toml(places[s.role])}"


def _fields(sources: list[Source]) -> Iterator[str]:
    yield ""
    yield from _remark(say("Fields: what gridplan needs = what the file calls it; those not found are left out."))
    for s in sources:
        yield f"[input.fields.{s.role}]"
        for name, aliases in FIELDS[s.role].items():
            if name in s.fields:
                yield f"{name} = {_toml(s.fields[name])}"
            else:
                yield f"#{name} = {_toml(next(iter(aliases), name))}"


def _groups() -> Iterator[tuple[str, Any]]:
    """List the groups of rules."""
    rules = Rules()
    for f in dataclasses.fields(rules):
        group = getattr(rules, f.name)
        if dataclasses.is_dataclass(group):
            yield f.name, group


def _kinds() -> Iterator[str]:
    """Lay out the classes of compounds: what their fields mean, then every default."""
    kinds = Rules().classes.kinds
    yield ""
    yield from _remark(_summary(kinds[0]))
    for name, meaning in _meanings(KindRules).items():
        yield from _remark(f"{name}: {_look_up(meaning)}")
    for kind in kinds:
        yield f"[classes.kinds.{kind.kind}]"
        for f in dataclasses.fields(kind)[1:]:
            yield f"#{f.name} = {_toml(getattr(kind, f.name))}"


def _forces() -> Iterator[str]:
    """Lay out the forces: what their fields mean, then every default."""
    forces = Rules().deployment.forces
    yield ""
    yield from _remark(_summary(forces[0]))
    for name, meaning in _meanings(ForceRules).items():
        yield from _remark(f"{name}: {_look_up(meaning)}")
    for force in forces:
        yield f"[deployment.forces.{force.force}]"
        for f in dataclasses.fields(force)[1:]:
            yield f"#{f.name} = {_toml(getattr(force, f.name))}"


def _defaults(group: Any) -> Iterator[str]:  # noqa: ANN401 - one of the groups
    means = _meanings(type(group))
    for f in dataclasses.fields(group):
        if _is_plain(getattr(group, f.name)):
            yield from _remark(_look_up(means[f.name]))
            yield f"#{f.name} = {_toml(getattr(group, f.name))}"


def _meanings(group: type) -> dict[str, str]:
    """Read what each field means off the section Parameters of the docstring."""
    lines = (getdoc(group) or "").split("\nParameters\n", 1)[1].splitlines()[1:]
    means: dict[str, str] = {}
    names: list[str] = []
    for line in lines:
        if line.startswith("    "):
            means |= {name: f"{means.get(name, '')} {line.strip()}".strip() for name in names}
        elif " : " in line:
            names = [name.strip() for name in line.split(" : ")[0].split(",")]
        else:
            break
    return means


def _summary(group: Any) -> str:  # noqa: ANN401 - one of the groups
    return _look_up((getdoc(type(group)) or "").split("\n\n")[0].replace("\n", " "))


def rule_texts() -> list[str]:
    """List what the docstrings of the rules say, which a drafted file tells in both languages.

    Returns
    -------
    list of str
        In English.
    """
    texts = [_meanings(Rules)[name] for name in ("target", "household_basis")]
    for kind in (*(type(group) for _, group in _groups()), ForceRules, KindRules):
        means = _meanings(kind)
        texts.append((getdoc(kind) or "").split("\n\n")[0].replace("\n", " "))
        texts += [text for name, text in means.items() if name not in ("forces", "kinds")]
    return texts


def rule_rows(rules: Rules) -> list[tuple[str, Any, Any, str]]:
    """List every rule with its meaning, but for those of the forces, which the roster lists.

    Parameters
    ----------
    rules : Rules
        The rules of a plan.

    Returns
    -------
    list of tuple
        Name as in a rule file, value, default, and meaning in the language in use.
    """
    usual, means = Rules(), _meanings(Rules)
    sizes = ("target", "lower", "upper")
    listed = [(n, getattr(rules, n), getattr(usual, n), _look_up(means[n])) for n in (*sizes, "household_basis")]
    for name, group in _groups():
        told, means = getattr(rules, name), _meanings(type(group))
        listed += [
            (f"{name}.{f.name}", getattr(told, f.name), getattr(group, f.name), _look_up(means[f.name]))
            for f in dataclasses.fields(group)
            if _is_plain(getattr(group, f.name))
        ]
    return listed


def _look_up(text: str) -> str:
    return translate(text, in_use())


def _remark(text: str) -> list[str]:
    return [f"# {text}"]


def _is_plain(value: object) -> bool:
    texts = isinstance(value, tuple) and all(isinstance(v, str) for v in value)
    return isinstance(value, int | float | str) or texts


def _toml(value: object) -> str:
    """Write a value: JSON's texts, numbers and lists of them are those of TOML."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def _middle_size(layers: Layers) -> int:
    """Find the size of the buildings in which half of the households live."""
    sizes = np.sort(layers.buildings["households"].to_numpy())
    total = np.cumsum(sizes)
    return int(sizes[np.searchsorted(total, total[-1] / 2)]) if len(total) and total[-1] else 0
