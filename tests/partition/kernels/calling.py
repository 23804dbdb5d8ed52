"""A way from Python to the kernels that only kernels call."""

from collections.abc import Callable
from functools import cache
from typing import ParamSpec, TypeVar

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


@cache
def from_python(kernel: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel once more, with an entry; without the compiler it has one anyway."""
    source = getattr(kernel, "py_func", None)
    compiled: Callable[P, R] = kernel if source is None else njit(nogil=True)(source)
    return compiled
