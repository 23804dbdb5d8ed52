"""The catalogue: everything said in English is there in Chinese, with the same placeholders, and nothing else is."""

import ast
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from shapely import GeometryType

import gridplan
from gridplan.cli import main
from gridplan.comparison import FRAMES, SCORE_COLUMNS
from gridplan.config import EXCLUSIVE, HOUSEHOLD_BASES
from gridplan.draft import rule_texts
from gridplan.forces import FORCES, LEVELS, title_of
from gridplan.reporting import pagewords
from gridplan.reporting.reasons import SENTENCES, TERM_NAMES
from gridplan.reporting.summary import CONSIDERED
from gridplan.schema import (
    ASIDE_REASONS,
    CAPACITIES,
    CAUSES,
    COMMUNITY_COLUMNS,
    COMMUNITY_STATES,
    COVERAGE_COLUMNS,
    CROSSWALK_COLUMNS,
    DEPARTMENT_COLUMNS,
    DEPARTMENTAL_COLUMNS,
    ESTATE_COLUMNS,
    FINDING_COLUMNS,
    GAP_COLUMNS,
    MOVED_COLUMNS,
    NESTED_COLUMNS,
    NESTING_COLUMNS,
    OVERLAP_COLUMNS,
    OVERLAPPED_COLUMNS,
    PERIOD_COLUMNS,
    PROPOSED_COLUMNS,
    RATED_COLUMNS,
    RATING_COLUMNS,
    RELATIONS,
    ROLES,
    ROOMS,
    SERVICES,
    SEVERITIES,
    SITE_COLUMNS,
    STAFF,
)

SOURCE = Path(gridplan.__file__).parent
FILES = sorted((SOURCE / "language" / "zh").glob("*.toml"))
STAGES = {"reading", "geometry", "partition", "drawing", "deployment", "audit", "writing", "micro", "weighing"}
ESTIMATES = {"suites", "entrances", "residents", "living_area", "floor_area", "footprint"}
SHAPES = {"points", "lines", "polygons"} | {kind.name.lower() for kind in GeometryType if kind.value >= 0}
COLUMNS = {"role", "file", "state", "rows", "crs", "encoding", "fields", "assumptions", *FINDING_COLUMNS} - {"message"}
TITLES = {"layers", "findings", "conservation", "read", "used"}
STATES = {"usable", "unusable", "unchecked", "input"}
JOINS = {"crossing", "link"}
METHODS = {"flow", "search", "beats", "no person"}
RESPONSES = {"affected", "neighbour", "residence", "employer", "elsewhere"}
FACILITIES = {
    *ROOMS, *SERVICES, *GAP_COLUMNS, *ESTATE_COLUMNS, *COVERAGE_COLUMNS, *SITE_COLUMNS, "estates", "coverage", "sites",
    "proposed", "nested", *COMMUNITY_COLUMNS, *PROPOSED_COLUMNS, *NESTED_COLUMNS, *COMMUNITY_STATES,
}  # fmt: skip
EVALUATION = {
    *PERIOD_COLUMNS, *RATING_COLUMNS, *RATED_COLUMNS, "scores", "ratings", "periods", "forces", "grids", "needed",
    "served", "edits",
}  # fmt: skip
OVERLAPS = {
    *OVERLAP_COLUMNS, *RELATIONS, *NESTING_COLUMNS, *OVERLAPPED_COLUMNS, *DEPARTMENTAL_COLUMNS, *DEPARTMENT_COLUMNS,
    "departments", "nesting", "departmental_grids",
}  # fmt: skip
WORDS = {
    *OVERLAPS,
    *EVALUATION,
    *COLUMNS,
    *TITLES,
    *STATES,
    *ASIDE_REASONS,
    *JOINS,
    "plan",
    *ROLES,
    *CAPACITIES,
    "hazards",
    *(force.force.replace("_", " ") for force in FORCES),
    *LEVELS,
    *STAFF,
    *METHODS,
    *RESPONSES,
    *SEVERITIES,
    *HOUSEHOLD_BASES,
    *CAUSES,
    *STAGES,
    *ESTIMATES,
    *SHAPES,
    *FACILITIES,
    *CROSSWALK_COLUMNS,
    *MOVED_COLUMNS,
    *FRAMES,
    *SCORE_COLUMNS,
    *CONSIDERED.values(),
    EXCLUSIVE,
}
"""Words of the data that `word` is asked for."""

PAGE = {
    *pagewords.WORDS.values(), *SENTENCES.values(), *TERM_NAMES.values(), *pagewords.LAYERS.values(),
    *pagewords.SEVERITIES.values(), *pagewords.CLASSES.values(),
}  # fmt: skip
"""Words of plan.html."""

CLICK = {
    "{value!r} is not a valid {number_type}.", "{value} is not in the range {range}.", "No such option {name!r}.",
    "No such command {name!r}.", "Missing option", "Missing argument", "Missing command.", "Error: {message}",
    "Invalid value for {param_hint}: {message}", "Try '{command} {option}' for help.", "Usage:", "Options", "Commands",
    "Show this message and exit.", "Show the version and exit.", "default: {default}", "required",
    "Option {name!r} does not take a value.", "Did you mean {possibility}?",
    "(Did you mean one of: {possibilities}?)", "%(prog)s, version %(version)s",
}  # fmt: skip
"""Words of click that a planner meets."""


def modules() -> list[tuple[Path, ast.Module]]:
    """Parse the sources."""
    return [(file, ast.parse(file.read_text("utf-8"))) for file in SOURCE.rglob("*.py")]


def calls(tree: ast.Module, *names: str) -> Iterator[ast.Call]:
    """Find the calls of functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


def literals(node: ast.AST) -> Iterator[str]:
    """Find the texts an argument can be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def said() -> set[str]:
    """Collect every template and every word that stands in the sources, and the help of the commands."""
    texts, codes = (
        {*WORDS, *CLICK, *rule_texts(), *PAGE},
        set(tomllib.loads((SOURCE / "language/zh/codes.toml").read_text("utf-8"))),
    )
    for _, tree in modules():
        texts |= codes & {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
        for call in calls(tree, "say", "word"):
            texts.update(literals(call.args[0]))
    commands: list[click.Command] = [main, *main.commands.values()]
    for command in commands:
        texts.add(command.help or "")
        texts.update(p.help or "" for p in command.params if isinstance(p, click.Option))
    return {getattr(text, "template", text) for text in texts} - {""}


def catalogue() -> dict[str, str]:
    """Read the Chinese."""
    return {k: v for file in FILES for k, v in tomllib.loads(file.read_text("utf-8")).items()}


def test_forces_go_by_the_names_of_the_rules() -> None:
    """Rosters and rule files call a force alike in Chinese; a name that the rules changed stays as it is."""
    assert {f.force: catalogue()[f.force.replace("_", " ")] for f in FORCES} == {f.force: f.name for f in FORCES}
    assert title_of("police", "警务") == "警务"


def placeholders(template: str) -> list[str]:
    """Name the placeholders, each once, sorted."""
    return sorted({name for _, name, _, _ in string.Formatter().parse(template) if name is not None})


def test_everything_said_is_there_in_chinese() -> None:
    """Every template, word and help text."""
    assert sorted(said() - set(catalogue())) == []


def test_nothing_else_is_there() -> None:
    """A Chinese text whose English nobody says any more is taken away."""
    assert sorted(set(catalogue()) - said()) == []


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_each_text_is_chinese_with_the_same_placeholders(file: Path) -> None:
    """And says something."""
    for english, chinese in tomllib.loads(file.read_text("utf-8")).items():
        assert placeholders(english) == placeholders(chinese), english
        assert chinese != english or english == "{head}\n{tail}", english


def test_no_text_stands_twice() -> None:
    """In two files."""
    keys = [k for file in FILES for k in tomllib.loads(file.read_text("utf-8"))]
    assert sorted({k for k in keys if keys.count(k) > 1}) == []


def test_templates_are_literals_with_all_their_values() -> None:
    """No f-string, and a value for each placeholder: nothing fails while an error is told."""
    faults = []
    for file, tree in modules():
        for call in calls(tree, "say"):
            texts = list(literals(call.args[0]))
            given = sorted(k.arg for k in call.keywords if k.arg)
            wrong = [t for t in texts if placeholders(t) != given] or (["no literal"] if not texts else [])
            faults += [f"{file.name}:{call.lineno}: {t}" for t in wrong if not has_stars(call)]
    assert faults == []


def has_stars(call: ast.Call) -> bool:
    """Tell whether values are handed on."""
    return any(k.arg is None for k in call.keywords)


def test_no_error_is_raised_around_the_catalogue() -> None:
    """The text of an error is a message, not a literal."""
    faults = []
    for file, tree in modules():
        for node in ast.walk(tree):
            call = node.exc if isinstance(node, ast.Raise) else None
            if not isinstance(call, ast.Call) or not ast.unparse(call.func).endswith("Error"):
                continue
            if any(isinstance(a, ast.JoinedStr | ast.Constant) for a in call.args):
                faults.append(f"{file.name}:{call.lineno}")
    assert faults == []
