"""The provider for QGIS says everything in Chinese too; that it runs is checked by .ci/qgis, in QGIS."""

import ast
import tomllib
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "qgis" / "gridplan_processing"


def trees() -> list[ast.Module]:
    """Parse the modules of the plugin."""
    return [ast.parse(file.read_text("utf-8")) for file in FOLDER.glob("*.py")]


def chinese() -> dict[str, str]:
    """Read the table of words."""
    tree = ast.parse((FOLDER / "words.py").read_text("utf-8"))
    table = next(n for n in tree.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "CHINESE")
    words: dict[str, str] = ast.literal_eval(table.value)
    return words


def said() -> set[str]:
    """Collect what the modules say: arguments of `tr`, titles, helps, and names of layers."""
    texts: set[str] = set()
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "tr":
                texts |= {a.value for a in node.args if isinstance(a, ast.Constant)}
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("title", "help_text"):
                texts.add(ast.literal_eval(node.value))
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ROLES":
                texts |= set(ast.literal_eval(node.value).values())
    return texts


def test_everything_said_is_there_in_chinese_and_nothing_else() -> None:
    """And differs from the English."""
    words = chinese()
    assert said() <= set(words)
    assert set(words) - said() <= {"Grids", "Units", "Findings"}  # titles of layers, in tables
    assert all(text != told for text, told in words.items())


def test_nothing_of_gridplan_is_imported() -> None:
    """QGIS has a Python of its own."""
    modules = {n.module for t in trees() for n in ast.walk(t) if isinstance(n, ast.ImportFrom) and not n.level}
    names = {a.name for t in trees() for n in ast.walk(t) if isinstance(n, ast.Import) for a in n.names}
    assert not [m for m in modules | names if m and m.startswith("gridplan")]


def test_the_plugin_has_the_version_of_gridplan() -> None:
    """They are released together."""
    metadata = (FOLDER / "metadata.txt").read_text("utf-8")
    project = tomllib.loads((FOLDER.parents[1] / "pyproject.toml").read_text("utf-8"))
    assert f"version={project['project']['version']}\n" in metadata
