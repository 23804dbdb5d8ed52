"""Messages in English and Chinese: one catalogue, keyed by the English text.

To say something new:

1. Write it in English where it is said, with named placeholders: ``say("{where}: need {count} rows, found none",
   where=..., count=...)``. The template is one literal, never an f-string, so that a test finds it; a part that
   varies is a message of its own (``say``), a list (``join``, `errors.first_three`), or a fixed
   word such as a role (``word``).
2. Write the Chinese under the same key into the file of your wing in ``language/zh/*.toml``: the same placeholders, in
   any order, ``where: need, found; what to do`` becomes
   ``where：需要…，实际…；怎么办``. Fixed words stand in ``words.toml``,
   titles of findings in ``codes.toml``.

`tests/language` names every template without Chinese, every Chinese text nobody says, and placeholders that differ.

A message is a `str` in the language in use, and keeps its parts: a finding can be told again in the other language.
"""

import json
import os
import sys
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Self

LANGUAGES: Final = ("zh", "en")

_LANG_CHINESE: Final = 0x04  # of Windows, without the country

_in_use: list[str] = []  # at most one; a process speaks one language, whatever its threads


def language() -> str:
    """Tell the language in use.

    Returns
    -------
    str
        What `use_language` set, else that of the locale: "zh" for Chinese, "en" for all others.
    """
    if not _in_use:
        _in_use.append(_of_locale())
    return _in_use[0]


def use_language(name: str | None) -> None:
    """Speak one language from now on.

    Parameters
    ----------
    name : {"zh", "en"} or None
        None goes back to that of the locale.
    """
    _in_use[:] = [name] if name in LANGUAGES else []


class Message(str):
    """A text in the language in use that can be told in the other one.

    Parameters
    ----------
    template : str
        English, with named placeholders.
    values : dict
        What stands for the placeholders.
    """

    __slots__ = ("template", "values")

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, values: dict[str, Any]) -> Self:
        """Put the text together."""
        plain = {name: _plain(value) for name, value in values.items()}
        self = super().__new__(cls, _render(template, plain, language()))
        self.template, self.values = template, plain
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Let a message be pickled."""
        return Message, (self.template, self.values)

    def told_in(self, name: str) -> str:
        """Tell the message in a language.

        Parameters
        ----------
        name : {"zh", "en"}
            The language.

        Returns
        -------
        str
            The text.
        """
        return _render(self.template, self.values, name)


def say(template: str, /, **values: object) -> Message:
    """Say something in the language in use.

    Parameters
    ----------
    template : str
        English, with named placeholders; its key in the catalogue.
    **values
        What stands for the placeholders: numbers, text, or messages.

    Returns
    -------
    Message
        The text.
    """
    return Message(template, values)


def word(name: str) -> str:
    """Say a fixed word: a role, a severity, a cause, the code of a finding.

    Parameters
    ----------
    name : str
        As it stands in the data.

    Returns
    -------
    str
        A message; `name` itself where the catalogue has no such word. A key of several words may join them by `_`.
    """
    return next((Message(n, {}) for n in (name, name.replace("_", " ")) if n in _catalogue()), name)


def join(parts: Sequence[object], link: str = ",") -> str:
    r"""Say a list: ``a, b, c``.

    Parameters
    ----------
    parts : sequence
        Texts or messages.
    link : {",", "and", "or", "\n"}
        What stands before the last one; a new line stands between all.

    Returns
    -------
    str
        A message; the empty text for an empty list.
    """
    if len(parts) < 2:  # noqa: PLR2004 - one part needs no link
        return parts[0] if parts and isinstance(parts[0], str) else "".join(map(str, parts))
    if link == "\n":
        return say("{head}\n{tail}", head=join(parts[:-1], link), tail=parts[-1])
    head = join(parts[:-1])
    if link == "and":
        return say("{head} and {tail}", head=head, tail=parts[-1])
    if link == "or":
        return say("{head} or {tail}", head=head, tail=parts[-1])
    return say("{head}, {tail}", head=head, tail=parts[-1])


def translate(text: str, name: str) -> str:
    """Find what stands in the catalogue for an English text.

    Parameters
    ----------
    text : str
        A template, or a fixed word.
    name : {"zh", "en"}
        The language.

    Returns
    -------
    str
        `text` itself in English, or where the catalogue does not have it.
    """
    return text if name == "en" else _catalogue().get(text, text)


def pack(text: str) -> str:
    """Write a message down so that no language is lost.

    Parameters
    ----------
    text : str
        A message; plain text stays as it is in both languages.

    Returns
    -------
    str
        JSON: the template and the values, or the plain text.
    """
    return json.dumps(_parts(text), ensure_ascii=False)


def unpack(text: str) -> str:
    """Read what `pack` wrote.

    Parameters
    ----------
    text : str
        JSON.

    Returns
    -------
    str
        The message in the language in use.

    Raises
    ------
    ValueError
        If `pack` did not write it.
    """
    whole: str = _whole(json.loads(text))
    return whole


def told_in(text: str, name: str) -> str:
    """Tell what `pack` wrote in a language.

    Parameters
    ----------
    text : str
        JSON.
    name : {"zh", "en"}
        The language.

    Returns
    -------
    str
        The text.
    """
    message = unpack(text)
    return message.told_in(name) if isinstance(message, Message) else message


def _parts(value: object) -> Any:  # noqa: ANN401 - what JSON holds
    if not isinstance(value, Message):
        return value
    return [value.template, {name: _parts(part) for name, part in value.values.items()}]


def _whole(parts: Any) -> Any:  # noqa: ANN401 - what JSON holds
    if not isinstance(parts, list):
        return parts
    template, values = parts
    return Message(template, {name: _whole(part) for name, part in values.items()})


def _render(template: str, values: dict[str, Any], name: str) -> str:
    told = {k: v.told_in(name) if isinstance(v, Message) else v for k, v in values.items()}
    return translate(template, name).format_map(told)


def _plain(value: object) -> str | float:
    """Keep what JSON can hold: numbers of numpy become those of Python, all else its text."""
    if isinstance(value, str | int | float):
        return value
    item = getattr(value, "item", None)
    plain: str | float = str(value) if item is None else item()
    return plain


@lru_cache(maxsize=1)
def _catalogue() -> dict[str, str]:
    import tomllib  # noqa: PLC0415 - English needs no catalogue

    texts: dict[str, str] = {}
    for file in (files("gridplan.language") / "zh").iterdir():
        texts |= tomllib.loads(file.read_text("utf-8"))
    return texts


def _of_locale() -> str:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - only there

        return "zh" if ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == _LANG_CHINESE else "en"
    told = (os.environ.get(name) for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next((t for t in told if t), "").lower().startswith("zh") else "en"
