"""CSV files and workbooks."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from gridplan.errors import EncodingError, LayerError
from gridplan.reading import read_layers
from gridplan.reading.sources import LayerRef
from gridplan.reading.tables import open_table, read_table

LINES = ["楼栋编号,户数,经度,纬度,社区", "B0,36,123.43,41.80,启工社区", "B1,48户,123.44,41.80,兴华社区"]


def write_csv(folder: Path, text: str, encoding: str) -> Path:
    """Write the buildings as a CSV file."""
    path = folder / "楼栋.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_points_from_a_csv_of_any_encoding(folder: Path, encoding: str, separator: str) -> None:
    """With and without BOM; comma, tab or semicolon."""
    write_csv(folder, "\r\n".join(LINES).replace(",", separator), encoding)
    layers = read_layers(folder)
    assert layers.crs.to_epsg() == 4550
    assert layers.buildings["households"].tolist() == [36, 48]
    assert layers.buildings["community"].tolist() == ["启工社区", "兴华社区"]
    assert layers.buildings.geom_type.eq("Point").all()
    assert layers.sources[0].encoding == encoding.removesuffix("-sig")
    assert layers.sources[0].fields["x"] == "经度"


def test_the_users_encoding_wins(folder: Path) -> None:
    """And is refused when the bytes contradict it."""
    write_csv(folder, "\n".join(LINES), "gb18030")
    with pytest.raises(EncodingError, match="correct --encoding"):
        read_layers(folder, encoding="utf-8")
    assert read_layers(folder, encoding="gb2312").buildings["community"].tolist()[0] == "启工社区"


def test_texts_stay_texts(folder: Path) -> None:
    """Leading zeros, NA and empty cells."""
    path = folder / "t.csv"
    path.write_text('building_id,room\n007,NA\n" 8",\n')
    chunk = next(
        open_table(LayerRef("households", path), None).chunks(["building_id", "room"], ["building_id", "room"])
    )
    assert chunk["building_id"].tolist() == ["007", " 8"]
    assert chunk["room"].fillna("nothing").tolist() == ["NA", "nothing"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "need a row of column names"),
        ("户数,户数\n1,2\n", "need different column names, found 户数 more than once"),
        ("building_id,x,y\nB0,1,2\nB1,1,2,3,4\n", "need 3 values in every line, found others in line 3; quote"),
        ("building_id,x,y\nB0,1,2,3\n", "need 3 values in every line, found more in line 2; quote"),
        ('building_id,x,y\n"B0,1,2\n', "need 3 values in every line"),
        ("building_id,x,y\nB0,here,there\n", "x: need coordinates as numbers, found other text at row 1"),
        ("building_id,x,y\n", "need at least one row"),
    ],
)
def test_broken_csv_files_are_one_clear_error(folder: Path, text: str, message: str) -> None:
    """In our words."""
    (folder / "buildings.csv").write_text(text)
    with pytest.raises(LayerError, match=message):
        read_layers(folder)


def test_a_workbook_gives_what_its_first_full_sheet_holds(folder: Path) -> None:
    """Codes that Excel made numbers, empty rows, further sheets."""
    book = openpyxl.Workbook()
    book.active.title = "空"
    sheet = book.create_sheet("楼栋")
    rows = [
        ["楼栋编号", "户数", "坐标X", "坐标Y", None],
        [1001, 36, 533000.5, 4629000],
        [None] * 4,
        [1002, "48户", 533100, 4629000],
    ]
    for row in rows:
        sheet.append(row)
    book.create_sheet("说明").append(["x"])
    book["说明"].append(["y"])
    book.save(folder / "楼栋.xlsx")
    layers = read_layers(folder)
    assert layers.buildings["building_id"].tolist() == ["1001", "1002"]
    assert layers.buildings["households"].tolist() == [36, 48]
    assert layers.sources[0].assumptions[0] == "sheet 楼栋 is read, the others are not"
    named = read_layers(roles={"buildings": f"{folder / '楼栋.xlsx'}:楼栋"})
    assert named.buildings.equals(layers.buildings)
    with pytest.raises(LayerError, match="with a sheet 无"):
        read_layers(roles={"buildings": f"{folder / '楼栋.xlsx'}:无"})


def test_an_empty_workbook_is_an_error(folder: Path) -> None:
    """There is nothing to read."""
    openpyxl.Workbook().save(folder / "楼栋.xlsx")
    with pytest.raises(LayerError, match="need a sheet with column names and rows"):
        read_table(LayerRef("buildings", folder / "楼栋.xlsx"), None)


def test_personal_fields_reach_nothing(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither frames, nor findings, nor sources, nor errors, nor the log."""
    lines = [
        "楼栋编号,户数,x,y,户主姓名,身份证号码",
        "B0,36,123.4,41.8,张三丰,210106195001010011",
        "B1,x,123.4,41.8,李四光,210106195001010022",
    ]
    path = write_csv(folder, "\n".join(lines), "utf-8")
    with pytest.raises(LayerError) as error:
        read_layers(folder)
    path.write_text(path.read_text("utf-8").replace("B1,x", "B1,5"), "utf-8")
    layers = read_layers(folder)
    said = str(error.value) + repr(layers) + layers.buildings.to_csv() + caplog.text
    assert not any(secret in said for secret in ("张三丰", "李四光", "2101061950"))
    assert [f.reason for f in layers.findings if f.code == "personal_fields_dropped"] == [
        "楼栋.csv: 户主姓名, 身份证号码 identify persons and are not kept"
    ]


def test_places_at_0_0_are_missing(folder: Path) -> None:
    """So many programs write what they do not know."""
    (folder / "buildings.csv").write_text("building_id,households,x,y\na,1,123.4,41.8\nb,2,0,0\nc,3,,41.8\n")
    layers = read_layers(folder)
    assert layers.buildings["building_id"].tolist() == ["a"]
    assert layers.set_aside["households"].tolist() == [2, 3]


def test_pandas_is_not_asked_to_guess(folder: Path) -> None:
    """A column of the rows read keeps its order whatever the file's."""
    frame = pd.DataFrame({"y": [41.8], "building_id": ["B"], "x": [123.4], "foo": [1]})
    frame.to_csv(folder / "buildings.csv", index=False)
    assert read_layers(folder).buildings["building_id"].tolist() == ["B"]
