"""Every adapter gives a lawful plan of a tiny district; the run in a process of its own measures it."""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import pytest

from partition import run_tool
from peers import PACKAGES, TOOLS
from peers.districts import describe
from peers.instance import Instance
from peers.report import write_report
from peers.run import lattice
from peers.score import fault, score


@pytest.mark.parametrize("tool", TOOLS)
def test_adapter_gives_a_lawful_plan(tool: str) -> None:
    """Labels of a lattice of 25 buildings and 1,000 households are connected and score."""
    _, module, function = TOOLS[tool]
    try:
        version(PACKAGES[module])
    except PackageNotFoundError:
        pytest.skip(f"{PACKAGES[module]} is not installed")
    instance = lattice()
    answer = getattr(import_module(f"peers.{module}"), function)(instance, 0, 1.0)
    assert not fault(instance, answer.labels)
    assert score(instance, answer.labels).parts >= 2


def test_a_run_measures_and_scores(tmp_path: Path) -> None:
    """The child process hands back labels, CPU seconds and memory; the cap ends it."""
    lattice(6).save(tmp_path / "six.npz")
    row = run_tool("gridplan-fast", tmp_path / "six.npz", 0, 20.0)
    assert row["status"] == "plan", row["reason"]
    assert row["out"] == 0
    assert row["cpu_s"] >= 0
    assert row["peak_mb"] > 10
    row |= describe(lattice(6)) | {"tool": "gridplan-fast", "size": "500", "seed": 0}
    lost = row | {"tool": "metis", "status": "no result", "reason": "none in 20 s"}
    write_report(tmp_path, [row, lost], [{"skipped": "the data is absent"}])
    text = (tmp_path / "partition.md").read_text("utf-8")
    assert f"| **gridplan fast** | {row['parts']} | 0 | 0 |" in text
    assert "no result: none in 20 s" in text
    assert (tmp_path / "quality.png").stat().st_size > (tmp_path / "scaling.png").stat().st_size / 10 > 0


def test_instances_survive_the_disk(tmp_path: Path) -> None:
    """What is read back has the digest of what was written."""
    instance = lattice()
    instance.save(tmp_path / "a.npz")
    assert Instance.load(tmp_path / "a.npz").digest() == instance.digest()
    assert np.array_equal(Instance.load(tmp_path / "a.npz").edges, instance.edges)
