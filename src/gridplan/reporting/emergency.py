"""emergency.xlsx and emergency.gpkg: what a command post works with."""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio
from openpyxl import Workbook

from gridplan.language import translate
from gridplan.model import Finding
from gridplan.reporting.folder import write_folder
from gridplan.reporting.sheets import GAP, add_sheet

EMERGENCY_FILES: Final = ("emergency.xlsx", "emergency.gpkg")

_STATES: Final = {"affected": "受影响", "neighbour": "相邻"}
_TIERS: Final = {"residence": "居住地", "employer": "单位所在地", "elsewhere": "其他"}
_TOTALS: Final = {
    "needed": "需要人数", "sent": "派出人数", "left": "未派出的机关企事业单位人员", "reserve": "预备队人数",
    "bases_needed": "全覆盖最少驻地数", "bases_chosen": "采用驻地数", "unreachable": "任何驻地都不能按时到达的网格数",
    "households_in_time": "按时到达的户数",
}  # fmt: skip
_PROOFS: Final = {"bases_needed": "bases_needed_proven", "bases_chosen": "bases_chosen_proven"}


def write_emergency(
    out: Path, places: gpd.GeoDataFrame, bases: gpd.GeoDataFrame, frames: Mapping[str, pd.DataFrame],
    totals: Mapping[str, float], findings: Iterable[Finding],
) -> None:  # fmt: skip
    """Write the response to a hazard into a folder, whole or not at all.

    Parameters
    ----------
    out : Path
        A folder that is new, empty, or holds a former emergency.
    places : GeoDataFrame
        Outlines of the affected grids and their neighbours.
    bases : GeoDataFrame
        Places the mobile team may start from.
    frames : mapping of str to DataFrame
        situation, dispatch and reach.
    totals : mapping of str to float
        Counts.
    findings : iterable of Finding
        What an office should know.

    Raises
    ------
    OutputError
        If the folder holds anything else, or cannot be written.
    """
    fill = partial(_fill, places, bases, frames, totals, list(findings))
    write_folder(out, fill, marks=EMERGENCY_FILES, files=EMERGENCY_FILES)


def _fill(
    places: gpd.GeoDataFrame, bases: gpd.GeoDataFrame, frames: Mapping[str, pd.DataFrame],
    totals: Mapping[str, float], findings: list[Finding], folder: Path,
) -> None:  # fmt: skip
    book = Workbook(write_only=True)
    add_sheet(book, "态势", ("项目", "内容"), _summary(frames["situation"], totals, findings), filters=False)
    add_sheet(book, "受影响网格", *_situation(frames["situation"]))
    add_sheet(book, "派遣", ("网格编码", "人员编号", "依据", "路程（米）"), _dispatch(frames["dispatch"]))
    add_sheet(book, "驻地", ("驻地", "可达网格", "可达户数", "全覆盖所需", "采用"), _bases(bases))
    add_sheet(book, "到达", ("网格编码", "驻地", "分钟", "按时"), _reach(frames["reach"]))
    book.save(folder / "emergency.xlsx")
    for layer, frame in (("situation", places), ("bases", bases)):
        path = folder / "emergency.gpkg"
        options = {} if path.exists() else {"dataset_options": {"VERSION": "1.2"}}
        pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG", append=path.exists(), **options)


def _summary(situation: pd.DataFrame, totals: Mapping[str, float], findings: list[Finding]) -> list[Any]:
    affected = situation[situation["state"] == "affected"]
    rows: list[Any] = [
        ("受影响网格数", len(affected)), ("受影响户数", int(affected["households"].sum())),
        ("受影响人口", int(affected["residents"].sum())), ("相邻网格数", len(situation) - len(affected)),
    ]  # fmt: skip
    for name, title in _TOTALS.items():
        proven = totals.get(_PROOFS.get(name, ""), 1.0)
        rows.append((title, f"{int(totals[name])}" + ("" if proven else "（未证明最优）")))
    rows += [(translate(f.code, "zh"), str(f.reason)) for f in findings]
    return rows


def _situation(situation: pd.DataFrame) -> tuple[tuple[str, ...], list[Any]]:
    head = ("网格编码", "网格名称", "社区", "状态", "受影响面积比例", "受影响户数", "受影响人口", "失能老人",
            "未成年人", "流动人口", "精神障碍患者", "重点场所", "需要人数", "派出人数")  # fmt: skip
    rows = []
    for row in situation.itertuples(index=False):
        cells: list[Any] = ["" if pd.isna(v) else v for v in row]
        cells[3] = _STATES[cells[3]]
        cells[13] = (cells[13], GAP if cells[13] < cells[12] else None)
        rows.append(cells)
    return head, rows


def _dispatch(dispatch: pd.DataFrame) -> list[Any]:
    return [(g, p, _TIERS[t], m) for g, p, t, m in dispatch.to_numpy(dtype=object)]


def _bases(bases: gpd.GeoDataFrame) -> list[Any]:
    columns = bases[["base_id", "grids", "households", "needed", "chosen"]].to_numpy(dtype=object)
    return [(b, g, h, _yes(n), _yes(c)) for b, g, h, n, c in columns]


def _reach(reach: pd.DataFrame) -> list[Any]:
    return [
        (g, b, "" if pd.isna(m) else m, (_yes(t), None if t else GAP)) for g, b, m, t in reach.to_numpy(dtype=object)
    ]


def _yes(value: object) -> str:
    return "是" if value else "否"
