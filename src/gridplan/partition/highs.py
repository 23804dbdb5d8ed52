"""HiGHS, silent: the solver of linear and integer programmes behind proofs and rosters."""

import os
from threading import Lock
from typing import Any

_FIRST_USE = Lock()
_used = False


def make_solver() -> Any:  # noqa: ANN401
    """Return a silent HiGHS; its banner, written past Python on first use, is kept off the standard output.

    Returns
    -------
    highspy.Highs
        Untyped. The number of threads is never set: one process has one scheduler, and a second setting makes runs
        fail without a word.
    """
    import highspy  # noqa: PLC0415  # 8 MB that only proofs and rosters need

    highs: Any = highspy.Highs  # untyped

    global _used  # noqa: PLW0603
    with _FIRST_USE:
        if not _used:
            _used = True
            kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            try:
                first = highs()
                first.setOptionValue("output_flag", False)  # noqa: FBT003
                first.run()
            finally:
                os.dup2(kept, 1)
                os.close(kept)
                os.close(nowhere)
    solver = highs()
    solver.setOptionValue("output_flag", False)  # noqa: FBT003
    solver.setOptionValue("parallel", "off")
    return solver
