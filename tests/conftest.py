"""Every test speaks English unless it says otherwise, whatever the locale of the machine."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridplan.language import Message, translate, use_language
from gridplan.model import Finding

TESTS = Path(__file__).parent
ENGLISH = re.compile("[a-z]{2,} [a-z]{2,} [a-z]{2,}")

os.environ |= {"LANGUAGE": "en", "LC_ALL": "C.UTF-8"}  # of the commands that tests start


@pytest.fixture(autouse=True)
def findings_are_told_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every finding that any test makes has a title in the catalogue, and a reason that is a message."""
    check = Finding.__post_init__

    def checked(finding: Finding) -> None:
        check(finding)
        if isinstance(finding.reason, Message):
            chinese = finding.reason.told_in("zh")
            spoken = finding.code == "layer_unusable" or not ENGLISH.search(chinese)  # what a system says is its own
            assert spoken, f"{finding.code}: English in {chinese}"
            assert translate(finding.code, "zh") != finding.code, f"language/zh/codes.toml lacks {finding.code}"
        else:
            maker = sys._getframe(2).f_code.co_filename
            assert Path(maker).is_relative_to(TESTS), f"{finding.code}: say() the reason: {finding.reason}"

    monkeypatch.setattr(Finding, "__post_init__", checked)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Begin and end in English."""
    use_language("en")
    yield
    use_language("en")
