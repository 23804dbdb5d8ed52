"""plan.qgz: a project for QGIS 3.22 and later that opens the layers of plan.gpkg in order, styled and named."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import pyogrio
from pyproj import CRS

from gridplan.config import Rules
from gridplan.forces import title_of
from gridplan.language import say
from gridplan.model import PlanData
from gridplan.reporting.styles import layer_style

ORDER: Final = ("findings", "communities", "footprints", "dots", "context_points", "context", "context_areas",
                "micro_grids", "grids", "units")  # fmt: skip
"""From top to bottom; units under the grids, whose fill lets them shine through, and again above them as dots where no
building has an outline."""

_DOT_SCALE: Final = 10_000
"""Buildings show from 1 : this."""

_HEAD: Final = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_VERSION: Final = "3.22.0"
_MARGIN: Final = 0.04
_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""Date of the entry of the archive: equal plans make equal files."""
_CHECKED: Final = ("Qt::Unchecked", "Qt::Checked")
_FAMILIES: Final = {"Point": "Point", "LineString": "Line", "Polygon": "Polygon"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A layer of the project.

    Parameters
    ----------
    id, title : str
        Its name in the project, and for people.
    style : str
        As of `layer_style`.
    family : str
        Point, Line or Polygon.
    source : str
        Where it is, seen from the project.
    shown : bool
        Whether it is drawn at first.
    """

    id: str
    title: str
    style: str
    family: str
    source: str
    shown: bool = True


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
    layers, forces = _entries(package), _force_entries(plan, package)
    root = ET.Element("qgis", version=_VERSION, projectname=say("Community grid plan"))
    ET.SubElement(root, "homePath", path="")
    ET.SubElement(root, "title").text = say("Community grid plan")
    ET.SubElement(root, "projectCrs").append(_crs(plan.crs))
    root.append(_tree(layers, forces))
    root.append(_canvas(plan))
    held = ET.SubElement(root, "projectlayers")
    held.extend(_layer(entry, plan.crs, rules) for entry in (*forces, *layers))
    order = ET.SubElement(root, "layerorder")
    for entry in (*forces, *layers):
        ET.SubElement(order, "layer", id=entry.id)
    properties = ET.SubElement(root, "properties")
    for group, name, kind, value in (
        ("Paths", "Absolute", "bool", "false"), ("SpatialRefSys", "ProjectionsEnabled", "int", "1"),
    ):  # fmt: skip
        ET.SubElement(ET.SubElement(properties, group), name, type=kind).text = value
    settings = ET.SubElement(root, "ProjectViewSettings", rotation="0", UseProjectScales="0")
    ET.SubElement(settings, "DefaultViewExtent", _view(plan)).append(_crs(plan.crs))
    return root


def _entries(package: Path) -> list[_Entry]:
    """List the layers of the plan from top to bottom; QGIS takes no id of ten letters or fewer."""
    titles = {
        "findings": say("Findings"), "communities": say("Communities"), "grids": say("Grids"), "units": say("Units"),
        "micro_grids": say("Micro-grids"),
        "footprints": say("Buildings"), "dots": say("Buildings"), "context": say("Roads, railways"),
        "context_areas": say("Water, areas of roads"),
        "context_points": say("Other places"),
    }  # fmt: skip
    kinds = {str(name): str(kind).removeprefix("Multi") for name, kind in pyogrio.list_layers(package) if kind}
    tables = {name: "units" if name == "dots" else name for name in ORDER}
    return [
        _Entry(
            id=f"gridplan_{name}", title=titles[name], style=name, family=_FAMILIES[kinds[table]],
            source=_source(table, package),
        )
        for name, table in tables.items()
        if table in kinds and not (name == "dots" and "footprints" in kinds)
    ]  # fmt: skip


def _force_entries(plan: PlanData, package: Path) -> list[_Entry]:
    """List who serves where, a layer for each force."""
    served = set(plan.assignment["force"])
    table = "assignment_areas"
    return [
        _Entry(
            id=f"gridplan_force_{force}", title=title_of(force, name), style=table, family="Polygon", shown=False,
            source=_source(table, package) + "|subset=\"force\" = '" + force.replace("'", "''") + "'",
        )
        for force, name in plan.forces[["force", "name"]].to_numpy()
        if force in served
    ]  # fmt: skip


def _tree(layers: list[_Entry], forces: list[_Entry]) -> ET.Element:
    root = ET.Element("layer-tree-group")
    if forces:
        group = ET.SubElement(root, "layer-tree-group", name=say("Who serves where"), expanded="0", checked=_CHECKED[0])
        group.extend(_leaf(entry) for entry in forces)
    root.extend(_leaf(entry) for entry in layers)
    return root


def _leaf(entry: _Entry) -> ET.Element:
    return ET.Element(
        "layer-tree-layer", id=entry.id, name=entry.title, source=entry.source, providerKey="ogr",
        checked=_CHECKED[entry.shown], expanded="1" if entry.style in ("grids", "findings") else "0",
    )  # fmt: skip


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


def _layer(entry: _Entry, crs: CRS, rules: Rules) -> ET.Element:
    style = layer_style(entry.style, rules)
    layer = ET.Element(
        "maplayer", type="vector", geometry=entry.family, styleCategories="AllStyleCategories",
        labelsEnabled=style.get("labelsEnabled", "0"),
    )  # fmt: skip
    if entry.style in ("footprints", "dots"):
        layer.attrib |= {"hasScaleBasedVisibilityFlag": "1", "minScale": str(_DOT_SCALE), "maxScale": "0"}
    for tag, text in {"id": entry.id, "datasource": entry.source, "layername": entry.title}.items():
        ET.SubElement(layer, tag).text = text
    ET.SubElement(layer, "srs").append(_crs(crs))
    ET.SubElement(layer, "provider", encoding="UTF-8").text = "ogr"
    layer.extend(style)
    if entry.style == "grids":
        ET.SubElement(layer, "mapTip").text = _tip()
        ET.SubElement(layer, "previewExpression").text = '"grid_code"'
    return layer


def _tip() -> str:
    """Lay out what shows when the mouse rests on a grid."""
    lines = ((say("Households"), "households"), (say("Residents"), "residents"), (say("Compounds"), "compounds"))
    told = "".join(f'<br>{title}: [% "{column}" %]' for title, column in lines)
    name = """replace(replace("name", '&', '&amp;'), '<', '&lt;')"""  # QGIS shows HTML: a name is none
    return f'<b>[% "grid_code" %]</b> [% {name} %]{told}<br>[% "cause" %]'


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
