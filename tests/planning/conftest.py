"""A made-up district laid out once, and its plan."""

import pytest

from gridplan.config import Rules
from gridplan.geometry import build_fabric
from gridplan.model import Fabric, Layers
from gridplan.pipeline import make_plan
from gridplan.plan import Plan
from gridplan.reading import read_layers
from gridplan.sample import make_sample


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
