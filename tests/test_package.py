"""The package as a whole: what it exports, how light it is, and that only the command line prints."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import gridplan

SOURCE = Path(gridplan.__file__).parent
HEAVY = ("geopandas", "shapely", "numba", "matplotlib", "openpyxl", "pandas", "scipy", "networkx")


@pytest.mark.parametrize("name", gridplan.__all__)
def test_every_public_name_loads_and_is_documented(name: str) -> None:
    """The lazy table leads to a real object with a docstring."""
    assert getattr(gridplan, name).__doc__


def test_unknown_names_raise_the_usual_error() -> None:
    """A typo is an AttributeError, as of any module."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = gridplan.nothing


def test_import_and_help_load_nothing_heavy() -> None:
    """`import gridplan` and the command line cost next to nothing until they are used."""
    code = "import sys, gridplan.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(HEAVY) & set(done.stdout.split())


def test_the_core_loads_no_library_of_geometry() -> None:
    """Whoever has arrays alone waits for none, and has its memory for the proof."""
    code = "import sys, gridplan; gridplan.partition_graph([[0, 1]], [100, 200]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"geopandas", "shapely", "pyproj", "pyogrio"} & set(done.stdout.split())


def test_only_the_command_line_prints() -> None:
    """No `print` and no `click.echo` outside `cli`."""
    for file in SOURCE.rglob("*.py"):
        if file.parent.name == "cli":
            continue
        names = {n.id for n in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(n, ast.Name)}
        assert not {"print", "click"} & names, file
