"""The plugin: registers the provider, also without a window."""

from qgis.core import QgsApplication

from .provider import Provider


class Plugin:
    """What QGIS loads and unloads."""

    def __init__(self) -> None:
        self.provider: Provider | None = None

    def initProcessing(self) -> None:
        """Register the provider."""
        self.provider = Provider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self) -> None:
        """Register it where there is a window."""
        self.initProcessing()

    def unload(self) -> None:
        """Take it away."""
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
