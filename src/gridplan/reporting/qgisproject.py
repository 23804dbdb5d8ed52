"""plan.qgz: a project for QGIS 3.22 and later that opens the layers of plan.gpkg in order, styled and named."""

import zipfile
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import pyogrio
from pyproj import CRS

from gridplan.config import Rules
from gridplan.language import say
from gridplan.model import PlanData
from gridplan.reporting.styles import layer_style

ORDER: Final = ("findings", "communities", "context_points", "context", "context_areas", "grids", "units")
"""From top to bottom; units under the grids, whose fill lets them shine through."""

_HEAD: Final = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_VERSION: Final = "3.22.0"
_MARGIN: Final = 0.04
_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""Date of the entry of the archive: equal plans make equal files."""
_FAMILIES: Final = {"Point": "Point", "LineString": "Line", "Polygon": "Polygon"}


def write_project(plan: PlanData, rules: Rules, package: Path, path: Path) -> None:
    """Write the project beside the GeoPackage.

    Parameters
    ----------
    plan : PlanData
        The plan.
    rules : Rules
        Sizes the classes of the styles follow.
    package : Path
        The ``plan.gpkg`` of the plan, in the folder of the project: it is found there wherever the folder goes.
    path : Path
        File to make.
    """
    text = _HEAD + ET.tostring(_project(plan, rules, package), encoding="unicode")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(f"{path.stem}.qgs", _DAY), text, zipfile.ZIP_DEFLATED)


def _project(plan: PlanData, rules: Rules, package: Path) -> ET.Element:
    kinds = {str(name): str(kind) for name, kind in pyogrio.list_layers(package) if kind is not None}
    layers: list[str] = [name for name in ORDER if name in kinds]
    root = ET.Element("qgis", version=_VERSION, projectname=say("Community grid plan"))
    ET.SubElement(root, "homePath", path="")
    ET.SubElement(root, "title").text = say("Community grid plan")
    ET.SubElement(root, "projectCrs").append(_crs(plan.crs))
    root.append(_tree(layers, package))
    root.append(_canvas(plan))
    held = ET.SubElement(root, "projectlayers")
    for name in layers:
        held.append(_layer(name, _FAMILIES[kinds[name].removeprefix("Multi")], plan.crs, rules, package))
    order = ET.SubElement(root, "layerorder")
    for name in layers:
        ET.SubElement(order, "layer", id=_id(name))
    properties = ET.SubElement(root, "properties")
    for group, name, kind, value in (
        ("Paths", "Absolute", "bool", "false"), ("SpatialRefSys", "ProjectionsEnabled", "int", "1"),
    ):  # fmt: skip
        ET.SubElement(ET.SubElement(properties, group), name, type=kind).text = value
    settings = ET.SubElement(root, "ProjectViewSettings", rotation="0", UseProjectScales="0")
    ET.SubElement(settings, "DefaultViewExtent", _view(plan)).append(_crs(plan.crs))
    return root


def _titles() -> dict[str, str]:
    return {
        "findings": say("Findings"), "communities": say("Communities"), "grids": say("Grids"),
        "units": say("Units"), "context": say("Roads, railways"), "context_areas": say("Water, areas of roads"),
        "context_points": say("Other places"),
    }  # fmt: skip


def _tree(layers: list[str], package: Path) -> ET.Element:
    group, titles = ET.Element("layer-tree-group"), _titles()
    for name in layers:
        ET.SubElement(
            group, "layer-tree-layer", id=_id(name), name=titles[name], source=_source(name, package),
            providerKey="ogr", checked="Qt::Checked", expanded="1" if name in ("grids", "findings") else "0",
        )  # fmt: skip
    return group


def _view(plan: PlanData) -> dict[str, str]:
    """Give the bounds of what is seen at first."""
    left, bottom, right, top = plan.communities.total_bounds
    margin = _MARGIN * max(right - left, top - bottom)
    sides = (left - margin, bottom - margin, right + margin, top + margin)
    return {name: repr(float(v)) for name, v in zip(("xmin", "ymin", "xmax", "ymax"), sides, strict=True)}


def _canvas(plan: PlanData) -> ET.Element:
    canvas = ET.Element("mapcanvas", name="theMapCanvas", annotationsVisible="1")
    ET.SubElement(canvas, "units").text = "meters"
    extent = ET.SubElement(canvas, "extent")
    for name, value in _view(plan).items():
        ET.SubElement(extent, name).text = value
    ET.SubElement(canvas, "rotation").text = "0"
    ET.SubElement(canvas, "destinationsrs").append(_crs(plan.crs))
    return canvas


def _layer(name: str, family: str, crs: CRS, rules: Rules, package: Path) -> ET.Element:
    style = layer_style(name, rules)
    layer = ET.Element(
        "maplayer", type="vector", geometry=family, styleCategories="AllStyleCategories",
        labelsEnabled=style.get("labelsEnabled", "0"),
    )  # fmt: skip
    texts = {"id": _id(name), "datasource": _source(name, package), "layername": _titles()[name]}
    for tag, text in texts.items():
        ET.SubElement(layer, tag).text = text
    ET.SubElement(layer, "srs").append(_crs(crs))
    ET.SubElement(layer, "provider", encoding="UTF-8").text = "ogr"
    layer.extend(style)
    if name == "grids":
        ET.SubElement(layer, "mapTip").text = _tip()
        ET.SubElement(layer, "previewExpression").text = '"grid_code"'
    return layer


def _tip() -> str:
    """Lay out what shows when the mouse rests on a grid."""
    lines = ((say("Households"), "households"), (say("Residents"), "residents"), (say("Compounds"), "compounds"))
    told = "".join(f'<br>{title}: [% "{column}" %]' for title, column in lines)
    return f'<b>[% "grid_code" %]</b> [% "name" %]{told}<br>[% "cause" %]'


def _id(name: str) -> str:
    """Name a layer in the project: QGIS takes no id of ten letters or fewer."""
    return f"gridplan_{name}"


def _source(name: str, package: Path) -> str:
    return f"./{package.name}|layername={name}"


def _crs(crs: CRS) -> ET.Element:
    """Write a CRS: its code, where it has one, wins over the text."""
    element = ET.Element("spatialrefsys")
    ET.SubElement(element, "wkt").text = crs.to_wkt()
    code = crs.to_epsg()
    if code is not None:
        ET.SubElement(element, "srid").text = str(code)
        ET.SubElement(element, "authid").text = f"EPSG:{code}"
    ET.SubElement(element, "description").text = crs.name
    ET.SubElement(element, "geographicflag").text = "false"
    return element
