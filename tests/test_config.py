"""Rules: defaults stand, files override them, and every fault is named at once."""

from pathlib import Path

import pytest

from gridplan.config import CostRules, Rules
from gridplan.errors import ConfigError


def test_defaults_are_those_of_the_regulation() -> None:
    """300 households, 240 to 360."""
    rules = Rules()
    assert (rules.lower, rules.target, rules.upper) == (240, 300, 360)


def test_mapping_round_trip() -> None:
    """What `to_mapping` gives, `from_mapping` takes back."""
    rules = Rules(target=280, lower=200, cost=CostRules(load=2.0))
    assert Rules.from_mapping(rules.to_mapping()) == rules


@pytest.mark.parametrize(
    "sizes", [{"lower": 301}, {"upper": 299}, {"lower": 0}, {"target": 250.5}, {"target": True}, {"lower": -1}]
)
def test_sizes_out_of_order_are_refused(sizes: dict[str, int]) -> None:
    """A band that cannot hold the target is no band."""
    with pytest.raises(ConfigError, match="1 <= lower <= target <= upper"):
        Rules(**sizes)


def test_rule_file_overrides_and_keeps_the_rest(tmp_path: Path) -> None:
    """A file names only what differs."""
    file = tmp_path / "rules.toml"
    file.write_text('target = 320\n[geometry]\nhard_roads = ["motorway"]\n', "utf-8")
    rules = Rules.from_toml(file)
    assert rules.target == 320
    assert rules.geometry.hard_roads == ("motorway",)
    assert rules.cost == CostRules()


def test_all_faults_of_a_rule_file_are_named_at_once(tmp_path: Path) -> None:
    """Unknown keys come with the nearest right name, wrong values with what is needed."""
    file = tmp_path / "rules.toml"
    file.write_text("targt = 1\nupper = 10\n[cost]\nlod = 1.0\nload = -1.0\n[geometry]\nmin_border = 3\n", "utf-8")
    with pytest.raises(ConfigError) as caught:
        Rules.from_toml(file)
    text = str(caught.value)
    for part in ("did you mean target?", "did you mean cost.load?", "min_border_m?", "1 <= lower", "cost.load: need"):
        assert part in text


@pytest.mark.parametrize("content", [b"target = ", b"\xff\xfe\x00", b"cost = 3"])
def test_unreadable_rule_files_are_our_errors(tmp_path: Path, content: bytes) -> None:
    """No traceback of a TOML parser or a codec."""
    file = tmp_path / "rules.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="rules"):
        Rules.from_toml(file)


def test_missing_rule_file_names_its_path(tmp_path: Path) -> None:
    """The path is in the message."""
    with pytest.raises(ConfigError, match=r"absent\.toml"):
        Rules.from_toml(tmp_path / "absent.toml")
