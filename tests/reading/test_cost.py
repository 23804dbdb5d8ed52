"""What reading costs: a whole district of households."""

import json
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

BUILDINGS, HOUSEHOLDS = 50_000, 3_000_000

MEASURE = """
import json, resource, sys, time
from gridplan.reading import read_layers
began = time.process_time()
layers = read_layers(sys.argv[1])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
print(json.dumps([time.process_time() - began, peak, int(layers.buildings["households"].sum()), len(layers.set_aside)]))
"""


@pytest.mark.slow
def test_three_million_households_are_read_in_half_a_minute(tmp_path: Path) -> None:
    """Of 50,000 buildings, from a CSV with entrances, rooms and identity columns: 30 s of CPU, 3 GiB."""
    at = np.arange(BUILDINGS)
    x, y = 480_000 + 30 * (at % 224), 4_620_000 + 25 * (at // 224)
    ids = np.array([f"LD{i:06d}" for i in at], dtype=object)
    frame = pd.DataFrame({"楼栋编号": ids, "小区名称": [f"第{i // 12}小区" for i in at]})
    gpd.GeoDataFrame(frame, geometry=shapely.box(x, y, x + 20, y + 12), crs=4550).to_file(tmp_path / "楼栋.gpkg")
    row = np.arange(HOUSEHOLDS)
    table = pd.DataFrame({"楼栋编号": ids[row * BUILDINGS // HOUSEHOLDS], "单元": row % 4 + 1, "房号": 101 + row % 600})
    table = table.assign(户主姓名=np.array(["某甲", "某乙"], dtype=object)[row % 2], 人口=row % 5 + 1, 未成年人=row % 3)
    table.to_csv(tmp_path / "住户.csv", index=False)
    run = subprocess.run([sys.executable, "-c", MEASURE, str(tmp_path)], capture_output=True, text=True, check=True)
    seconds, peak, households, aside = json.loads(run.stdout)
    assert (households, aside) == (HOUSEHOLDS, 0)
    assert seconds <= 30
    assert peak <= 3
