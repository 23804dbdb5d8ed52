"""plan.xlsx: what a bureau files."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from gridplan.config import Rules
from gridplan.language import use_language
from gridplan.model import Finding, PlanData, findings_frame
from gridplan.privacy import share_counts
from gridplan.reporting.tables import write_geojson
from gridplan.reporting.webpage import page_data
from gridplan.reporting.workbook import HIDDEN, write_workbook
from gridplan.schema import KEY_GROUPS

Rows = list[list[Any]]
Read = Callable[[PlanData], dict[str, Rows]]
GROUPS = slice(13, 17)
"""Columns of the key groups in the table of grids."""


@pytest.fixture
def read(tmp_path: Path, rules: Rules) -> Read:
    """Write the workbook of a plan and read its sheets back."""

    def write_and_read(plan: PlanData) -> dict[str, Rows]:
        write_workbook(plan, rules, tmp_path / "plan.xlsx")
        book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
        assert not [c.coordinate for sheet in book for row in sheet.rows for c in row if c.data_type == "f"]
        return {sheet.title: [[c.value for c in row] for row in sheet.rows] for sheet in book}

    return write_and_read


def test_the_sheets_are_in_the_language_in_use(plan: PlanData, read: Read) -> None:
    """Titles, headings, and the reasons of findings."""
    assert list(read(plan)) == [
        "Plan", "Grids by community", "Grids outside the band", "Why grids are so", "Findings", "Certificate",
        "Rules in use", "Inputs",
    ]  # fmt: skip
    use_language("zh")
    book = read(plan)
    assert list(book) == [
        "方案汇总",
        "逐街逐社区逐网格",
        "区间外网格",
        "网格成因",
        "问题",
        "质量证书",
        "所用规则",
        "输入数据",
    ]
    assert book["逐街逐社区逐网格"][0][:4] == ["层级", "街道", "社区", "编码"]
    assert ["户数", 1792] in book["方案汇总"]


def test_subtotals_add_up(plan: PlanData, read: Read) -> None:
    """Of each community, subdistrict and the district, for every column that adds."""
    rows = read(plan)["Grids by community"]
    head, body = rows[0], [r for r in rows[1:] if r[0]]
    level = {kind: [r for r in body if r[0] == kind] for kind in {r[0] for r in body}}
    assert len(level["grid"]) == len(plan.grids)
    for name in ("Grids", "Households", "Residents", "Load", "Compounds", "Buildings", "Key places"):
        k = head.index(name)
        whole = sum(r[k] for r in level["grid"])
        for kind in ("community total", "subdistrict total", "district total"):
            assert sum(r[k] for r in level[kind]) == pytest.approx(whole), name
    k = head.index("Households")
    for total in level["community total"]:
        assert total[k] == sum(r[k] for r in level["grid"] if r[2] == total[2])
    assert [r[head.index("In the band")] for r in level["district total"]] == ["6 of 6"]


def test_the_table_tells_no_more_than_may_be_known(plan: PlanData, read: Read) -> None:
    """Counts of key groups and their totals are those of `share_counts`."""
    counts = {g: [3, 9, 7, 4, 25, n] for n, g in enumerate(KEY_GROUPS)}
    plan = dataclasses.replace(plan, grids=plan.grids.assign(**counts))
    shared = share_counts(plan.grids, 5)
    rows = [r for r in read(plan)["Grids by community"][1:] if r[0]]
    shown = [r[GROUPS] for r in rows if r[0] == "grid"]
    assert shown == [[HIDDEN if pd.isna(v) else v for v in row] for row in shared.grids.to_numpy()]
    totals = next(r[GROUPS] for r in rows if r[0] == "district total")
    assert totals == [HIDDEN if v is None else v for v in shared.totals[()].values()]
    assert HIDDEN in {v for row in shown for v in row}


def test_all_shared_files_hide_the_same(plan: PlanData, rules: Rules, read: Read, tmp_path: Path) -> None:
    """What one file hides no other tells."""
    rng = np.random.default_rng(4)
    counts = {group: rng.integers(0, 9, len(plan.grids)) for group in KEY_GROUPS}
    plan = dataclasses.replace(plan, grids=plan.grids.assign(**counts))
    write_geojson(plan, rules, tmp_path / "g.geojson")
    features = json.loads((tmp_path / "g.geojson").read_text("utf-8"))["features"]
    told = [[f["properties"][group] for group in KEY_GROUPS] for f in features]
    page: dict[str, Any] = page_data(plan, rules)["grids"]
    assert told == [list(row) for row in zip(*(page[group] for group in KEY_GROUPS), strict=True)]
    rows = [r[GROUPS] for r in read(plan)["Grids by community"] if r[0] == "grid"]
    assert told == [[None if value == HIDDEN else value for value in row] for row in rows]
    assert any(value is None for row in told for value in row)
    assert any(value is not None for row in told for value in row)


def test_what_looks_like_a_formula_is_text(plan: PlanData, read: Read) -> None:
    """In a name, a subject, a file."""
    finding = Finding(code="crs_assumed", severity="notice", subject="@x", reason="-1+1")
    plan = dataclasses.replace(
        plan,
        grids=plan.grids.assign(name="=HYPERLINK()", subdistrict="+1"),
        findings=findings_frame([finding], plan.crs),
        run=plan.run | {"sources": [{**plan.run["sources"][0], "path": "=1+1.csv"}]},
    )
    book = read(plan)
    assert book["Grids by community"][1][1] == "'+1"
    assert book["Grids by community"][1][4] == "'=HYPERLINK()"
    assert book["Findings"][1] == ["notice", "crs assumed", "'@x", "'-1+1"]
    assert book["Inputs"][1][1] == "'=1+1.csv"


def test_characters_that_a_workbook_cannot_hold_are_left_out(plan: PlanData, read: Read) -> None:
    """Dirty tables hold them."""
    book = read(dataclasses.replace(plan, grids=plan.grids.assign(name="启工\x0b\x00=社区", subdistrict="\x01=1")))
    assert book["Grids by community"][1][4] == "启工=社区"
    assert book["Grids by community"][1][1] == "'=1"


def test_the_certificate_speaks_in_words(plan: PlanData, read: Read) -> None:
    """Of what is proven and what is not."""
    told = {row[0]: row[-1] for row in read(plan)["Certificate"][1:3]}
    proven = dict(zip(plan.certificate["community"], plan.certificate["proven"], strict=True))
    assert {name: text.startswith("Proven") for name, text in told.items()} == proven
    assert set(proven.values()) == {True, False}


def test_grids_outside_the_band_are_explained(plan: PlanData, read: Read) -> None:
    """With the cause in words."""
    grids = plan.grids.assign(in_band=[False, *[True] * 5], cause=["building above upper", *[""] * 5])
    rows = read(dataclasses.replace(plan, grids=grids))["Grids outside the band"]
    assert [r[-2:] for r in rows[1:]] == [["building above upper", "One building alone has more than 360 households."]]


def test_changed_rules_and_hashes_are_listed(plan: PlanData, tmp_path: Path) -> None:
    """So that the file says how the plan can be made again."""
    write_workbook(plan, Rules(target=310), tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    rules = {row[0].value: [c.value for c in row] for row in book["Rules in use"].rows}
    assert rules["target"][1:4] == [310, 300, "yes"]
    assert rules["privacy.min_count"][1:4] == [5, 5, "no"]
    assert [c.value for c in book["Inputs"][2]][1::6] == ["楼栋.shp", "ab"]


def test_it_is_ready_to_be_read_and_printed(staffed: PlanData, rules: Rules, tmp_path: Path) -> None:
    """Headings stay, columns are filtered, rows fold, pages are as wide as the table."""
    write_workbook(staffed, rules, tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    for sheet in book:
        assert sheet.freeze_panes, sheet.title
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.print_area.endswith(str(sheet.max_row))
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    grids = book["Grids by community"]
    assert grids.auto_filter.ref.startswith("A1:Z")
    assert [grids.row_dimensions[i].outlineLevel for i in range(2, 6)] == [3, 3, 3, 2]


def test_the_roster_is_in_it_by_ids(plan: PlanData, staffed: PlanData, read: Read) -> None:
    """Beside the plan, once there is one."""
    book = read(staffed)
    assert len(book) > len(read(plan))
    assert any("P1" in str(value) for rows in book.values() for row in rows for value in row)
