"""Faults of settings: collected, and told with the nearest right name."""

import tomllib
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from gridplan.errors import ConfigError
from gridplan.language import join, say


def value_fault(where: str, needed: str, found: object, *, holds: bool, hint: str = "") -> list[str]:
    """Say what is wrong with a value.

    Parameters
    ----------
    where : str
        The key.
    needed : str
        What is needed.
    found : object
        What was found.
    holds : bool
        Whether the value can be used.
    hint : str
        What to do, if more is known than to correct it.

    Returns
    -------
    list of str
        One message, or none where the value holds.
    """
    if holds:
        return []
    remedy = hint or say("correct the rule file or the argument")
    return [say("rules, {where}: need {needed}, found {found}; {remedy}", where=where, needed=needed, found=found,
                remedy=remedy)]  # fmt: skip


def refuse(*faults: list[str]) -> None:
    """Raise all faults at once, if there are any.

    Parameters
    ----------
    *faults : list of str
        Messages.

    Raises
    ------
    ConfigError
        If there is one.
    """
    if any(faults):
        raise ConfigError(join([text for several in faults for text in several], "\n"))


def number_faults(group: str, rules: object, names: Iterable[str], *, zero: bool) -> list[str]:
    """Find the fields that are no numbers above 0.

    Parameters
    ----------
    group : str
        Table of the fields.
    rules : object
        Has the fields.
    names : iterable of str
        The fields.
    zero : bool
        Whether 0 is lawful.

    Returns
    -------
    list of str
        Messages.
    """
    needed = say("a number >= 0") if zero else say("a number > 0")
    values = {name: getattr(rules, name) for name in names}
    return [
        text
        for name, value in values.items()
        for text in value_fault(
            f"{group}.{name}", needed, repr(value), holds=is_number(value) and (value > 0 or (zero and value == 0))
        )
    ]


def load_toml(path: str | Path) -> dict[str, Any]:
    """Read a TOML file.

    Parameters
    ----------
    path : path
        UTF-8, with or without a byte order mark.

    Returns
    -------
    dict
        Its content.

    Raises
    ------
    ConfigError
        If the file is missing or no TOML.
    """
    try:
        return tomllib.loads(Path(path).read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        found = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise ConfigError(
            say(
                "rules, {path}: need a readable UTF-8 file, found {error}; check the path and the encoding",
                path=path,
                error=found,
            )
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            say("rules, {path}: need TOML, found {error}; correct that line", path=path, error=error)
        ) from error


def unknown_key(name: str, names: Sequence[str]) -> str:
    """Say that a key is not known, and which one is nearest.

    Parameters
    ----------
    name : str
        Key found, with its table: ``cost.lod``.
    names : sequence of str
        Keys that are known there.

    Returns
    -------
    str
        A message.
    """
    same = [known for known in names if known.rpartition(".")[2] == name.rpartition(".")[2]]
    close = same or get_close_matches(name, names, n=1)
    hint = say("did you mean {name}?", name=close[0]) if close else say("remove it")
    return say("rules, {name}: need a known key, found {name}; {hint}", name=name, hint=hint)


def choice_fault(where: str, value: object, names: Iterable[str]) -> list[str]:
    """Say that a value is none of the known ones, and which one is nearest.

    Parameters
    ----------
    where : str
        The key.
    value : object
        Value found.
    names : iterable of str
        Values that are known.

    Returns
    -------
    list of str
        One message, or none where the value is known.
    """
    known = list(names)
    close = get_close_matches(str(value), known, n=1)
    hint = say("did you mean {name}?", name=close[0]) if close else ""
    needed = say("one of {names}", names=join(known))
    return value_fault(where, needed, repr(value), holds=isinstance(value, str) and value in known, hint=hint)


def is_number(value: object) -> bool:
    """Tell a number from a truth value and from text.

    Parameters
    ----------
    value : object
        Any value.

    Returns
    -------
    bool
        True for int and float.
    """
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_count(value: object) -> bool:
    """Tell a whole number of at least 0.

    Parameters
    ----------
    value : object
        Any value.

    Returns
    -------
    bool
        True for such an int.
    """
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
