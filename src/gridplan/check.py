"""What a district's input looks like: its layers, what was assumed, and what is wrong with it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from gridplan import reporting
from gridplan.accounts import conservation
from gridplan.errors import GridplanError, LayerError
from gridplan.language import join
from gridplan.model import Finding, Layers, Source, findings_frame
from gridplan.schema import SET_ASIDE_COLUMNS


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Check:
    """What reading a district, and laying out its ground, found.

    Made by `check_district`.

    Parameters
    ----------
    district : Layers or None
        None where the input cannot be used.
    sources : tuple of Source
        Of every layer, also of those that cannot be used.
    notes : tuple of Finding
        What was assumed, repaired or set aside.
    faults : tuple of (str, GridplanError)
        Role, or "" where no single layer is at fault, and what is wrong.
    set_aside : DataFrame
        Rows that take no part: role, id, households, reason.
    """

    district: Layers | None
    sources: tuple[Source, ...] = ()
    notes: tuple[Finding, ...] = ()
    faults: tuple[tuple[str, GridplanError], ...] = ()
    set_aside: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(SET_ASIDE_COLUMNS)))

    @property
    def usable(self) -> bool:
        """Whether a plan can be made of the input."""
        return not self.faults

    @property
    def layers(self) -> pd.DataFrame:
        """One row per layer: role, file, state, rows, crs, encoding, sha256, fields and assumptions.

        `state` is "usable", "unusable", or "unchecked" where the buildings, on which it depends, cannot be used.
        """
        return reporting.layer_table(self.sources, {role for role, _ in self.faults})

    @property
    def findings(self) -> gpd.GeoDataFrame:
        """Findings, the gravest first: code, severity, subject, reason, value, and a point or None."""
        wrong = [
            Finding(code="layer_unusable", severity="error", subject=role or "input", reason=fault.message)
            for role, fault in self.faults
        ]
        crs = CRS.from_epsg(4490) if self.district is None else self.district.crs
        frame = findings_frame([*wrong, *self.notes], crs)
        return frame.sort_values("severity", key=reporting.by_gravity, kind="stable", ignore_index=True)

    @property
    def accounts(self) -> pd.DataFrame:
        """Rows and households of every layer: in, used, and set aside by reason; see `accounts.conservation`."""
        usable = [source for source in self.sources if source.sha256]
        return conservation(usable, self.set_aside)

    def require(self) -> Layers:
        """Give the layers, or say everything that is wrong with them.

        Returns
        -------
        Layers
            As `read_layers` gives them.

        Raises
        ------
        GridplanError
            If a layer cannot be used; all faults at once.
        """
        if len(self.faults) == 1:
            raise self.faults[0][1]
        if self.district is None:
            raise LayerError(join([fault.message for _, fault in self.faults], "\n"))
        return self.district

    def to_dict(self) -> dict[str, Any]:
        """Lay the check out for a program.

        Returns
        -------
        dict
            JSON-able: usable, crs, layers, findings, conservation.
        """
        return reporting.check_data(self.layers, self.findings, self.accounts)

    def write(self, out: str | Path) -> None:
        """Write the check into a folder: ``check.json``, ``check.xlsx``, ``findings.gpkg``.

        Parameters
        ----------
        out : path
            A new or empty folder, or one that holds a former check; the last file is left out without places.

        Raises
        ------
        OutputError
            If the folder holds anything else, or cannot be written.
        """
        reporting.write_check(self.layers, self.findings, self.accounts, Path(out))

    def write_workbook(self, path: str | Path) -> None:
        """Write the check as a workbook.

        Parameters
        ----------
        path : path
            A file .xlsx; it is replaced.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        reporting.write_check_workbook(self.layers, self.findings, self.accounts, Path(path))
