"""Commands whose help and errors are in the language in use, click's own words among them.

A command and its options carry English texts, the keys of the catalogue; they are looked up when they are shown.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import click
import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.types

from gridplan.language import LANGUAGES, Message, language, translate, use_language

_WIDTH_ZH: Final = 58
"""Columns of Chinese help: click counts a Hanzi as one, a console as two."""


def _look_up(text: str) -> str:
    return translate(text, language())


def _look_up_number(one: str, many: str, number: int) -> str:
    return _look_up(one if number == 1 else many)


for _module in (click.core, click.decorators, click.exceptions, click.formatting, click.parser, click.types):
    # click asks gettext for its words by their English templates, and gettext reads compiled files alone; our
    # catalogue has the same keys, so click is given that.
    vars(_module).update({"_": _look_up, "ngettext": _look_up_number})


@contextmanager
def _told(thing: Any) -> Iterator[None]:  # noqa: ANN401 - a command or an option
    """Show a command or an option with its help in the language in use."""
    english = thing.help
    thing.help = english.told_in(language()) if isinstance(english, Message) else english and _look_up(english)
    try:
        yield
    finally:
        thing.help = english


class Command(click.Command):
    """A command whose help stands in the catalogue."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help."""
        with _told(self):
            super().format_help_text(ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        """Give the line in the list of commands."""
        with _told(self):
            return super().get_short_help_str(limit)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Give the option for help; click keeps the first one, whatever its language."""
        self._help_option = None
        return super().get_help_option(ctx)


class Option(click.Option):
    """An option whose help stands in the catalogue."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Keep the help as it is given: click would turn a message into plain text."""
        super().__init__(*args, **kwargs)
        self.help = kwargs.get("help")

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Give the names and the help."""
        with _told(self):
            return super().get_help_record(ctx)


class Group(Command, click.Group):
    """The commands; the language is settled before the first word."""

    command_class = Command

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:  # noqa: ANN401
        """Find ``--lang`` wherever it stands, then do what is asked."""
        use_language(_asked(sys.argv[1:] if args is None else args))
        self.context_settings["max_content_width"] = _WIDTH_ZH if language() == "zh" else None
        return super().main(args, *rest, **options)


option = partial(click.option, cls=Option)

lang_option = option(
    "--lang", type=click.Choice(LANGUAGES), expose_value=False, help="Language of all messages; that of the system "
    "if not given."
)  # fmt: skip


def _asked(args: Sequence[str]) -> str | None:
    for flag, value in zip(args, [*args[1:], ""], strict=True):
        if flag == "--lang" or flag.startswith("--lang="):
            return flag.removeprefix("--lang=") if "=" in flag else value
    return None
