"""Compounds: the residential compound each unit belongs to, under a name that is one compound's alone."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.errors import first_three
from gridplan.geometry.allot import components
from gridplan.geometry.blocks import first_hit
from gridplan.geometry.overlaps import find_overlapping
from gridplan.language import say
from gridplan.model import Finding, Layers

Texts = NDArray[np.object_]


def name_compounds(
    layers: Layers, parts: gpd.GeoDataFrame, block: NDArray[np.int32]
) -> tuple[Texts, tuple[Finding, ...]]:
    """Tell the compound of each part of a building.

    Parameters
    ----------
    layers : Layers
        For the compound polygons.
    parts : GeoDataFrame, n_parts rows
        In the order in which derived compounds are numbered; compound and compound_code are the columns of the
        buildings, x and y their place.
    block : int32[n_parts]
        Block of each part.

    Returns
    -------
    names : array of str, n_parts values
        The polygon a part lies in, else its column; blocks where neither layer nor column exists; "" for none.
    findings : tuple of Finding
        What was derived or told apart.
    """
    column = np.where(parts["compound"] != "", parts["compound"], parts["compound_code"]).astype(object)
    if layers.compounds is not None and len(layers.compounds):
        names, findings = _unique_names(layers.compounds)
        shapes = np.asarray(layers.compounds.geometry.array)
        hit = first_hit(shapes, shapely.points(parts["x"].to_numpy(), parts["y"].to_numpy()))
        overlaps = find_overlapping(pd.Series(names, dtype="str"), shapes, "compounds")
        return np.where(hit >= 0, names[hit], column), (*findings, *overlaps)
    if (column != "").any():
        return _by_column(parts, column)
    return _derived(parts, block)


def _unique_names(frame: gpd.GeoDataFrame) -> tuple[Texts, tuple[Finding, ...]]:
    """Name of each compound polygon; polygons of one name that are not one compound get a suffix."""
    name, code = (_column(frame, c) for c in ("compound", "compound_code"))
    said = np.where(name != "", name, code)
    spots = shapely.point_on_surface(np.asarray(frame.geometry.array))
    x, y = shapely.get_x(spots), shapely.get_y(spots)
    nameless = said == ""
    said[nameless] = "unnamed"
    own = np.where(code != "", "code|" + code, np.arange(len(frame)).astype(str))
    table = pd.DataFrame({"said": said, "own": own, "shape": list(frame.geometry.array), "x": x, "y": y})
    table["same"] = [key if key.startswith("code|") else "" for key in own]
    loose = table["same"] == ""
    table.loc[loose, "same"] = _touching(table[loose])
    return _suffixed(table)


def _touching(table: pd.DataFrame) -> list[str]:
    """Key of each polygon: polygons of one name that touch are one compound."""
    shapes = np.asarray(table["shape"], dtype=object)
    one, two = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=1.0)
    pairs = np.stack([one, two], axis=1)
    said = np.asarray(table["said"])
    pairs = pairs[said[pairs[:, 0]] == said[pairs[:, 1]]]
    return [f"piece|{piece}" for piece in components(len(table), pairs)]


def _suffixed(table: pd.DataFrame) -> tuple[Texts, tuple[Finding, ...]]:
    """Suffix the names that several compounds bear, from north to south, then west to east."""
    one = table.sort_values(["y", "x"], ascending=[False, True]).drop_duplicates(["said", "same"])
    rank = one.groupby("said").cumcount() + 1
    many = one.groupby("said")["same"].transform("size") > 1
    label = np.where(many, one["said"] + " #" + rank.astype(str), one["said"])
    key = pd.Series(label, index=pd.MultiIndex.from_frame(one[["said", "same"]]))
    names: Texts = np.asarray(key.loc[pd.MultiIndex.from_frame(table[["said", "same"]])], dtype=object)
    if not many.any():
        return names, ()
    twice = sorted(set(one.loc[many, "said"]))
    reason = say(
        "{count} names of compounds occur at several places and got a number: {ids}.",
        count=len(twice),
        ids=first_three(twice),
    )
    finding = Finding(
        code="compound_names_repeated", severity="notice", subject="compounds", reason=reason, value=float(len(twice))
    )
    return names, (finding,)


def _column(frame: pd.DataFrame, column: str) -> Texts:
    """Texts of a column, empty where there are none."""
    if column not in frame.columns:
        return np.full(len(frame), "", dtype=object)
    return np.asarray(frame[column].where(frame[column].notna(), "").astype(str), dtype=object)


def _by_column(parts: gpd.GeoDataFrame, column: Texts) -> tuple[Texts, tuple[Finding, ...]]:
    """Name the compounds of the column; one name under several codes is several compounds."""
    code = np.asarray(parts["compound_code"], dtype=object)
    table = pd.DataFrame({"said": column, "same": code, "x": parts["x"].to_numpy(), "y": parts["y"].to_numpy()})
    names, findings = _suffixed(table)
    return np.where(column == "", "", names), tuple(f for f in findings if (column != "").any())


def _derived(parts: gpd.GeoDataFrame, block: NDArray[np.int32]) -> tuple[Texts, tuple[Finding, ...]]:
    """Let blocks with households stand in for compounds, numbered in the order of the parts."""
    lived_in = np.isin(block, np.unique(block[parts["households"] > 0]))
    order = pd.factorize(block[lived_in])[0]
    names = np.full(len(parts), "", dtype=object)
    names[lived_in] = [f"derived-{i + 1:04d}" for i in order]
    reason = say(
        "No compounds were given, neither as polygons nor as a column; {count} blocks between roads stand in for them.",
        count=order.max(initial=-1) + 1,
    )
    finding = Finding(
        code="compounds_derived", severity="warning", subject="compounds", reason=reason,
        value=float(order.max(initial=-1) + 1),
    )  # fmt: skip
    return names, (finding,)
