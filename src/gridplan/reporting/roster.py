"""roster.xlsx: who serves which grid, for an office to sign."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
from openpyxl import Workbook

from gridplan.config import Rules
from gridplan.model import PlanData
from gridplan.reporting.sheets import GAP, OWN, Table, add_sheet

LEVEL_NAMES: Final = {"grid": "网格", "beat": "片区", "community": "社区", "subdistrict": "街道"}
UNIT_NAMES: Final = {"grids": "网格", "households": "户", "residents": "人"}
STAFF_NAMES: Final = {"department": "部门", "committee": "社区", "organ": "机关", "public": "社会"}
METHOD_NAMES: Final = {"flow": "最小费用流", "search": "搜索", "beats": "连片搜索", "no person": "无人员"}


def write_roster(plan: PlanData, rules: Rules, path: Path, names: Mapping[str, str] | None = None) -> None:
    """Write the roster: summary, grids, forces, persons, gaps and the defaults in use.

    Parameters
    ----------
    plan : PlanData
        With an assignment.
    rules : Rules
        The forces.
    path : Path
        File to make.
    names : mapping of str to str, optional
        Person id -> name; ids stand alone where there is none.
    """
    book = Workbook(write_only=True)
    add_roster(book, plan, rules, names)
    book.save(path)


def add_roster(book: Workbook, plan: PlanData, rules: Rules, names: Mapping[str, str] | None = None) -> None:
    """Add the sheets of the roster to a workbook.

    Parameters
    ----------
    book : Workbook
        Write-only.
    plan : PlanData
        With an assignment.
    rules : Rules
        The forces.
    names : mapping of str to str, optional
        Person id -> name; ids stand alone where there is none.
    """
    add_sheet(book, "汇总", *_summary(plan, rules), widths=(18, 46), filters=False)
    add_sheet(book, "按网格", *_by_grid(plan, names or {}))
    add_sheet(book, "按力量", *_by_force(plan))
    add_sheet(book, "按人员", *_by_person(plan, names or {}))
    add_sheet(book, "缺口", *_gaps(plan))
    add_sheet(book, "规则", *_defaults(rules))


def _summary(plan: PlanData, rules: Rules) -> Table:
    forces, rows = plan.forces, list[Any]()
    lacking = plan.shortages["grid_code"].nunique()
    rows += [
        ("网格数", len(plan.grids)),
        ("户数", int(plan.grids["households"].sum())),
        ("户的口径", rules.household_basis),
        ("人员数", len(plan.persons)),
        ("已分派人员数", int((plan.persons["grids"] > 0).sum())),
        ("力量齐全的网格数", len(plan.grids) - lacking),
        ("有缺口的网格数", lacking),
        ("路程", "沿道路" if (plan.assignment["way"] == "road").any() else "直线乘绕行系数"),
        ("绕行系数", rules.deployment.detour),
    ]
    for force in _rows(forces):
        text = f"应到 {force.needed} 格次，已到 {force.served} 格次，"
        text += "已证明最优" if force.proven else f"与最优的差距不超过 {force.gap:.1%}"
        rows.append((force.name, text))
    rows += [
        ("说明", "人员配比和容量不在条例中，是本单位可修改的规则；见“规则”表，标“默认”者未经修改。"),
        ("说明", "黄底：该力量只由社区工作者承担（条例第十八条）；红底：缺人。"),
        ("审核人", ""), ("签字", ""), ("日期", ""),
    ]  # fmt: skip
    return ("项目", "内容"), rows


def _by_grid(plan: PlanData, names: Mapping[str, str]) -> Table:
    """One row a grid, one column a force."""
    forces = plan.forces[["force", "name"]].to_numpy().tolist()
    cells: dict[tuple[str, str], list[str]] = {}
    own: dict[tuple[str, str], bool] = {}
    for grid, force, person, staff in plan.assignment[["grid_code", "force", "person_id", "staff"]].to_numpy():
        cells.setdefault((grid, force), []).append(_called(person, names))
        own[grid, force] = own.get((grid, force), True) and staff == "committee"
    short = {(g, f): m for g, f, m in plan.shortages[["grid_code", "force", "missing"]].to_numpy()}
    rows: list[Any] = []
    for grid in _rows(plan.grids):
        row: list[Any] = [grid.grid_code, grid.name, grid.community, grid.subdistrict, int(grid.households)]
        for force, _ in forces:
            key = (grid.grid_code, force)
            text = "、".join(cells.get(key, []))
            text += f"（缺 {short[key]}）" if key in short else ""
            row.append((text, GAP if key in short else OWN if own.get(key) else None))
        rows.append(row)
    return ("网格编码", "网格名称", "社区", "街道", "户数", *(name for _, name in forces)), rows


def _by_force(plan: PlanData) -> Table:
    head = ("力量", "层级", "容量单位", "人员", "应到格次", "已到格次", "平均路程（米）", "变动格次", "代价（米）",
            "下界（米）", "差距", "已证明最优", "方法", "默认规则")  # fmt: skip
    rows = [
        (f.name, LEVEL_NAMES[f.level], UNIT_NAMES[f.unit], f.persons, f.needed, f.served, _number(f.distance_m),
         f.changed, _number(f.cost), _number(f.bound), f"{f.gap:.2%}", _yes(f.proven),
         METHOD_NAMES.get(f.method, f.method), _yes(f.defaults))
        for f in _rows(plan.forces)
    ]  # fmt: skip
    return head, rows


def _by_person(plan: PlanData, names: Mapping[str, str]) -> Table:
    titles = dict(plan.forces[["force", "name"]].to_numpy().tolist())
    served = plan.assignment.groupby(["force", "person_id"], sort=False)["grid_code"].agg("、".join)
    called = ("姓名",) if names else ()
    head = ("人员编号", *called, "力量", "人员类别", "网格数", "户数", "人口", "负荷", "容量", "容量单位",
            "平均路程（米）", "片区块数", "网格")  # fmt: skip
    rows = [
        (p.person_id, *((names.get(p.person_id, ""),) if names else ()), titles.get(p.force, p.force),
         STAFF_NAMES.get(p.staff, p.staff), p.grids, p.households, p.residents, _number(p.load), _number(p.capacity),
         UNIT_NAMES[p.unit], _number(p.distance_m), p.pieces, served.get((p.force, p.person_id), ""))
        for p in _rows(plan.persons)
    ]  # fmt: skip
    return head, rows


def _gaps(plan: PlanData) -> Table:
    titles = dict(plan.forces[["force", "name"]].to_numpy().tolist())
    grids = plan.grids.set_index("grid_code")[["name", "community"]]
    rows = [
        (s.grid_code, *grids.loc[s.grid_code], titles.get(s.force, s.force), s.missing, s.reason, s.remedy)
        for s in _rows(plan.shortages)
    ]
    return ("网格编码", "网格名称", "社区", "力量", "缺人数", "原因", "最小补救"), rows


def _defaults(rules: Rules) -> Table:
    deployment = rules.deployment
    head = ("力量", "键", "每格必备", "层级", "容量", "容量单位", "每格人数", "每人户数", "范围", "起点", "技能",
            "换人代价（米）", "来源")  # fmt: skip
    scopes = {"district": "全区", "subdistrict": "所在街道", "community": "所在社区", "jurisdiction": "辖区"}
    rows = [
        (f.name, f.force, _yes(f.required), LEVEL_NAMES[f.level], _number(f.capacity), UNIT_NAMES[f.unit],
         f.persons_per_grid, f.households_per_person or "", scopes[f.scope], "单位" if f.place == "work" else "住处",
         "、".join(f.skills), f.keep_m, "本单位规则" if deployment.changed(f) else "默认，不是条例的规定")
        for f in deployment.forces
    ]  # fmt: skip
    return head, rows


def _rows(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples())


def _called(person: str, names: Mapping[str, str]) -> str:
    return f"{names[person]}（{person}）" if names.get(person) else person


def _yes(value: object) -> str:
    return "是" if value else "否"


def _number(value: float) -> float | str:
    return "" if pd.isna(value) else round(float(value), 1)
