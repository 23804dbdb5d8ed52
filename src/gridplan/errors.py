"""The error tree: everything gridplan raises on purpose.

Every message reads *where: what is needed, what was found; what to do* and names the first three ids.
"""

from collections.abc import Iterable

from gridplan.language import join, say


class GridplanError(Exception):
    """Root of every error gridplan raises on purpose."""

    @property
    def message(self) -> str:
        """What is wrong and what to do."""
        return str(self) if not self.args or not isinstance(self.args[0], str) else self.args[0]


class ConfigError(GridplanError, ValueError):
    """A rule or an option has a value that cannot be used."""


class LayerError(GridplanError, ValueError):
    """An input layer is missing, unreadable or breaks its contract."""


class CRSError(LayerError):
    """A layer has no coordinate reference system, or one that cannot be used."""


class EncodingError(LayerError):
    """The text of a file cannot be decoded with certainty."""


class GraphError(GridplanError, ValueError):
    """The arrays handed to the partition core contradict one another."""


class InfeasibleError(GridplanError, ValueError):
    """The number of grids asked for cannot be met."""


class PlanError(GridplanError, ValueError):
    """A plan breaks its own contract, or a file holds no plan."""


class OutputError(GridplanError, OSError):
    """The plan cannot be written where it was asked for."""


def first_three(ids: Iterable[object]) -> str:
    """Name the first three of the ids at fault, and how many more there are.

    Parameters
    ----------
    ids : iterable
        Ids of the rows at fault, in file order.

    Returns
    -------
    str
        For example ``a, b, c and 14 more``.
    """
    names = [i if isinstance(i, str) else str(i) for i in ids]
    named, more = join(names[:3]), len(names) - 3
    return say("{names} and {count} more", names=named, count=more) if more > 0 else named


def nth_row(position: int) -> str:
    """Name a row that has no id.

    Parameters
    ----------
    position : int
        Its place in the file, from 0.

    Returns
    -------
    str
        For example ``row 5``.
    """
    return say("row {number}", number=position + 1)
