"""What reading has to tell: findings and rows set aside, collected while the layers are read."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from gridplan.model import Finding
from gridplan.reading.private import mask_persons
from gridplan.schema import SET_ASIDE_COLUMNS

Place = tuple[float, float] | None


@dataclass(slots=True)
class Notes:
    """Findings and rows set aside so far.

    Parameters
    ----------
    findings : list of Finding
        In the order in which they were made.
    aside : list of DataFrame
        Pieces of `Layers.set_aside`.
    """

    findings: list[Finding] = field(default_factory=list)
    aside: list[pd.DataFrame] = field(default_factory=list)

    def tell(self, code: str, subject: str, reason: str, value: float = float("nan"), place: Place = None) -> None:
        """Note an assumption worth knowing.

        Parameters
        ----------
        code, subject, reason : str
            As in `Finding`.
        value : float
            The number behind it.
        place : tuple of float or None
            Where it is, in the working CRS.
        """
        self._add("notice", code, subject, reason, value, place)

    def warn(self, code: str, subject: str, reason: str, value: float = float("nan"), place: Place = None) -> None:
        """Note an assumption that matters, or rows that take no part.

        Parameters
        ----------
        code, subject, reason : str
            As in `Finding`.
        value : float
            The number behind it.
        place : tuple of float or None
            Where it is, in the working CRS.
        """
        self._add("warning", code, subject, reason, value, place)

    def _add(self, severity: str, code: str, subject: str, reason: str, value: float, place: Place) -> None:
        reason = mask_persons(reason)
        self.findings.append(
            Finding(code=code, severity=severity, subject=subject, reason=reason, value=value, place=place)
        )

    def put_aside(
        self, role: str, ids: Iterable[object], households: Iterable[int], reason: str, rows: Iterable[int] | int = 1
    ) -> None:
        """Set rows aside, so that none is lost.

        Parameters
        ----------
        role : str
            Role of their layer.
        ids : iterable
            One id per row.
        households : iterable of int
            Households of each row.
        reason : str
            Why they take no part.
        rows : iterable of int, or int
            Rows of the file behind each of them.
        """
        frame = pd.DataFrame({"role": role, "id": [mask_persons(str(i)) for i in ids], "households": list(households)})
        frame["rows"], frame["reason"] = rows if isinstance(rows, int) else list(rows), reason
        self.aside.append(frame)

    def households_aside(self, role: str) -> int:
        """Count the households set aside.

        Parameters
        ----------
        role : str
            Role of the layer.

        Returns
        -------
        int
            Households.
        """
        return sum(int(piece["households"].sum()) for piece in self.aside if (piece["role"] == role).all())

    def set_aside(self) -> pd.DataFrame:
        """Lay out all rows set aside.

        Returns
        -------
        DataFrame
            Columns `schema.SET_ASIDE_COLUMNS`, sorted by role, id and reason.
        """
        empty = pd.DataFrame({c: [] for c in SET_ASIDE_COLUMNS}).astype({"rows": "int64", "households": "int64"})
        pieces = [piece for piece in self.aside if len(piece)]
        frame = pd.concat(pieces, ignore_index=True) if pieces else empty
        frame = frame[list(SET_ASIDE_COLUMNS)].astype({"rows": "int64", "households": "int64"})
        return frame.sort_values(["role", "id", "reason"], kind="stable", ignore_index=True)
