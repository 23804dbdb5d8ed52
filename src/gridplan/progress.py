"""Progress: one small callback that the command line turns into bars and notebooks into theirs."""

from typing import Protocol


class Report(Protocol):
    """What a stage calls to say how far it is.

    A callback may raise (the command line does on Ctrl-C); stages let it pass.
    """

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take the news that `done` of `total` steps of `stage` are finished.

        Parameters
        ----------
        stage : str
            Name of the stage: reading, geometry, partition, audit or writing.
        done, total : int
            Steps finished and steps in all; `done == total` ends the stage.
        """
        ...


def silent(stage: str, done: int, total: int) -> None:
    """Ignore the news: the default report.

    Parameters
    ----------
    stage : str
        Name of the stage.
    done, total : int
        Steps finished and steps in all.
    """
