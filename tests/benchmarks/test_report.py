"""What is made of the rows of the benchmark: the part of the READMEs, the table of published instances, the verdict."""

import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from partition import _reason, broken, load
from peers.readme import BEGIN, END, READMES, compare, write_readme
from peers.report import _published

ROOT = Path(__file__).parents[2]


def row(tool: str, seed: int, cost: float, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Make a row of a district of about 5,400 buildings."""
    notes = {"communities": 10, "proven": 9, "open_gap": 0.03, "out_in_proven": 2}
    return {
        "tool": tool, "size": "5400", "seed": seed, "status": "plan", "reason": "", "cost": cost, "units": 6000,
        "households": 300_000, "communities": 10, "parts": 1000, "out": 12, "viol": 345.0, "soft": 2345.0, "pieces": 8,
        "within10": 0.75, "cpu_s": 19.6, "peak_mb": 300.0, "notes": notes, **changes,
    }  # fmt: skip


@pytest.mark.parametrize(("name", "language"), READMES.items())
def test_readmes_say_what_was_measured(name: str, language: str) -> None:
    """The figures of a README are those of the results; after a new run, `--report` writes them."""
    text = (ROOT / name).read_text("utf-8")
    shown = text.partition(BEGIN + "\n")[2].partition(END)[0]
    assert shown == compare(language, load(ROOT / "benchmarks/results/partition.json")["runs"])


@pytest.mark.parametrize("language", READMES.values())
def test_readme_shows_the_best_method_of_each_package(language: str) -> None:
    """Of two methods of a package the cheaper one stands, in the order of cost; what gave no plan is named."""
    lost = {"status": "no result", "reason": "none in 300 s"}
    runs = [row("gridplan-normal", s, 100.0 + s) for s in range(3)]
    runs += [row("spopt-ward", 0, 900.0), row("spopt-maxp", 0, 400.0), row("metis", 0, 300.0), row("metis", 1, 300.0)]
    runs += [row("kahip", 0, 0.0, **lost), row("spopt-skater", 0, 0.0, **lost)]
    text = compare(language, runs)
    places = [text.index(name) for name in ("**gridplan normal**", "METIS", "spopt max-p (1/3)", "KaHIP")]
    assert places == sorted(places)
    assert "METIS, best of many, repaired (2/3) | 12 | 345 | 2,345 | 8 | 75% | 20 |" in text
    assert "Ward" not in text
    assert "SKATER" not in text
    assert "90%" in text
    assert compare(language, [row("metis", 0, 1.0, size="500")]) == ""


def test_readme_is_written_between_the_marks(tmp_path: Path) -> None:
    """What stands around the marks stays, writing twice is writing once, and without marks nothing is written."""
    path, runs = tmp_path / "README.md", [row("metis", 0, 1.0)]
    path.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", "utf-8")
    write_readme(path, "en", runs)
    first = path.read_text("utf-8")
    assert first == f"before\n{BEGIN}\n{compare('en', runs)}{END}\nafter\n"
    write_readme(path, "en", runs)
    assert path.read_text("utf-8") == first
    path.write_text("no marks\n", "utf-8")
    with pytest.raises(AssertionError, match="need the mark"):
        write_readme(path, "en", runs)
    assert path.read_text("utf-8") == "no marks\n"


def test_published_instances_have_a_row_each() -> None:
    """Both objectives of an instance stand in one row; an unlawful plan is marked, a missing one says why."""
    done = {"best": 100.0, "excess_pct": 0.05, "lawful": True, "cpu_s": 2.0}
    text = _published(
        [
            {"instance": "county AL", "objective": "moment_of_inertia", "value": 100.05, **done},
            {"instance": "county AL", "objective": "cut_edges", "value": 100.0, **done | {"lawful": False}},
            {"instance": "tract OK", "objective": "moment_of_inertia", "best": 7.0, "failed": "no way"},
        ]
    )
    assert "| county AL | 100.05 | 100.00 | +0.05 % | 2.0 | 100 *not lawful* | 100 | +0.05 % | 2.0 |" in text
    assert "| tract OK | no plan | 7.00 | | | | | | |" in text
    assert "No plan: no way" in text
    assert _published([{"skipped": "the data is absent"}]).endswith("\n\nNo plan: the data is absent\n")


@pytest.mark.parametrize(
    ("code", "errors", "reason", "fault"),
    [
        (-signal.SIGKILL, b"", "none in 4 s", False),
        (-signal.SIGXCPU, b"", "none in 4 s", False),
        (-signal.SIGSEGV, b"", "ended by SIGSEGV", True),
        (1, b"Traceback\nValueError: odd\n", "ValueError: odd", True),
        (1, b"", "exit code 1", True),
    ],
)
def test_a_broken_tool_is_told_from_a_slow_one(*, code: int, errors: bytes, reason: str, fault: bool) -> None:
    """Only the end of its time excuses a tool that gives no plan."""
    found = _reason(subprocess.CompletedProcess([], code, b"", errors), 4.0)
    assert found == reason
    assert broken({"status": "no result", "reason": found}) == fault
    assert broken({"status": "invalid", "reason": "1 loose pieces of grids"})
    assert not broken({"status": "plan", "reason": ""})
