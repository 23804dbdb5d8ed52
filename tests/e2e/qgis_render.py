"""Open a plan in QGIS, headless, and draw it with the styles inside.

Run by the Python that QGIS is installed for: ``python3 qgis_render.py FOLDER OUT``. Draws the layers of plan.gpkg, the
project plan.qgz and a print layout of it into OUT. Exits with 1 when a layer is invalid, empty or without its style,
when the project lacks a layer or puts them in another order, or when a polygon is not valid for QGIS.
"""

import sys
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsGeometry,
    QgsLayoutExporter,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsPrintLayout,
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
VALIDITY = QgsGeometry.ValidatorGeos


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
        if not styled:
            faults.append(f"{name}: no default style")
        check_layer(name, layer, faults)
        layers[name] = layer
    return layers


def check_layer(name: str, layer: QgsVectorLayer, faults: list[str]) -> None:
    """See that a layer holds something and is drawn by its rules."""
    if not layer.isValid():
        faults.append(f"{name}: invalid")
    elif layer.renderer().type() != "RuleRenderer" or not layer.renderer().rootRule().children():
        faults.append(f"{name}: style not applied")
    elif name in REQUIRED and layer.featureCount() == 0:
        faults.append(f"{name}: empty")
    elif name == "grids" and not layer.labelsEnabled():
        faults.append("grids: no labels")


def check_validity(name: str, layer: QgsVectorLayer, faults: list[str]) -> None:
    """See that QGIS takes every polygon for valid."""
    for feature in layer.getFeatures():
        found = feature.geometry().validateGeometry(VALIDITY)
        faults += [f"{name} {feature.id()}: {fault.what()}" for fault in found]


def check_tip(layer: QgsVectorLayer, faults: list[str]) -> None:
    """See that what shows under the mouse is filled in, and that a name is no HTML."""
    feature = next(layer.getFeatures())
    feature["name"] = "<script>&"
    context = QgsExpressionContext()
    context.setFeature(feature)
    told = QgsExpression.replaceExpressionText(layer.mapTipTemplate(), context)
    if str(feature["grid_code"]) not in told or "[%" in told or "<script" in told or "&lt;script>&amp;" not in told:
        faults.append(f"{layer.id()}: tip {told}")


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


def draw(stack: list[QgsVectorLayer], grids: QgsVectorLayer, path: Path, faults: list[str]) -> None:
    """Draw the map as a QGIS window would show it."""
    settings = QgsMapSettings()
    settings.setLayers(stack)
    settings.setDestinationCrs(grids.crs())
    settings.setBackgroundColor(QColor(255, 255, 255))
    settings.setOutputSize(QSize(WIDTH, HEIGHT))
    extent = grids.extent()
    extent.scale(1.04)
    settings.setExtent(extent)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    faults += [f"{e.layerID}: {e.message}" for e in job.errors()]
    image = job.renderedImage()
    shades = {image.pixel(x, y) for x in range(0, WIDTH, 7) for y in range(0, HEIGHT, 7)}
    if len(shades) < 10:
        faults.append(f"{path.name}: nothing was drawn")
    image.save(str(path))


def draw_near(stack: list[QgsVectorLayer], grids: QgsVectorLayer, path: Path, faults: list[str]) -> None:
    """Draw a part of the map large enough for the buildings to show, by their outlines."""
    houses = next(layer for layer in stack if layer.id() == "gridplan_footprints")
    near = QgsMapSettings()
    near.setLayers([layer for layer in stack if not layer.id().startswith("gridplan_force_")])
    near.setDestinationCrs(grids.crs())
    near.setOutputSize(QSize(WIDTH, HEIGHT))
    extent = grids.extent()
    extent.scale(0.25)
    near.setExtent(extent)
    if not houses.isInScaleRange(near.scale()):
        faults.append(f"footprints: not shown at 1 : {near.scale():.0f}")
    images = []
    for hidden in ([], [houses]):
        near.setLayers([layer for layer in near.layers() if layer not in hidden])
        job = QgsMapRendererParallelJob(near)
        job.start()
        job.waitForFinished()
        images.append(job.renderedImage())
    image, bare = images
    drawn = sum(image.pixel(x, y) != bare.pixel(x, y) for x in range(0, WIDTH, 2) for y in range(0, HEIGHT, 2))
    if drawn < 500:
        faults.append(f"footprints: {drawn} points of buildings were drawn")
    image.save(str(path))


def open_project(folder: Path, out: Path, grids: QgsVectorLayer, faults: list[str]) -> list[QgsVectorLayer]:
    """Open the project, draw who serves where, and return its other layers from top to bottom."""
    project = QgsProject.instance()
    if not project.read(str(folder / "plan.qgz")):
        faults.append(f"plan.qgz: {project.error()}")
        return []
    nodes = project.layerTreeRoot().findLayers()
    stack = [node.layer() for node in nodes if node.layer()]
    faults += [f"plan.qgz: {node.layerId()} is not there" for node in nodes if not node.layer()]
    names = [layer.id().removeprefix("gridplan_") for layer in stack]
    if [n for n in names if n in ORDER] != [n for n in ORDER if n in names] or not {*REQUIRED} <= {*names}:
        faults.append(f"plan.qgz: layers {names}")
    for layer in stack:
        check_layer(layer.id().removeprefix("gridplan_"), layer, faults)
        if layer.crs() != grids.crs():
            faults.append(f"plan.qgz, {layer.id()}: need {grids.crs().authid()}, found {layer.crs().authid()}")
        if layer.mapTipTemplate():
            check_tip(layer, faults)
    if project.crs() != grids.crs():
        faults.append(f"plan.qgz: need {grids.crs().authid()}, found {project.crs().authid()}")
    if not project.viewSettings().defaultViewExtent().contains(grids.extent()):
        faults.append("plan.qgz: the view does not show all grids")
    draw_near(stack, grids, out / "near.png", faults)
    forces = [layer for layer in stack if layer.id().startswith("gridplan_force_")]
    faults += [f"{layer.id()}: empty" for layer in forces if layer.isValid() and layer.featureCount() == 0]
    if forces:
        draw([forces[0]], grids, out / "force.png", faults)
    return [layer for layer in stack if layer not in forces]


def print_layout(stack: list[QgsVectorLayer], grids: QgsVectorLayer, path: Path, faults: list[str]) -> None:
    """Lay the project out on a page and print it, as a user would."""
    layout = QgsPrintLayout(QgsProject.instance())
    layout.initializeDefaults()
    page = QgsLayoutItemMap(layout)
    layout.addLayoutItem(page)
    page.attemptMove(QgsLayoutPoint(10, 10))
    page.attemptResize(QgsLayoutSize(200, 190))
    page.setLayers(stack)
    page.setCrs(grids.crs())
    page.setExtent(grids.extent())
    legend = QgsLayoutItemLegend(layout)
    legend.attemptMove(QgsLayoutPoint(215, 10))
    layout.addLayoutItem(legend)
    legend.setLinkedMap(page)
    legend.setLegendFilterByMapEnabled(True)
    bar = QgsLayoutItemScaleBar(layout)
    bar.setLinkedMap(page)
    bar.applyDefaultSize()
    bar.attemptResize(QgsLayoutSize(60, 12))
    bar.attemptMove(QgsLayoutPoint(215, 185))
    layout.addLayoutItem(bar)
    done = QgsLayoutExporter(layout).exportToPdf(str(path), QgsLayoutExporter.PdfExportSettings())
    if done != QgsLayoutExporter.Success or path.stat().st_size < 10_000:
        faults.append(f"{path.name}: printing failed with {done}")


def examine(folder: Path, out: Path, faults: list[str]) -> None:
    """Check the folder and draw the maps."""
    layers = open_layers(folder, faults)
    if "grids" not in layers or not layers["grids"].isValid():
        return
    grids = layers["grids"]
    check_geojson(folder, grids, faults)
    check_classes(grids, faults)
    for name in REQUIRED:
        check_validity(name, layers[name], faults)
    draw([layers[name] for name in ORDER if name in layers], grids, out / "package.png", faults)
    stack = open_project(folder, out, grids, faults)
    if stack:
        draw(stack, grids, out / "project.png", faults)
        print_layout(stack, grids, out / "layout.pdf", faults)


def main() -> int:
    """Report the faults."""
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    application = QgsApplication([], False)  # noqa: FBT003  Qt takes it by place
    application.initQgis()
    faults: list[str] = []
    examine(folder, out, faults)
    sys.stderr.write("".join(f"{fault}\n" for fault in faults))
    QgsProject.instance().clear()
    application.exitQgis()
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
