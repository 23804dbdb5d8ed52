"""Which file plays which role."""

from pathlib import Path

import geopandas as gpd
import pytest

from gridplan.errors import LayerError
from gridplan.reading import read_layers
from gridplan.reading.notes import Notes
from gridplan.reading.sources import find_layers, name_key
from gridplan.schema import ROLES

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning:pyogrio")  # of writing


def touch(folder: Path, *names: str) -> None:
    """Make empty files."""
    for name in names:
        (folder / name).touch()


@pytest.mark.parametrize(
    "name", ["楼栋.geojson", "BUILDINGS.geojson", "Building.FGB", "ｂｕｉｌｄｉｎｇｓ.csv", "建筑物.xlsx"]
)
def test_names_and_aliases_play_the_role_whatever_their_case(folder: Path, name: str) -> None:
    """Chinese, English, singular, full width."""
    touch(folder, name)
    assert find_layers(folder, None, Notes())["buildings"].path.name == name


def test_aliases_name_one_role_each() -> None:
    """No name plays two roles."""
    names = [name_key(n) for role, aliases in ROLES.items() for n in {role, *aliases}]
    assert len(names) == len(set(names))


def test_unknown_layers_are_ignored_and_said(folder: Path) -> None:
    """Sidecars, hidden files and Excel's lock files are not worth a word."""
    touch(folder, "buildings.fgb", "kindergartens.geojson", "buildings.qmd", "~$住户.xlsx", ".hidden.csv", "README.md")
    notes = Notes()
    assert list(find_layers(folder, None, notes)) == ["buildings"]
    assert [f.subject for f in notes.findings] == ["kindergartens.geojson"]


def test_a_role_played_twice_is_one_error(folder: Path) -> None:
    """Naming all files, for all roles at once."""
    touch(folder, "buildings.fgb", "楼栋.geojson", "roads.fgb", "道路.csv")
    with pytest.raises(LayerError, match=r"(?s)buildings\.fgb, 楼栋\.geojson.*roads\.fgb, 道路\.csv"):
        find_layers(folder, None, Notes())


def test_a_named_role_wins_over_the_folder(folder: Path) -> None:
    """Even over two files that play it."""
    touch(folder, "buildings.fgb", "楼栋.geojson", "mine.geojson", "x.csv")
    found = find_layers(folder, {"楼栋": folder / "mine.geojson", "households": str(folder / "x.csv")}, Notes())
    assert {role: ref.path.name for role, ref in found.items()} == {"buildings": "mine.geojson", "households": "x.csv"}


def test_layers_of_a_package(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """By their names; a single layer of another name plays the role of its file."""
    buildings.to_file(folder / "all.gpkg", layer="楼栋")
    buildings.to_file(folder / "all.gpkg", layer="小区")
    buildings.to_file(folder / "all.gpkg", layer="others")
    buildings.to_file(folder / "communities.gpkg", layer="export_2024")
    notes = Notes()
    found = find_layers(folder, None, notes)
    assert {r: ref.place for r, ref in found.items()} == {
        "buildings": "all.gpkg:楼栋", "compounds": "all.gpkg:小区", "communities": "communities.gpkg:export_2024",
    }  # fmt: skip
    assert [f.subject for f in notes.findings] == ["all.gpkg:others"]
    assert list(find_layers(folder / "all.gpkg", None, Notes())) == ["buildings", "compounds"]
    given = find_layers(None, {"buildings": f"{folder}/all.gpkg:others"}, Notes())
    assert given["buildings"].layer == "others"


def test_a_layer_that_is_not_there_is_named(folder: Path, buildings: gpd.GeoDataFrame) -> None:
    """With those that are."""
    buildings.to_file(folder / "all.gpkg", layer="a")
    buildings.to_file(folder / "all.gpkg", layer="b")
    with pytest.raises(LayerError, match="need the layer c, found a, b"):
        find_layers(None, {"buildings": f"{folder}/all.gpkg:c"}, Notes())
    with pytest.raises(LayerError, match="one layer of that role, found a, b; give FILE:layer"):
        find_layers(None, {"buildings": folder / "all.gpkg"}, Notes())


def test_the_colon_of_a_drive_is_no_layer(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """A path like C:/a.fgb is a file, and C:/a.gpkg:b a layer of one."""
    monkeypatch.chdir(folder)
    (folder / "C:").mkdir()
    touch(folder, "C:/a.fgb")
    assert find_layers(None, {"buildings": "C:/a.fgb"}, Notes())["buildings"].layer == ""
    with pytest.raises(LayerError, match=r"found nothing at C:\\b\.fgb"):
        find_layers(None, {"buildings": "C:\\b.fgb"}, Notes())


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        ({"building_s": "x.shp"}, "found building_s; did you mean buildings"),
        ({"buildings": "x.shp"}, r"buildings: need a file, found nothing at x\.shp"),
        ({}, "need a layer of buildings, found no layer with a known name"),
    ],
)
def test_wrong_options_are_explained(roles: dict[str, str], message: str) -> None:
    """Unknown role, missing file, no buildings."""
    with pytest.raises(LayerError, match=message):
        find_layers(None, roles, Notes())


@pytest.mark.parametrize("part", [".shx", ".dbf", ".shp"])
def test_a_shapefile_without_a_part_is_refused_and_left_alone(
    folder: Path, buildings: gpd.GeoDataFrame, part: str
) -> None:
    """The lost file is named; nothing is repaired in place."""
    buildings.to_file(folder / "buildings.shp")
    (folder / f"buildings{part}").unlink()
    before = sorted(folder.iterdir())
    with pytest.raises(LayerError, match=rf"missing buildings\{part}"):
        read_layers(folder)
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("part", [".shp", ".shx", ".dbf"])
@pytest.mark.parametrize("left", [0, 20, 150])
def test_a_shapefile_cut_short_is_refused(folder: Path, buildings: gpd.GeoDataFrame, part: str, left: int) -> None:
    """GDAL would read what is left, or nothing, without a word."""
    buildings.to_file(folder / "buildings.shp")
    path = folder / f"buildings{part}"
    path.write_bytes(path.read_bytes()[: min(left, path.stat().st_size - 1)])
    with pytest.raises(LayerError, match=rf"cut short buildings\{part}"):
        read_layers(folder)


@pytest.mark.parametrize("name", ["buildings.gpkg", "buildings.geojson", "buildings.fgb", "buildings.parquet",
                                  "buildings.xlsx"])  # fmt: skip
def test_a_damaged_file_is_one_clear_error(folder: Path, name: str) -> None:
    """Never somebody else's traceback."""
    (folder / name).write_bytes(b"\x00not what it says\xff" * 50)
    with pytest.raises(LayerError, match=rf"{name}.*: need .*; (export|save) it again"):
        read_layers(folder)


def test_a_folder_that_is_not_there() -> None:
    """Said so."""
    with pytest.raises(LayerError, match="nowhere: need a folder or a GeoPackage, found nothing there"):
        read_layers("nowhere")
