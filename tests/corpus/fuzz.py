"""Damage the files of the little district byte by byte and read them: ``python fuzz.py FIRST LAST``.

One line of JSON per case; a case that takes too long, or kills the process, is named on stderr.
"""

import faulthandler
import json
import logging
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
from district import COUNTS, IDS, bare, buildings

from gridplan.errors import GridplanError
from gridplan.reading import read_layers

SECONDS = 30
FORMATS = (
    "shp",
    "gpkg",
    "geojson",
    "fgb",
    "parquet",
    "csv",
    "xlsx",
    "households.csv",
    "households.xlsx",
    "households.dbf",
)
WAYS = ("cut", "flip", "zero", "insert", "drop", "swap", "wrong type", "text")


def write_clean(kind: str, folder: Path) -> None:
    """Write the district in one format."""
    frame = buildings()
    if kind == "shp":
        frame.to_file(folder / "楼栋.shp", encoding="GBK")
        (folder / "楼栋.cpg").unlink(missing_ok=True)
    elif kind == "parquet":
        frame.to_parquet(folder / "楼栋.parquet")
    elif kind in ("csv", "xlsx"):
        spots = frame.geometry.centroid
        table = pd.DataFrame(frame.drop(columns="geometry")).assign(x=spots.x, y=spots.y)
        write_table(table, folder / f"楼栋.{kind}")
    elif kind.startswith("households"):
        bare().to_file(folder / "楼栋.gpkg")
        write_table(pd.DataFrame({"楼栋编号": IDS, "户数": COUNTS}), folder / f"住户.{kind.rpartition('.')[2]}")
    else:
        frame.to_file(folder / f"楼栋.{kind}")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table."""
    if path.suffix == ".csv":
        table.to_csv(path, index=False, encoding="GBK")
    elif path.suffix == ".dbf":
        pyogrio.write_dataframe(table, path, driver="ESRI Shapefile", encoding="GBK")
    else:
        table.to_excel(path, index=False)


def damage(data: bytes, way: str, rng: np.random.Generator, other: bytes) -> bytes:
    """Damage bytes in one way."""
    raw = bytearray(data)
    at = int(rng.integers(0, max(len(raw), 1)))
    size = int(rng.integers(1, 64))
    if way == "cut":
        return data[:at]
    if way == "flip":
        for place in rng.integers(0, len(raw), int(rng.integers(1, 9))):
            raw[place] ^= 1 << int(rng.integers(0, 8))
    elif way == "zero":
        raw[at : at + size] = bytes(len(raw[at : at + size]))
    elif way == "insert":
        raw[at:at] = rng.bytes(size)
    elif way == "drop":
        del raw[at : at + size]
    elif way == "swap":
        to = int(rng.integers(0, len(raw)))
        raw[at : at + size], raw[to : to + size] = raw[to : to + size], raw[at : at + size]
    elif way == "text":
        words = ["合计", "\ufeff", '"', "\n", "\x00", "1e999", "-1", "nan", "户", ",,,,", "{}", "POLYGON EMPTY"]
        raw[at:at] = str(rng.choice(words)).encode("GBK", "ignore")
    else:
        return other
    return bytes(raw)


def cases(first: int, last: int, clean: Callable[[str], Path]) -> Iterator[tuple[int, str, str, Path, bytes]]:
    """Make the cases of some seeds: number, format, way, file and its bytes."""
    for seed in range(first, last):
        rng = np.random.default_rng(seed)
        kind, way = FORMATS[seed % len(FORMATS)], WAYS[seed // len(FORMATS) % len(WAYS)]
        names = sorted(
            p.name for p in clean(kind).iterdir() if not (kind.startswith("households") and "楼栋" in p.name)
        )
        name = names[int(rng.integers(len(names)))]
        other = clean(FORMATS[int(rng.integers(len(FORMATS)))])
        stranger = min(other.iterdir()).read_bytes()
        path = clean(kind) / name
        yield seed, kind, way, path, damage(path.read_bytes(), way, rng, stranger)


def outcome(folder: Path, way: str, name: str) -> str:
    """Read a folder: "read", "refused", or what went wrong."""
    try:
        layers = read_layers(folder)
    except GridplanError as error:
        text = str(error)
        return "refused" if ": need " in text and ";" in text else f"an error that does not say what to do: {text}"
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        return f"foreign {error!r}"
    total = int(layers.buildings["households"].sum()) + int(layers.set_aside["households"].sum())
    if way == "cut" and not name.endswith((".csv", ".prj", ".cpg")) and total != sum(COUNTS):
        return f"silently lost: {total} households of {sum(COUNTS)}"
    return "read"


def main(first: int, last: int) -> None:
    """Run the cases of some seeds."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    store = Path(tempfile.mkdtemp())
    made: dict[str, Path] = {}

    def clean(kind: str) -> Path:
        if kind not in made:
            made[kind] = store / kind
            made[kind].mkdir()
            write_clean(kind, made[kind])
        return made[kind]

    try:
        for seed, kind, way, path, data in cases(first, last, clean):
            folder = store / "case"
            shutil.copytree(path.parent, folder)
            (folder / path.name).write_bytes(data)
            sys.stderr.write(f"{seed}\n")
            sys.stderr.flush()
            faulthandler.dump_traceback_later(SECONDS, exit=True)
            found = outcome(folder, way, path.name)
            faulthandler.cancel_dump_traceback_later()
            sys.stdout.write(
                json.dumps({"seed": seed, "kind": kind, "way": way, "file": path.name, "found": found}) + "\n"
            )
            shutil.rmtree(folder)
    finally:
        shutil.rmtree(store, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
