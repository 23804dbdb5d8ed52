"""The provider: the three algorithms under one name, and where gridplan is."""

from processing.core.ProcessingConfig import ProcessingConfig, Setting
from qgis.core import QgsProcessingProvider

from .algorithms import Assign, Check, Partition
from .child import SETTING
from .words import tr


class Provider(QgsProcessingProvider):
    """Algorithms of gridplan."""

    def id(self) -> str:
        """Give the first part of the ids of the algorithms."""
        return "gridplan"

    def name(self) -> str:
        """Give the name in the toolbox."""
        return "gridplan"

    def load(self) -> bool:
        """Ask for the place of the program among the options."""
        ProcessingConfig.settingIcons[self.name()] = self.icon()
        setting = Setting(self.name(), SETTING, tr("Program gridplan; found on the path if empty"), "")
        ProcessingConfig.addSetting(setting)
        ProcessingConfig.readSettings()
        self.refreshAlgorithms()
        return True

    def unload(self) -> None:
        """Forget the option."""
        ProcessingConfig.removeSetting(SETTING)

    def loadAlgorithms(self) -> None:
        """List the algorithms."""
        for kind in (Partition, Check, Assign):
            self.addAlgorithm(kind())
