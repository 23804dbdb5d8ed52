"""Start gridplan as a program of its own, with none of QGIS's settings, and pass on what it says."""

import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

from processing.core.ProcessingConfig import ProcessingConfig
from qgis.core import QgsProcessingException, QgsProcessingFeedback

from .words import speaks_chinese, tr

SETTING = "GRIDPLAN"
"""Name of the option and of the environment variable."""

BROKEN_RULE = 3
"""Exit code of a plan that breaks a hard rule."""

_OF_QGIS = ("PYTHON", "QGIS", "QT", "GDAL", "OGR", "PROJ", "LD_", "DYLD_", "OSGEO", "GIT_")
"""Beginnings of variables that would lead another Python or another GDAL astray."""
_WAIT_S = 0.2


def program() -> str:
    """Find gridplan: the option, the environment variable, the path."""
    named = ProcessingConfig.getSetting(SETTING) or os.environ.get(SETTING) or "gridplan"
    found = shutil.which(Path(named).expanduser())
    if found is None:
        raise QgsProcessingException(
            tr("gridplan is not found: install it, and name the program in the options of Processing or in the "
               "variable GRIDPLAN")
        )  # fmt: skip
    return found


def run(arguments: list[str], feedback: QgsProcessingFeedback) -> tuple[int, str]:
    """Run gridplan, report its lines as they come, and return its exit code and the last line."""
    command = [program(), *arguments, "--lang", "zh" if speaks_chinese() else "en"]
    feedback.pushCommandInfo(subprocess.list2cmdline(command))
    clean = {name: value for name, value in os.environ.items() if not name.startswith(_OF_QGIS)}
    child = subprocess.Popen(  # noqa: S603 - the program the user has named
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, encoding="utf-8",
        errors="replace", env=clean | {"PYTHONUTF8": "1"},
    )  # fmt: skip
    last = ""
    for line in _lines(child):
        if feedback.isCanceled():
            child.terminate()
            raise QgsProcessingException(tr("Stopped by the user"))
        if line:
            last = line
            feedback.pushInfo(line)
    return child.wait(), last


def _lines(child: "subprocess.Popen[str]") -> Iterator[str]:
    """Give each line of a program, and an empty text now and then, until it ends."""
    told: queue.Queue[str | None] = queue.Queue()

    def listen() -> None:
        for line in child.stdout or ():
            told.put(line.rstrip())
        told.put(None)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        try:
            line = told.get(timeout=_WAIT_S)
        except queue.Empty:
            line = ""
        if line is None:
            return
        yield line
