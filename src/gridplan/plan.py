"""The public Plan: its frames, and the methods that call the wings."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import geopandas as gpd

from gridplan import reporting
from gridplan.config import Rules
from gridplan.database import is_database
from gridplan.model import PlanData, findings_frame
from gridplan.progress import Report, silent

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Plan(PlanData):
    """The grids of a district, with everything needed to defend them.

    Made by `make_plan`, read back by `read_plan`. The frames are those of `PlanData`: `grids`, `units`, `buildings`,
    `communities`, `edges`, `walls`, `certificate`, `assignment`, `set_aside`, `findings`, `context`, and `run`.
    """

    @classmethod
    def of(cls, data: PlanData) -> Self:
        """Wrap the frames of a plan.

        Parameters
        ----------
        data : PlanData
            The frames; they are shared, not copied.

        Returns
        -------
        Plan
            The same plan with methods.
        """
        return cls(**{name: getattr(data, name) for name in PlanData.__dataclass_fields__})

    @property
    def rules(self) -> Rules:
        """The rules the plan was made by."""
        return Rules.from_mapping(self.run["rules"])

    def score(self) -> dict[str, Any]:
        """Sum the plan up in numbers.

        Returns
        -------
        dict
            grids, households, out (grids outside the band), viol (households outside), within_10, cost, bound, gap
            and further terms; see `reporting.score`.
        """
        return reporting.score(self, self.rules)

    def write(self, out: str | Path, *, names: Mapping[str, str] | None = None, report: Report = silent) -> None:
        """Write the plan into a folder or a schema of PostGIS, whole or not at all.

        Parameters
        ----------
        out : path
            A new or empty folder, or one that holds a plan to be replaced; or such a schema,
            ``postgresql://user@host/database/schema`` (extra `postgis`).
        names : mapping of str to str, optional
            Person id -> name, for ``roster.xlsx`` alone; without it persons are ids there too.
        report : Report
            Progress callback.

        Raises
        ------
        OutputError
            If the folder or schema holds anything but a plan, or cannot be written.
        """
        if is_database(out):
            reporting.write_database(self, str(out), report=report)
            return
        reporting.write_plan(self, self.rules, Path(out), names=names, report=report)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the grids with matplotlib (extra `plot`).

        Parameters
        ----------
        ax : Axes or None
            Where to draw; None makes a new figure.

        Returns
        -------
        Axes
            With the map.
        """
        return reporting.plot_plan(self, self.rules, ax=ax)

    def draw_maps(self, path: str | Path, *, community: str | None = None) -> int:
        """Draw a community, or each of them, on a page to print (extra `plot`).

        Parameters
        ----------
        path : path
            File to make or to replace: .pdf, or .png or .svg for one community.
        community : str or None
            Name or code of a community; None draws all of them, a page each.

        Returns
        -------
        int
            Number of pages.
        """
        return reporting.write_maps(self, self.rules, Path(path), community)

    def explore(self) -> "Page":
        """Show the page of the plan in a notebook cell; it works offline.

        Returns
        -------
        Page
            Displays itself; `html` is the page as text.
        """
        return Page(html=reporting.render_page(self, self.rules))

    def __repr__(self) -> str:
        """Say how large the plan is."""
        grids, households = len(self.grids), int(self.grids["households"].sum())
        return f"<Plan of {grids} grids, {households} households in {len(self.communities)} communities>"

    def _repr_html_(self) -> str:
        return reporting.render_card(self, self.rules)

    def to_networkx(self) -> "nx.Graph[str]":
        """Give the contiguity graph of the units to networkx.

        Returns
        -------
        Graph
            Nodes are unit ids with households and grid_code, edges have border_m and barrier.
        """
        import networkx as nx  # noqa: PLC0415  only this method needs it

        graph = nx.from_pandas_edgelist(self.edges, "unit_a", "unit_b", ["border_m", "barrier"])
        nodes = self.units.set_index("unit_id")[["households", "grid_code"]]
        graph.add_nodes_from(nodes.to_dict("index").items())
        return graph

    def equals(self, other: PlanData) -> bool:
        """Tell whether two plans are the same, whatever day and machine they were made on.

        Parameters
        ----------
        other : PlanData
            The plan to compare with.

        Returns
        -------
        bool
            True when all frames, rules and inputs are equal; seconds, memory and dates are ignored.
        """
        return reporting.equal_plans(self, other)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Page:
    """The page of a plan as a notebook shows it.

    Parameters
    ----------
    html : str
        The whole page.
    height : int
        Height of the cell in pixels.
    """

    html: str
    height: int = 640

    def __repr__(self) -> str:
        """Say how large the page is."""
        return f"<Page of {len(self.html)} characters>"

    def _repr_html_(self) -> str:
        style = f"width:100%;height:{self.height}px;border:0"
        return f'<iframe style="{style}" srcdoc="{escape(self.html)}"></iframe>'


def read_plan(path: str | Path) -> Plan:
    """Read a plan back.

    Parameters
    ----------
    path : path
        The folder of a plan, or its ``plan.gpkg``.

    Returns
    -------
    Plan
        Equal to the plan that was written.

    Raises
    ------
    PlanError
        If the file is missing or holds no plan.
    """
    place = Path(path)
    return Plan.of(reporting.read_plan_data(place / "plan.gpkg" if place.is_dir() else place))


def audit_plan(plan: PlanData, rules: Rules | None = None) -> gpd.GeoDataFrame:
    """Check every rule of the regulation on a finished plan.

    Parameters
    ----------
    plan : PlanData
        Any plan, whoever drew it.
    rules : Rules or None
        None takes the rules the plan was made by.

    Returns
    -------
    GeoDataFrame, n_findings rows
        code, severity, subject, reason, value and the place of each finding.
    """
    rules = Rules.from_mapping(plan.run["rules"]) if rules is None else rules
    return findings_frame(reporting.audit(plan, rules), plan.crs)
