"""A made-up district laid out once, and its plan; plans of squares, to be reckoned by hand."""

import sys
from pathlib import Path

import pytest

from gridplan.config import Rules
from gridplan.geometry import build_fabric
from gridplan.model import Fabric, Layers
from gridplan.pipeline import make_plan
from gridplan.plan import Plan
from gridplan.reading import read_layers
from gridplan.sample import make_sample

sys.path.insert(0, str(Path(__file__).parent))

from oracle_ground import Ground, plans


@pytest.fixture(scope="session")
def layers(tmp_path_factory: pytest.TempPathFactory) -> Layers:
    """Two communities or more of 4,000 households."""
    folder = tmp_path_factory.mktemp("planning") / "district"
    make_sample(folder, households=6_000, seed=3)
    return read_layers(folder)


@pytest.fixture(scope="session")
def fabric(layers: Layers) -> Fabric:
    """Its ground."""
    return build_fabric(layers, Rules())


@pytest.fixture(scope="session")
def plan(layers: Layers) -> Plan:
    """Its grids."""
    return make_plan(layers, effort="fast")


@pytest.fixture(scope="session")
def ground() -> Ground:
    """Lay out four rows and six columns, no road."""
    return Ground(plans.make_plan(4, 6))


@pytest.fixture(scope="session")
def ground_with_road() -> Ground:
    """Lay out the same with one road along the middle."""
    return Ground(plans.make_plan(4, 6, road=True))
