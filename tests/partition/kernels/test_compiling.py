"""How kernels are compiled: garbage is looked for seldom meanwhile, and as before afterwards."""

import gc
from collections.abc import Callable

import numba
import pytest
from numba.core import event

from gridplan.partition.kernels.compiling import SELDOM, inner

needs_compiler = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")


class Witness(event.Listener):
    """Sees at each step of the compiler how many objects are made between two looks for garbage."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def on_start(self, _event: event.Event) -> None:
        """Look where a step begins."""
        self.seen.append(gc.get_threshold()[0])

    def on_end(self, _event: event.Event) -> None:
        """Look where it ends."""
        self.seen.append(gc.get_threshold()[0])


def compile_with(called: Callable[[int], int], package: str) -> list[int]:
    """Compile a kernel of a package that calls another, and return what a witness saw."""
    called.__module__ = package
    below = inner(called)

    def calling(value: int) -> int:
        return below(value) + 1

    calling.__module__ = package
    with event.install_listener("numba:run_pass", Witness()) as witness:
        inner(calling).compile("(int64,)")  # type: ignore[attr-defined]
    return witness.seen


@needs_compiler
def test_garbage_is_looked_for_seldom_while_a_kernel_is_compiled() -> None:
    """Afterwards all is as it was, whatever that was."""
    usual = gc.get_threshold()
    gc.set_threshold(123, 4, 5)
    try:
        assert set(compile_with(lambda value: value + 1, "gridplan.made_up")) == {SELDOM}
        assert gc.get_threshold()[:2] == (123, 4)
    finally:
        gc.set_threshold(*usual)


@needs_compiler
def test_all_is_as_before_after_a_kernel_that_cannot_be_compiled() -> None:
    """An error leaves nothing behind."""
    usual = gc.get_threshold()
    with pytest.raises(numba.TypingError):
        compile_with(lambda value: value.nothing, "gridplan.made_up")  # type: ignore[attr-defined]
    assert gc.get_threshold() == usual


@needs_compiler
def test_kernels_of_others_are_compiled_as_ever() -> None:
    """What is not ours is left alone."""
    assert set(compile_with(lambda value: value + 1, "elsewhere")) == {gc.get_threshold()[0]}
