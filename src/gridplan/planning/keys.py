"""How communities are told apart."""

import pandas as pd


def key_of(frame: pd.DataFrame) -> pd.Series:
    """Name communities by code, or by name where there is none.

    Parameters
    ----------
    frame : DataFrame
        community and community_code.

    Returns
    -------
    Series of str
        Indexed as `frame`.
    """
    code = frame["community_code"].fillna("").astype(str)
    return code.where(code != "", frame["community"].fillna("").astype(str))
