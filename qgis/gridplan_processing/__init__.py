"""Processing algorithms of QGIS that start the command line of gridplan."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from .plugin import Plugin


def classFactory(_iface: "QgisInterface") -> "Plugin":
    """Make the plugin, as QGIS asks."""
    from .plugin import Plugin  # noqa: PLC0415 - once QGIS wants it

    return Plugin()
