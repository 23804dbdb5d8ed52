"""Packages whose names load on first use, so that importing one costs next to nothing."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def load_on_use(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Make the `__getattr__` of a package.

    Parameters
    ----------
    package : str
        Its name.
    homes : mapping of str to str
        Module inside it where each of its names stands.

    Returns
    -------
    callable
        Gives a name; unknown ones raise AttributeError, as of any module.
    """

    def find(name: str) -> Any:  # noqa: ANN401
        if name not in homes:
            msg = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(msg)
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    return find
