"""docs/outputs.md lists what is written: every column of every file, and nothing else."""

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from openpyxl import Workbook, load_workbook

from gridplan import (
    check_district,
    compare_facilities,
    compare_plans,
    compare_scores,
    make_sample,
    overlap_grids,
    partition_district,
    plan_emergency,
    read_layers,
    review_communities,
    weigh_change,
)
from gridplan.config import Rules
from gridplan.reporting import write_tradeoff
from gridplan.schema import SERVICES

DOCUMENT = Path(__file__).parents[1] / "docs" / "outputs.md"
TYPES = {"object": "text", "int32": "integer", "int64": "integer", "float64": "real", "bool": "boolean"}
JSON_TYPES = {str: "text", int: "integer", float: "real", bool: "boolean", dict: "object", list: "array"}
BEATS = ("公安", "城市管理行政执法")
"""Forces whose search takes seconds and changes no column."""
MICRO = Rules.from_mapping({"micro": {"draw": True}})
OWN = {"layer_styles"}
"""What QGIS prescribes."""

FOLDERS = ("plan", "check", "emergency", "facilities", "communities", "scores", "changes", "overlaps", "tradeoff")

Table = dict[str, tuple[str, str]]


def documented() -> dict[str, Table]:
    """Read the tables of the page: place -> column -> type and content; ``plan.gpkg/grids`` and the like."""
    tables: dict[str, Table] = {}
    file = place = ""
    for line in DOCUMENT.read_text("utf-8").splitlines():
        if heading := re.fullmatch(r"(##+) (\S+)", line):
            file = heading[2] if heading[1] == "##" else file
            place = file if heading[1] == "##" else f"{file}/{heading[2]}"
        elif row := re.fullmatch(r"\| `(\w+)` \| (\w+) \| (.*) \|", line):
            tables.setdefault(place, {})[row[1]] = (row[2], row[3])
    return tables


def sheets(name: str) -> dict[str, str]:
    """Read the table of sheets of a workbook."""
    part = DOCUMENT.read_text("utf-8").split(f"## {name}")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([A-Za-z][^|]*) \| (.*) \|$", part, re.MULTILINE)
    return {sheet: columns for sheet, columns in rows if columns not in ("columns", "type | content")}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write everything there is to write of a small district."""
    folder = tmp_path_factory.mktemp("outputs")
    make_sample(folder / "in", households=1_000, seed=2)
    roster = pd.read_excel(folder / "in" / "人员.xlsx", engine="calamine")
    roster[~roster["力量"].isin(BEATS)].to_excel(folder / "in" / "人员.xlsx", index=False)
    plan = partition_district(folder / "in", folder / "plan", effort="fast", rules=MICRO)
    check_district(folder / "in").write(folder / "check")
    place = plan.grids.geometry.iloc[[0]].centroid.buffer(60)
    gpd.GeoDataFrame({"name": ["flood"]}, geometry=place.to_list(), crs=plan.crs).to_file(folder / "hazard.gpkg")
    response = plan_emergency(plan, folder / "hazard.gpkg", folder / "in" / "人员.xlsx")
    response.write(folder / "emergency")
    compare_facilities(plan, folder / "in" / "设施.gpkg").write(folder / "facilities")
    review_communities(plan, draw=True, personnel=folder / "in" / "人员.xlsx").write(folder / "communities")
    figures = pd.DataFrame({"网格": plan.grids["grid_code"], "力量": "房产", "季度": "2025年一季度", "满意度": "95%"})
    compare_scores(plan, pd.concat([figures, figures.assign(季度="2025年二季度")])).write(folder / "scores")
    compare_plans(plan, plan).write(folder / "changes")
    overlap_grids(plan, {"police": plan.grids[["grid_code", "geometry"]].iloc[1:]}).write(folder / "overlaps")
    grown = dataclasses.replace(read_layers(folder / "in"), personnel=None)
    write_tradeoff(weigh_change(grown, plan, weights=[0.0, 3.0], effort="fast"), 3.0, folder / "tradeoff")
    return folder


def kinds(frame_info: dict[str, Any]) -> dict[str, str]:
    """Name the type of each column of a layer."""
    return {str(f): TYPES[str(t)] for f, t in zip(frame_info["fields"], frame_info["dtypes"], strict=True)}


def json_kind(value: object, told: str) -> bool:
    """Whether a value is of the type that is told; null may stand for any."""
    found = JSON_TYPES.get(type(value), "")
    return value is None or found == told or (told == "real" and found == "integer")


@pytest.mark.parametrize(
    "name",
    [
        "plan/plan.gpkg", "emergency/emergency.gpkg", "facilities/facilities.gpkg", "communities/communities.gpkg",
        "scores/scores.gpkg", "changes/changes.gpkg", "overlaps/overlaps.gpkg",
    ],
)  # fmt: skip
def test_every_column_of_a_geopackage_is_listed(outputs: Path, name: str) -> None:
    """With its type; every listed layer is there."""
    path, tables = outputs / name, documented()
    layers = {str(layer) for layer, _ in pyogrio.list_layers(path)} - OWN
    listed = {place.split("/")[1] for place in tables if place.startswith(f"{path.name}/")}
    assert listed <= layers
    for layer in layers:
        place = f"{path.name}/{layer.removesuffix('_areas') if layer.startswith('context') else layer}"
        found = kinds(pyogrio.read_info(path, layer=layer))
        if place == "facilities.gpkg/grids":
            found = {c: t for c, t in found.items() if c not in SERVICES}
        assert found == {c: t for c, (t, _) in tables[place].items()}, place


def test_points_of_a_check_are_findings(outputs: Path) -> None:
    """The layer has the columns of that in plan.gpkg."""
    found = kinds(pyogrio.read_info(outputs / "check" / "findings.gpkg", layer="findings"))
    assert found == {c: t for c, (t, _) in documented()["plan.gpkg/findings"].items()}


def test_the_geojson_has_the_properties_of_the_grids(outputs: Path) -> None:
    """In their order, of their type, or null."""
    columns = documented()["plan.gpkg/grids"]
    content = json.loads((outputs / "plan" / "grids.geojson").read_text("utf-8"))
    for feature in content["features"]:
        assert list(feature["properties"]) == list(columns)
        for name, value in feature["properties"].items():
            assert json_kind(value, columns[name][0]), (name, value)


@pytest.mark.parametrize("name", ["plan/summary.json", "check/check.json", "overlaps/overlaps.json"])
def test_every_key_of_a_json_file_is_listed(outputs: Path, name: str) -> None:
    """With its type; where the content is a list of names, these are the keys inside."""
    content, listed = json.loads((outputs / name).read_text("utf-8")), documented()[Path(name).name]
    assert list(content) == list(listed)
    for key, (told, text) in listed.items():
        value = content[key]
        assert json_kind(value, told), (key, value)
        inside = value[0] if isinstance(value, list) and value else value
        names = text.split(":")[0].split(", ")
        if isinstance(inside, dict) and len(names) > 1:
            assert list(inside) == names, key


@pytest.mark.parametrize("name", ["plan/buildings.csv", "tradeoff/tradeoff.csv"])
def test_the_columns_of_a_csv_are_listed(outputs: Path, name: str) -> None:
    """In their order."""
    table = pd.read_csv(outputs / name, dtype=str, encoding="utf-8-sig")
    assert list(table.columns) == list(documented()[Path(name).name])


def test_the_sheets_of_the_workbook_are_listed(outputs: Path) -> None:
    """With their headings; those of the roster are its own."""
    book, roster = (load_workbook(outputs / "plan" / name) for name in ("plan.xlsx", "roster.xlsx"))
    assert {title: head for title, head in heads(book).items() if title not in roster.sheetnames} == sheets("plan.xlsx")
    assert set(roster.sheetnames) < set(book.sheetnames)


def heads(book: Workbook) -> dict[str, str]:
    """Read the headings of each sheet."""
    return {s.title: ", ".join(str(c.value) for c in next(s.rows)) for s in book}


def test_the_sheets_of_the_roster_and_of_an_emergency_are_listed(outputs: Path) -> None:
    """With their headings; that of the grids goes on with one column a force."""
    roster = heads(load_workbook(outputs / "plan" / "roster.xlsx"))
    listed = sheets("roster.xlsx")
    fixed = listed.pop("By grid").removesuffix(", and one column a force")
    assert roster.pop("By grid").startswith(f"{fixed}, police, petitions, ")
    assert roster == listed
    assert heads(load_workbook(outputs / "emergency" / "emergency.xlsx")) == sheets("emergency.xlsx")


@pytest.mark.parametrize("name", ["facilities", "communities", "scores", "changes", "overlaps"])
def test_the_sheets_of_a_review_are_listed(outputs: Path, name: str) -> None:
    """With their headings."""
    assert heads(load_workbook(outputs / name / f"{name}.xlsx")) == sheets(f"{name}.xlsx")


def test_every_file_is_listed(outputs: Path) -> None:
    """By name, as a heading or in the text."""
    text = DOCUMENT.read_text("utf-8")
    written = {f.name for name in FOLDERS for f in (outputs / name).iterdir()}
    assert {name for name in written if f"`{name}`" not in text and f"## {name}" not in text} == set()
