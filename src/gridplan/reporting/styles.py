"""Styles that QGIS 3.22 and later find inside the GeoPackage."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final
from xml.etree import ElementTree as ET

import pandas as pd

from gridplan.config import Rules
from gridplan.language import say, word
from gridplan.reporting.classes import size_classes

Properties = Mapping[str, str]
Rule = tuple[str, str, ET.Element]
"""Label, filter (empty: everything) and symbol of one class."""

_MM: Final = {"outline_width_unit": "MM", "line_width_unit": "MM", "size_unit": "MM"}
_HEAD: Final = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_LABEL: Final = 'substr("grid_code", 13) || \'\\n\' || "households"'
_PERSON_LABEL: Final = '"person_id" || \'\\n\' || "households"'
_PERSON_COLOUR: Final = "color_hsl(($id * 137) % 360, 55, 78)"
"""Neighbours in the table are far apart on the colour wheel."""
_LABEL_SCALE: Final = 20_000
"""Labels show from 1 : this."""

_SEVERITIES: Final = (
    ("error", "#000000", "triangle", "3.4"),
    ("warning", "#ffffff", "diamond", "2.8"),
    ("notice", "#bdbdbd", "circle", "1.6"),
)
_LINES: Final = {
    "road": {"line_color": "150,150,150,255", "line_width": "0.35"},
    "railway": {"line_color": "60,60,60,255", "line_width": "0.5", "use_custom_dash": "1", "customdash": "3;2"},
    "water": {"line_color": "90,160,210,255", "line_width": "0.6"},
}
_AREAS: Final = {"water": "169,207,234,220", "road": "225,225,225,255", "railway": "205,205,205,255"}
_LAYER_OF: Final = {"road": "roads", "railway": "railways", "water": "water"}


def qgis_styles(rules: Rules, layers: Iterable[str]) -> pd.DataFrame:
    """Make the table `layer_styles` that QGIS reads the default style of each layer from.

    Parameters
    ----------
    rules : Rules
        Sizes the classes of the grids follow.
    layers : iterable of str
        Names of the layers of the file.

    Returns
    -------
    DataFrame, one row per layer
        The columns QGIS asks for, but for the key `id`.
    """
    rows = [
        {
            "f_table_catalog": "", "f_table_schema": "", "f_table_name": layer, "f_geometry_column": "geom",
            "styleName": "gridplan", "styleQML": layer_qml(layer, rules), "styleSLD": "", "useAsDefault": True,
            "description": "", "owner": "", "ui": "", "update_time": "2020-01-01T00:00:00.000Z",
        }
        for layer in layers
    ]  # fmt: skip
    return pd.DataFrame(rows)


def layer_qml(layer: str, rules: Rules) -> str:
    """Write the style of one layer in the XML of QGIS.

    Parameters
    ----------
    layer : str
        grids, micro_grids, units, communities, findings, footprints, context, context_areas, context_points,
        assignment_areas, or dots: units as buildings.
    rules : Rules
        Sizes the classes of the grids follow.

    Returns
    -------
    str
        A QML document.
    """
    return _HEAD + ET.tostring(layer_style(layer, rules), encoding="unicode")


def layer_style(layer: str, rules: Rules) -> ET.Element:
    """Make the style of one layer.

    Parameters
    ----------
    layer : str
        One of those of `layer_qml`.
    rules : Rules
        Sizes the classes of the grids follow.

    Returns
    -------
    Element
        With the renderer, and the labels where there are some.
    """
    styles: dict[str, Callable[[], list[Rule]]] = {
        "grids": lambda: _size_rules(rules),
        "units": lambda: [("", "", _outline("120,120,120,160", "0.1"))],
        "micro_grids": lambda: [("", "", _outline("80,80,80,255", "0.2"))],
        "communities": lambda: [("", "", _outline("35,35,35,255", "0.9"))],
        "findings": _finding_rules,
        "context": lambda: [(word(_LAYER_OF[k]), f"\"kind\" = '{k}'", _line(look)) for k, look in _LINES.items()],
        "context_areas": lambda: [(word(_LAYER_OF[k]), f"\"kind\" = '{k}'", _area(c)) for k, c in _AREAS.items()],
        "context_points": lambda: [("", "", _marker("#969696", "circle", "1.2"))],
        "footprints": lambda: [
            (say("building with households"), '"households" > 0', _area("36,48,61,150")),
            (say("other building"), '"households" = 0', _area("154,164,174,150")),
        ],
        "dots": lambda: [
            (say("building with households"), '"households" > 0', _dot("#24313f")),
            (say("other building"), '"households" = 0 AND "building_id" <> \'\'', _dot("#9aa4ae")),
        ],
        "assignment_areas": lambda: [("", "", _person())],
    }
    labels = {"grids": _LABEL, "assignment_areas": _PERSON_LABEL}
    root = ET.Element("qgis", version="3.22.0", styleCategories="Symbology|Labeling", labelsEnabled="0")
    root.append(_renderer(styles[layer]()))
    if layer in labels:
        root.set("labelsEnabled", "1")
        root.append(_labels(labels[layer]))
    return root


def _size_rules(rules: Rules) -> list[Rule]:
    return [
        (
            say("{span} households", span=c.span),
            f'"households" >= {c.first}' + ("" if c.last is None else f' AND "households" <= {c.last}'),
            _symbol("fill", "SimpleFill", {"color": _rgba(c.colour, 205), "outline_color": "80,80,80,255",
                                           "outline_style": "solid", "outline_width": "0.3", "style": "solid"}),
        )
        for c in size_classes(rules)
    ]  # fmt: skip


def _finding_rules() -> list[Rule]:
    return [
        (word(severity), f"\"severity\" = '{severity}'", _marker(colour, shape, size))
        for severity, colour, shape, size in _SEVERITIES
    ]


def _outline(colour: str, width: str) -> ET.Element:
    look = {"style": "no", "outline_color": colour, "outline_style": "solid", "outline_width": width}
    return _symbol("fill", "SimpleFill", look)


def _person() -> ET.Element:
    """Fill the area of a person with a colour of its own."""
    look = {"color": "220,220,220,190", "outline_color": "60,60,60,255", "outline_style": "solid", "style": "solid"}
    symbol = _symbol("fill", "SimpleFill", {**look, "outline_width": "0.5"})
    whole = ET.SubElement(ET.SubElement(symbol[0], "data_defined_properties"), "Option", type="Map")
    ET.SubElement(whole, "Option", name="name", value="", type="QString")
    properties = ET.SubElement(whole, "Option", name="properties", type="Map")
    fill = ET.SubElement(properties, "Option", name="fillColor", type="Map")
    for name, value, kind in (
        ("active", "true", "bool"),
        ("expression", _PERSON_COLOUR, "QString"),
        ("type", "3", "int"),
    ):
        ET.SubElement(fill, "Option", name=name, value=value, type=kind)
    ET.SubElement(whole, "Option", name="type", value="collection", type="QString")
    return symbol


def _line(look: Properties) -> ET.Element:
    return _symbol("line", "SimpleLine", {"capstyle": "round", "joinstyle": "round", "line_style": "solid", **look})


def _area(colour: str) -> ET.Element:
    return _symbol("fill", "SimpleFill", {"color": colour, "style": "solid", "outline_style": "no"})


def _marker(colour: str, shape: str, size: str) -> ET.Element:
    look = {"name": shape, "size": size, "color": _rgba(colour, 255), "outline_color": "40,40,40,255"}
    return _symbol("marker", "SimpleMarker", {**look, "outline_style": "solid", "outline_width": "0.2"})


def _dot(colour: str) -> ET.Element:
    """Draw a cell as a dot where its households are."""
    look = {"SymbolType": "Marker", "geometryModifier": 'make_point("x", "y")', "units": "MapUnit"}
    symbol, dot = _symbol("fill", "GeometryGenerator", look), _marker(colour, "square", "1.1")
    dot.set("name", "@0@0")
    symbol[0].append(dot)
    return symbol


def _symbol(kind: str, layer: str, look: Properties) -> ET.Element:
    symbol = ET.Element("symbol", type=kind, alpha="1", clip_to_extent="1", force_rhr="0")
    layer_element = ET.SubElement(symbol, "layer", {"class": layer, "enabled": "1", "locked": "0", "pass": "0"})
    options = ET.SubElement(layer_element, "Option", type="Map")
    for name, value in {**look, **_MM}.items():
        ET.SubElement(options, "Option", name=name, value=value, type="QString")
    return symbol


def _renderer(rules: list[Rule]) -> ET.Element:
    renderer = ET.Element("renderer-v2", type="RuleRenderer", forceraster="0", symbollevels="0", enableorderby="0")
    tree = ET.SubElement(renderer, "rules", key="gridplan")
    symbols = ET.SubElement(renderer, "symbols")
    for number, (label, where, symbol) in enumerate(rules):
        rule = ET.SubElement(tree, "rule", key=f"rule{number}", symbol=str(number), label=label)
        if where:
            rule.set("filter", where)
        symbol.set("name", str(number))
        symbols.append(symbol)
    return renderer


def _labels(expression: str) -> ET.Element:
    """Write labels in two lines, on white."""
    labels = ET.Element("labeling", type="simple")
    settings = ET.SubElement(labels, "settings", calloutType="simple")
    text = ET.SubElement(
        settings, "text-style", fieldName=expression, isExpression="1", fontSize="8", fontSizeUnit="Point",
        textColor="30,30,30,255", textOpacity="1",
    )  # fmt: skip
    ET.SubElement(
        text, "text-buffer", bufferDraw="1", bufferSize="0.7", bufferSizeUnits="MM", bufferColor="255,255,255,230",
        bufferOpacity="1", bufferNoFill="1",
    )  # fmt: skip
    ET.SubElement(settings, "text-format", multilineAlign="1")
    ET.SubElement(settings, "placement", placement="1", centroidInside="1", centroidWhole="1", priority="5")
    ET.SubElement(
        settings, "rendering", scaleVisibility="1", scaleMin="0", scaleMax=str(_LABEL_SCALE), drawLabels="1",
        displayAll="0", obstacle="1",
    )  # fmt: skip
    return labels


def _rgba(colour: str, alpha: int) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{alpha}"
