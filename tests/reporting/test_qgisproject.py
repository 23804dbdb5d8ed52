"""plan.qgz; that QGIS opens it is checked in tests/e2e, with QGIS."""

import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pyogrio
import pytest

from gridplan.config import Rules
from gridplan.model import PlanData
from gridplan.reporting.folder import write_plan
from gridplan.reporting.geopackage import write_geopackage
from gridplan.reporting.qgisproject import ORDER, write_project


@pytest.fixture
def project(plan: PlanData, rules: Rules, tmp_path: Path) -> Path:
    """Write the GeoPackage and the project of a plan."""
    write_geopackage(plan, rules, tmp_path / "plan.gpkg")
    write_project(plan, rules, tmp_path / "plan.gpkg", tmp_path / "plan.qgz")
    return tmp_path / "plan.qgz"


def opened(path: Path) -> ET.Element:
    """Parse the project inside the archive."""
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["plan.qgs"]
        return ET.fromstring(archive.read("plan.qgs"))  # noqa: S314 - our own file


def test_every_layer_is_in_it_in_order(project: Path) -> None:
    """By a path from the folder, with its style; the tree, the order and the layers agree."""
    root = opened(project)
    written = {name for name, kind in pyogrio.list_layers(project.with_name("plan.gpkg")) if kind} | {"dots"}
    names = [f"gridplan_{name}" for name in ORDER if name in written]
    assert [e.text for e in root.iterfind("projectlayers/maplayer/id")] == names
    assert [e.get("id") for e in root.iterfind("layer-tree-group/layer-tree-layer")] == names
    assert [e.get("id") for e in root.iterfind("layerorder/layer")] == names
    sources = [e.text or "" for e in root.iterfind("projectlayers/maplayer/datasource")]
    tables = [name.removeprefix("gridplan_").replace("dots", "units") for name in names]
    assert sources == [f"./plan.gpkg|layername={table}" for table in tables]
    assert len(root.findall("projectlayers/maplayer/renderer-v2")) == len(names)
    assert {e.text for e in root.iter("authid")} == {"EPSG:4550"}


def test_outlines_stand_for_dots(housed: PlanData, rules: Rules, tmp_path: Path) -> None:
    """Where buildings have some."""
    write_plan(housed, rules, tmp_path / "out")
    root = opened(tmp_path / "out" / "plan.qgz")
    names = [e.text for e in root.iterfind("projectlayers/maplayer/id")]
    assert "gridplan_footprints" in names
    assert "gridplan_dots" not in names


def test_each_force_is_a_layer_that_can_be_switched_on(staffed: PlanData, rules: Rules, tmp_path: Path) -> None:
    """In a group of its own, with the areas of that force alone."""
    write_plan(staffed, rules, tmp_path / "out")
    root = opened(tmp_path / "out" / "plan.qgz")
    leaf = root.find("layer-tree-group/layer-tree-group/layer-tree-layer")
    assert leaf is not None
    assert leaf.attrib.items() >= {"id": "gridplan_force_police", "name": "police", "checked": "Qt::Unchecked"}.items()
    layer = root.find("projectlayers/maplayer")
    assert layer is not None
    assert layer.findtext("id") == "gridplan_force_police"
    assert layer.findtext("datasource") == "./plan.gpkg|layername=assignment_areas|subset=\"force\" = 'police'"


def test_the_view_shows_the_whole_plan(project: Path, plan: PlanData) -> None:
    """With a margin."""
    view = opened(project).find("mapcanvas/extent")
    assert view is not None
    left, bottom, right, top = (float(view.findtext(name, "nan")) for name in ("xmin", "ymin", "xmax", "ymax"))
    bounds = plan.communities.total_bounds
    assert left < bounds[0] < bounds[2] < right
    assert bottom < bounds[1] < bounds[3] < top


def test_equal_plans_make_equal_projects(plan: PlanData, rules: Rules, tmp_path: Path) -> None:
    """Byte for byte, whatever the day."""
    for name in ("a", "b"):
        write_plan(plan, rules, tmp_path / name)
    assert (tmp_path / "a" / "plan.qgz").read_bytes() == (tmp_path / "b" / "plan.qgz").read_bytes()
