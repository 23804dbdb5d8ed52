"""A small district in files, to be varied by the tests."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely


@pytest.fixture
def buildings() -> gpd.GeoDataFrame:
    """Five slabs in Tiexi, Shenyang, on whole millimetres of CM 123E."""
    x = np.array([533_000.125, 533_100, 533_200, 533_300, 533_400])
    frame = pd.DataFrame({"building_id": [f"B{i}" for i in range(5)], "households": [36, 48, 0, 60, 72]})
    return gpd.GeoDataFrame(frame, geometry=shapely.box(x, 4_629_000, x + 60, 4_629_012.5), crs=4550)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make an empty folder for the layers."""
    path = tmp_path / "district"
    path.mkdir()
    return path
