"""emergency.xlsx and emergency.gpkg: what a command post works with."""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio
from openpyxl import Workbook

from gridplan.language import language, pack, say, told_in, word
from gridplan.model import Finding
from gridplan.reporting.folder import write_folder
from gridplan.reporting.sheets import GAP, SHARE, TENTH, WHOLE, Table, add_sheet, finding_title, save_book

EMERGENCY_FILES: Final = ("emergency.xlsx", "emergency.gpkg")


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
    told = _summary(frames["situation"], totals, findings)
    add_sheet(book, say("Situation"), *told, widths=(34, 72), filters=False, upright=True)
    _add_situation(book, frames["situation"])
    add_sheet(book, say("Dispatch"), *_dispatch(frames["dispatch"]), forms={3: WHOLE})
    add_sheet(book, say("Bases"), *_bases(bases), forms={1: WHOLE, 2: WHOLE})
    add_sheet(book, say("Reach"), *_reach(frames["reach"]), forms={2: TENTH})
    save_book(book, folder / "emergency.xlsx")
    for layer, frame in (("situation", places), ("bases", bases)):
        path = folder / "emergency.gpkg"
        options = {} if path.exists() else {"dataset_options": {"VERSION": "1.2"}}
        pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG", append=path.exists(), **options)


def _summary(situation: pd.DataFrame, totals: Mapping[str, float], findings: list[Finding]) -> Table:
    affected = situation[situation["state"] == "affected"]
    rows: list[Any] = [
        (say("Grids affected"), len(affected)),
        (say("Households affected"), int(affected["households"].sum())),
        (say("Residents affected"), int(affected["residents"].sum())),
        (say("Neighbouring grids"), len(situation) - len(affected)),
        (say("Persons needed"), int(totals["needed"])),
        (say("Persons sent"), int(totals["sent"])),
        (say("Staff of organs left"), int(totals["left"])),
        (say("Persons of the reserve"), int(totals["reserve"])),
        (say("Fewest bases for every grid"), _proven(totals, "bases_needed")),
        (say("Bases used"), _proven(totals, "bases_chosen")),
        (say("Grids no base reaches in time"), int(totals["unreachable"])),
        (say("Households reached in time"), int(totals["households_in_time"])),
        *((finding_title(f.code), told_in(pack(f.reason), language())) for f in findings),
    ]
    return (say("Item"), say("Content")), rows


def _proven(totals: Mapping[str, float], name: str) -> int | str:
    """Give a number of bases, and say where it may not be the best."""
    count = int(totals[name])
    return count if totals[f"{name}_proven"] else say("{count} (not proven the best)", count=count)


def _add_situation(book: Workbook, situation: pd.DataFrame) -> None:
    head = (
        say("Code"), say("Name"), say("Community"), say("State"), say("Share of the area"), say("Households affected"),
        say("Residents affected"), say("Elderly, disabled"), say("Minors"), say("Floating population"),
        say("Mental disorders"), say("Key places"), say("Persons needed"), say("Persons sent"),
    )  # fmt: skip
    rows = []
    for row in situation.itertuples(index=False):
        *cells, sent = ["" if pd.isna(v) else v for v in row]
        cells[3] = word(str(cells[3]))
        rows.append([*cells, (sent, GAP if sent < cells[-1] else None)])
    add_sheet(book, say("Affected grids"), head, rows, forms={4: SHARE, **dict.fromkeys(range(5, 14), WHOLE)})


def _dispatch(dispatch: pd.DataFrame) -> Table:
    rows = [(g, p, word(t), m) for g, p, t, m in dispatch.to_numpy(dtype=object)]
    return (say("Code"), say("Person"), say("Because of"), say("Way (m)")), rows


def _bases(bases: gpd.GeoDataFrame) -> Table:
    columns = bases[["base_id", "grids", "households", "needed", "chosen"]].to_numpy(dtype=object)
    head = (say("Base"), say("Grids within reach"), say("Households within reach"), say("In the fewest"), say("Used"))
    return head, [(b, g, h, _yes(n), _yes(c)) for b, g, h, n, c in columns]


def _reach(reach: pd.DataFrame) -> Table:
    rows = [
        (g, b, "" if pd.isna(m) else m, (_yes(t), None if t else GAP)) for g, b, m, t in reach.to_numpy(dtype=object)
    ]
    return (say("Code"), say("Base"), say("Minutes"), say("In time")), rows


def _yes(value: object) -> str:
    return say("yes") if value else say("no")
