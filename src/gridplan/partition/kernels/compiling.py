"""How kernels are compiled: few doors from Python, and behind them kernels without one.

What compiling costs: every array handed on is seven values to the compiler, at every call, so arrays of one kind and
size are rows of one matrix, named by constants; each kernel is optimised again within every kernel above it, so there
are few floors; each statement takes its milliseconds; and Python looks through all that the compiler keeps, time and
again, for garbage that is not there.
"""

import gc
from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar

from numba import njit
from numba.core import event

P = ParamSpec("P")
R = TypeVar("R")

OPTIONS: Final[dict[str, Any]] = {"nogil": True, "no_cfunc_wrapper": True, "no_rewrites": True, "_nrt": False}
"""For kernels that make no arrays and have no expressions of whole arrays."""

SELDOM: Final = 10_000
"""Objects made between two looks for garbage while a kernel is compiled; more saves no time and takes more memory."""


def door(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel that Python calls.

    Parameters
    ----------
    function : callable
        The kernel; it makes no arrays.

    Returns
    -------
    callable
        The compiled kernel, kept in the cache.
    """
    return _compiled(function, cache=True)


def inner(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel that only kernels call; without an entry from Python it compiles in half the time.

    Parameters
    ----------
    function : callable
        The kernel; it makes no arrays.

    Returns
    -------
    callable
        The compiled kernel.
    """
    return _compiled(function, no_cpython_wrapper=True)


def woven(function: Callable[P, R]) -> Callable[P, R]:
    """Make a large kernel part of the one kernel that calls it, so that it is compiled only there.

    Parameters
    ----------
    function : callable
        The kernel; it makes no arrays.

    Returns
    -------
    callable
        The kernel.
    """
    return _compiled(function, no_cpython_wrapper=True, inline="always")


def _compiled(function: Callable[P, R], **more: Any) -> Callable[P, R]:  # noqa: ANN401
    compiled: Callable[P, R] = njit(**OPTIONS, **more)(function)
    return compiled


class _Patience(event.Listener):
    """Looks for garbage seldom while a kernel is compiled: that took an eighth of the time and found little."""

    def __init__(self) -> None:
        self._open, self._before = 0, gc.get_threshold()

    def on_start(self, event: event.Event) -> None:
        """Begin with the outermost kernel of ours."""
        if _ours(event):
            if not self._open:
                self._before = gc.get_threshold()
                gc.set_threshold(SELDOM, *self._before[1:])
            self._open += 1

    def on_end(self, event: event.Event) -> None:
        """Look as often as before when it is done."""
        if _ours(event):
            self._open -= 1
            if not self._open:
                gc.set_threshold(*self._before)


def _ours(happened: event.Event) -> bool:
    return str(happened.data["dispatcher"].py_func.__module__).startswith(__package__.partition(".")[0])


event.register("numba:compile", _Patience())  # type: ignore[no-untyped-call]


@inner
def plain(value: int) -> int:
    """Hide from the compiler which number it is; what takes a constant is compiled for it and for any number."""
    return value + 0
