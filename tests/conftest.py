"""Every test speaks English unless it says otherwise, whatever the locale of the machine."""

import os
from collections.abc import Iterator

import pytest

from gridplan.language import use_language

os.environ |= {"LANGUAGE": "en", "LC_ALL": "C.UTF-8"}  # of the commands that tests start


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Begin and end in English."""
    use_language("en")
    yield
    use_language("en")
