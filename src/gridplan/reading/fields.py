"""Match the fields of a file with the canonical ones, and turn their values into texts, counts and flags."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pandas as pd

from gridplan.errors import LayerError, first_three
from gridplan.language import join, say
from gridplan.reading.notes import Notes
from gridplan.reading.private import PERSONAL_VALUE
from gridplan.reading.sources import name_key
from gridplan.schema import BASIS, FIELDS, PERSONAL

_PERSONAL_KIND: Final = {name_key(name): kind for kind, names in PERSONAL.items() for name in names}
_PERSONAL_NAME: Final = re.compile(
    "姓名|身份证|身份号|公民身份|护照|证件号|电话|手机|联系方式|微信|qq号|邮箱|银行卡|户主|phone|mobile|e-?mail|id_?card|passport"
)
_PERSONAL_SHARE: Final = 0.05
_MOST: Final = 10_000_000  # more than any building, compound or row can hold
_NOTHING: Final = frozenset(("", "-", "--", "—", "/", "无", "nan", "none", "null", "<na>"))
_NUMBER: Final = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?:[^\d.+-]*|平方米|m2)")
_TRUE: Final = frozenset(("true", "t", "yes", "y", "1", "1.0", "是", "有"))
_FALSE: Final = frozenset(("false", "f", "no", "n", "0", "0.0", "否", "无"))


@dataclass(slots=True)
class Match:
    """Which field of a file is which canonical one.

    Parameters
    ----------
    fields : dict of str to str
        Canonical field -> field of the file.
    doubled : list of str
        One sentence for each canonical field that several fields of the file match.
    personal : list of str
        Fields of the file that identify persons.
    kinds : dict of str to str
        What identifies a person, as in `schema.PERSONAL` -> the first such field of the file.
    left : list of str
        Fields of the file that nothing reads.
    """

    fields: dict[str, str] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)
    personal: list[str] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)


def match_fields(
    role: str,
    names: Iterable[str],
    cut: Callable[[str], str] | None = None,
    told: Mapping[str, str] | None = None,
    basis: str = "",
) -> Match:
    """Match the field names of a file by the aliases of `schema.FIELDS`.

    Parameters
    ----------
    role : str
        Role of the layer.
    names : iterable of str
        Field names of the file.
    cut : callable or None
        Cuts a name as the file format does (DBF: 10 bytes); cut aliases match after whole ones.
    told : mapping of str to str or None
        Canonical field -> field of the file, as the user says; it wins over the aliases.
    basis : str
        What a household is: fields that count them so go first.

    Returns
    -------
    Match
        The best alias wins; a field of the file serves one canonical field.
    """
    columns: dict[str, list[str]] = {}
    for name in names:
        columns.setdefault(name_key(name), []).append(name)
    match = Match()
    kinds = _PERSONAL_KIND | ({name_key(cut(n)): kind for n, kind in _PERSONAL_KIND.items()} if cut else {})
    ours = _known_keys(role)
    for key, several in columns.items():
        if key in kinds or (key not in ours and _PERSONAL_NAME.search(key)):
            match.personal += several
            match.kinds.setdefault(kinds.get(key, "other"), several[0])
    told = {field: name for field, name in (told or {}).items() if name not in match.personal}
    taken: set[str] = {*match.personal, *told.values()}
    match.fields |= told
    for canonical, aliases in FIELDS[role].items():
        if canonical in told:
            continue
        first = BASIS.get(basis, ()) if canonical == "households" else ()
        known = (*first, canonical, *aliases)
        keys = dict.fromkeys(name_key(n) for n in (*known, *(map(cut, known) if cut else ())))
        hits = [name for key in keys for name in columns.get(key, ()) if name not in taken]
        if hits:
            match.fields[canonical] = hits[0]
            taken.update(hits)
        if len(hits) > 1:
            match.doubled.append(
                say(
                    "{field} is taken from {taken}, not from {ids}",
                    field=canonical,
                    taken=hits[0],
                    ids=first_three(hits[1:]),
                )
            )
    match.left = [name for key, several in columns.items() for name in several if key and name not in taken]
    return match


def tell_left(match: Match, role: str, place: str, notes: Notes) -> None:
    """Tell which fields of a roster nothing reads, and what would be read; other layers have many of their own.

    Parameters
    ----------
    match : Match
        Which field is which.
    role : str
        Role of the layer.
    place : str
        How the file is named.
    notes : Notes
        Takes the finding.
    """
    if role != "personnel" or not match.left:
        return
    known = [next(iter(aliases), name) for name, aliases in FIELDS[role].items() if name not in match.fields]
    if known:
        reason = say(
            "{place}: nothing reads {names}; where one of them is meant to count, rename it to one of: {known}",
            place=place, names=join(match.left), known=join(known),
        )  # fmt: skip
        notes.tell("roster_fields_left", role, reason, float(len(match.left)))


def is_known(role: str, name: str) -> bool:
    """Tell whether a field name is a known one.

    Parameters
    ----------
    role : str
        Role of the layer.
    name : str
        Field name of the file.

    Returns
    -------
    bool
        True for an alias of a canonical field, and for a field that identifies persons.
    """
    key = name_key(name)
    return key in _known_keys(role) or key in _PERSONAL_KIND


@lru_cache(maxsize=64)
def _known_keys(role: str) -> frozenset[str]:
    return frozenset(name_key(n) for canonical, aliases in FIELDS[role].items() for n in (canonical, *aliases))


def read_basis(name: str) -> str:
    """Tell how a field of counts reads a household.

    Parameters
    ----------
    name : str
        Field name of the file.

    Returns
    -------
    str
        A key of `schema.BASIS`; the empty text where the name does not say.
    """
    key = name_key(name)
    return next((basis for basis, names in BASIS.items() if key in map(name_key, names)), "")


def holds_persons(values: pd.Series) -> bool:
    """Tell whether values identify persons: numbers of identity cards or mobile telephones.

    Parameters
    ----------
    values : Series
        Of any type; its first thousand are looked at.

    Returns
    -------
    bool
        True where more than one in twenty does.
    """
    some = to_text(values.dropna().iloc[:1000])
    return bool(len(some)) and bool(some.str.contains(PERSONAL_VALUE).mean() > _PERSONAL_SHARE)


def to_text(values: pd.Series) -> pd.Series:
    """Turn values into stripped texts; nothing becomes the empty text and 12.0 becomes "12".

    Parameters
    ----------
    values : Series
        Of any type.

    Returns
    -------
    Series of str
        Indexed as `values`.
    """
    return _by_unique(values, _text).astype("str")


def to_numbers(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Turn values into numbers; a unit behind the number ("1234户") and full width do no harm.

    Parameters
    ----------
    values : Series
        Of any type.

    Returns
    -------
    Series of float64
        NaN where there is no number.
    Series of bool
        True where there is something that is no number.
    """
    if pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.astype("float64")
    else:
        numbers = _by_unique(values, _number).astype("float64")
    unreadable = pd.Series(np.isinf(numbers.to_numpy()), index=values.index)
    return numbers.mask(unreadable), unreadable


def to_counts(
    values: pd.Series, where: str, ids: pd.Series, *, name: Callable[[Any], str] = str, whole: bool = True
) -> pd.Series:
    """Turn values into counts.

    Parameters
    ----------
    values : Series
        Of any type.
    where : str
        Layer and field, as messages name them.
    ids : Series
        What to call each row.
    name : callable
        Says an id.
    whole : bool
        Refuse 12.5; else it is rounded.

    Returns
    -------
    Series of float64
        Whole numbers >= 0; NaN where there is none.

    Raises
    ------
    LayerError
        If there is text that is no number, or a number that is no count; all faults at once.
    """
    numbers, unreadable = to_numbers(values)
    faults = [
        (say("text that is no number"), unreadable),
        (say("less than 0"), numbers < 0),
        (say("too much"), numbers > _MOST),
    ]
    if whole:
        faults.append((say("no whole number"), (numbers - numbers.round()).abs() > 1e-6))  # noqa: PLR2004
    found = [
        say("{fault} at {ids}", fault=fault, ids=first_three(name(i) for i in ids[mask]))
        for fault, mask in faults
        if mask.any()
    ]
    if found:
        raise LayerError(
            say(
                "{where}: need counts, found {found}; correct the values or empty them",
                where=where,
                found=join(found, "and"),
            )
        )
    return numbers.round()


def to_flags(values: pd.Series) -> pd.Series:
    """Turn values such as 是, N or 1 into flags.

    Parameters
    ----------
    values : Series
        Of any type.

    Returns
    -------
    Series of boolean
        NA where the value says neither.
    """
    return _by_unique(values, _flag).astype("boolean")


def _by_unique(values: pd.Series, convert: Callable[[object], object]) -> pd.Series:
    """Convert each distinct value once."""
    codes, uniques = pd.factorize(values, use_na_sentinel=False)
    table = np.empty(len(uniques), dtype=object)
    table[:] = [convert(value) for value in np.asarray(uniques, dtype=object).tolist()]
    return pd.Series(table[codes], index=values.index, name=values.name, dtype=object)


def _text(value: object) -> str:
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _number(value: object) -> float:
    """Read one number; infinity stands for what is none."""
    text = unicodedata.normalize("NFKC", _text(value)).casefold().replace(",", "").replace(" ", "")
    if text in _NOTHING:
        return float("nan")
    hit = _NUMBER.fullmatch(text)
    return float(hit[1]) if hit else float("inf")


def _flag(value: object) -> bool | None:
    text = unicodedata.normalize("NFKC", _text(value)).casefold()
    return True if text in _TRUE else False if text in _FALSE else None
