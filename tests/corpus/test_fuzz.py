"""Two thousand damaged files: an error of ours or a right result, never a traceback of somebody else's or a hang."""

import json
import subprocess
import sys

import fuzz
import numpy as np
import pandas as pd
import pytest
import shapely
from district import COUNTS, bare, codes, rooms
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.errors import GridplanError
from gridplan.reading import read_layers

EACH = 250


@pytest.mark.parametrize("batch", range(2000 // EACH))
def test_damaged_files_are_read_or_refused(batch: int) -> None:
    """In a process of their own, which a crash of a library would end."""
    first = batch * EACH
    command = [sys.executable, fuzz.__file__, str(first), str(first + EACH)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200)
    cases = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 0, f"the process ended while reading: {run.stderr[-2000:]}"
    assert len(cases) == EACH
    assert [case for case in cases if case["found"] not in ("read", "refused")] == []
    assert {case["found"] for case in cases} == {"read", "refused"}


cells = st.one_of(
    st.none(), st.integers(-5, 400), st.floats(allow_nan=True),
    st.sampled_from(["", "合计", "LD01", "LD99", "12户", "是", "启工小区"]),
    st.text("LD0123456789户号楼单元室-启工小区 ,\"'\n\t", max_size=12),
)  # fmt: skip
NAMES = [
    "楼栋编号",
    "户数",
    "单元",
    "房号",
    "小区名称",
    "楼栋号",
    "地址",
    "户号",
    "与户主关系",
    "姓名",
    "人口",
    "注销标志",
]
heads = st.lists(st.sampled_from([*NAMES, "x", "y", "备注"]), min_size=1, max_size=7, unique=True)


@settings(max_examples=120, deadline=None)
@given(names=heads, data=st.data(), book=st.booleans())
def test_no_table_of_households_is_lost_silently(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], data: st.DataObject, *, book: bool
) -> None:
    """Any cells under any header: an error of ours, or every row accounted for."""
    rows = data.draw(st.lists(st.lists(cells, min_size=len(names), max_size=len(names)), min_size=1, max_size=12))
    folder = tmp_path_factory.mktemp("any")
    bare().to_file(folder / "楼栋.gpkg")
    frame = pd.DataFrame(rows, columns=names, dtype=object)
    if book:
        frame.to_excel(folder / "住户.xlsx", index=False)
    else:
        frame.to_csv(folder / "住户.csv", index=False)
    try:
        layers = read_layers(folder)
    except GridplanError:
        return
    source = next(s for s in layers.sources if s.role == "households")
    aside = layers.set_aside[layers.set_aside["role"] == "households"]
    assert source.households == layers.buildings["households"].sum() + aside["households"].sum()
    assert aside["rows"].sum() <= source.rows


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), dirt=st.integers(0, 40))
def test_the_order_of_the_rows_plays_no_part(tmp_path_factory: pytest.TempPathFactory, seed: int, dirt: int) -> None:
    """Buildings with any dirt, shuffled: the same layers, findings and rows set aside."""
    rng = np.random.default_rng(seed)
    frame = bare().assign(户数=COUNTS)
    shapes = frame.geometry.to_numpy().copy()
    if dirt:
        for row in rng.integers(0, 12, dirt % 5):
            other = shapes[int(rng.integers(12))]
            shapes[row] = [other, None, shapely.Polygon(), other.centroid.buffer(20), other.union(shapes[row])][
                dirt % 5
            ]
    frame = frame.set_geometry(shapes, crs=4550)
    results = []
    for order in (np.arange(12), rng.permutation(12)):
        folder = tmp_path_factory.mktemp("any")
        frame.iloc[order].to_file(folder / "楼栋.gpkg")
        rooms().sample(frac=1, random_state=int(order[0])).to_csv(folder / "住户.csv", index=False)
        try:
            results.append(read_layers(folder))
        except GridplanError:
            results.append(None)
    one, two = results
    if one is None or two is None:
        assert one is two
        return
    pd.testing.assert_frame_equal(one.buildings, two.buildings)
    assert one.set_aside[["role", "rows", "households", "reason"]].equals(
        two.set_aside[["role", "rows", "households", "reason"]]
    )
    assert codes(one) == codes(two)
