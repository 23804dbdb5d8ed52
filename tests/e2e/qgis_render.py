"""Open a plan in QGIS, headless, and draw it with the styles inside.

Run by the Python that QGIS is installed for: ``python3 qgis_render.py FOLDER PNG``. Exits with 1 when a layer is
invalid, empty or without its style.
"""

import sys
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

WIDTH, HEIGHT = 1400, 1000
REQUIRED = ("grids", "units", "communities")
OPTIONAL = ("findings", "context", "context_areas")
ORDER = ("findings", "communities", "context", "context_areas", "grids", "units")
"""From top to bottom; units under the grids, whose fill lets them shine through."""


def open_layers(folder: Path, faults: list[str]) -> dict[str, QgsVectorLayer]:
    """Open every layer with its default style and note what is wrong."""
    package = folder / "plan.gpkg"
    whole = QgsVectorLayer(str(package), "all", "ogr")
    names = {sub.split("!!::!!")[1] for sub in whole.dataProvider().subLayers()}
    faults += [f"{name}: missing" for name in REQUIRED if name not in names]
    layers = {}
    for name in (n for n in REQUIRED + OPTIONAL if n in names):
        layer = QgsVectorLayer(f"{package}|layername={name}", name, "ogr")
        _, styled = layer.loadDefaultStyle()
        if not layer.isValid():
            faults.append(f"{name}: invalid")
        elif not styled or layer.renderer().type() != "RuleRenderer":
            faults.append(f"{name}: style not applied")
        elif name in REQUIRED and layer.featureCount() == 0:
            faults.append(f"{name}: empty")
        layers[name] = layer
    if "grids" in layers and not layers["grids"].labelsEnabled():
        faults.append("grids: no labels")
    return layers


def check_geojson(folder: Path, grids: QgsVectorLayer, faults: list[str]) -> None:
    """See that grids.geojson holds the same grids in WGS 84."""
    shared = QgsVectorLayer(str(folder / "grids.geojson"), "shared", "ogr")
    if not shared.isValid() or shared.featureCount() != grids.featureCount():
        faults.append("grids.geojson: invalid or another number of grids than plan.gpkg")
    elif shared.crs().authid() != "EPSG:4326":
        faults.append(f"grids.geojson: need EPSG:4326, found {shared.crs().authid()}")


def check_classes(grids: QgsVectorLayer, faults: list[str]) -> None:
    """See that every grid falls into exactly one class."""
    classes = [QgsExpression(rule.filterExpression()) for rule in grids.renderer().rootRule().children()]
    context = QgsExpressionContext()
    context.setFields(grids.fields())
    for feature in grids.getFeatures():
        context.setFeature(feature)
        hits = sum(bool(expression.evaluate(context)) for expression in classes)
        if hits != 1:
            faults.append(f"grid {feature['grid_code']}: in {hits} classes")


def draw(layers: dict[str, QgsVectorLayer], path: Path, faults: list[str]) -> None:
    """Draw the map as a QGIS window would show it."""
    settings = QgsMapSettings()
    stack = [layers[name] for name in ORDER if name in layers]
    settings.setLayers(stack)
    settings.setDestinationCrs(layers["grids"].crs())
    settings.setBackgroundColor(QColor(255, 255, 255))
    settings.setOutputSize(QSize(WIDTH, HEIGHT))
    extent = layers["grids"].extent()
    extent.scale(1.04)
    settings.setExtent(extent)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    faults += [f"{e.layerID}: {e.message}" for e in job.errors()]
    image = job.renderedImage()
    shades = {image.pixel(x, y) for x in range(0, WIDTH, 7) for y in range(0, HEIGHT, 7)}
    if len(shades) < 10:
        faults.append("map: nothing was drawn")
    image.save(str(path))


def main() -> int:
    """Check the folder and draw the map."""
    folder, path = Path(sys.argv[1]), Path(sys.argv[2])
    application = QgsApplication([], False)  # noqa: FBT003  Qt takes it by place
    application.initQgis()
    faults: list[str] = []
    layers = open_layers(folder, faults)
    if "grids" in layers and layers["grids"].isValid():
        check_geojson(folder, layers["grids"], faults)
        check_classes(layers["grids"], faults)
        draw(layers, path, faults)
    sys.stderr.write("".join(f"{fault}\n" for fault in faults))
    layers.clear()
    QgsProject.instance().clear()
    application.exitQgis()
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
