"""The command line: reads arguments, calls the library, prints. Nothing else in gridplan prints."""

from gridplan.cli.commands import main

__all__ = ["main"]
