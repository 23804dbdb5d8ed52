"""Messages: told in two languages, written down and read back."""

import copy
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

from gridplan.errors import first_three, nth_row
from gridplan.language import join, language, pack, say, unpack, use_language, word


def test_a_message_is_told_in_the_language_in_use() -> None:
    """And in the other one when it is asked for; parts that are messages follow."""
    message = say("{fault} at {ids}", fault=say("less than 0"), ids=first_three(nth_row(i) for i in range(5)))
    assert message == "less than 0 at row 1, row 2, row 3 and 2 more"
    assert message.told_in("zh") == "第 1 行、第 2 行、第 3 行 等，另有 2 个：小于 0"
    use_language("zh")
    assert say("less than 0") == "小于 0"
    assert message.told_in("en") == message


def test_what_is_written_down_is_read_back_in_any_language() -> None:
    """Numbers of numpy, nested messages and plain text."""
    reason = say("{field} is taken from {taken}, not from {ids}", field="x", taken=np.int64(3), ids=join(["a", "b"]))
    text = pack(reason)
    use_language("zh")
    assert unpack(text) == "x 取自 3，不取 a、b"
    assert unpack(pack("plain {text}")) == "plain {text}"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])  # noqa: S301
def test_copies_keep_their_parts(again: object) -> None:
    """As errors that cross processes do."""
    assert callable(again)
    message = say("row {number}", number=3)
    assert again(message) == message
    assert again(message).told_in("zh") == "第 3 行"


def test_words_that_nobody_knows_stay_as_they_are() -> None:
    """A grid code, or braces in a name."""
    use_language("zh")
    assert word("buildings") == "楼栋"
    assert word("{0} 东里") == "{0} 东里"
    assert word("no_such_word") == "no_such_word"
    assert join([]) == ""


def test_keys_of_several_words_are_known() -> None:
    """As the findings about a force name it."""
    assert word("urban_management") == "urban management"
    use_language("zh")
    assert word("urban_management") == "城市管理行政执法"


def test_an_unknown_template_is_told_in_english() -> None:
    """An error is told in any case."""
    use_language("zh")
    assert say("{a} was never {b}", a=1, b="translated") == "1 was never translated"


@pytest.mark.parametrize(
    ("locale", "name"), [("zh_CN.UTF-8", "zh"), ("zh_CN.GBK", "zh"), ("C", "en"), ("de_DE.UTF-8", "en"), ("", "en")]
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks the system, not the environment")
def test_the_language_is_that_of_the_locale(locale: str, name: str) -> None:
    """Until somebody sets it."""
    code = "from gridplan.language import language; print(language())"
    env = {k: v for k, v in os.environ.items() if k not in ("LANGUAGE", "LC_ALL", "LC_MESSAGES")}
    env |= {"LANG": locale, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [name]


def test_nonsense_is_no_language() -> None:
    """The locale decides."""
    use_language("fr")
    assert language() in ("zh", "en")
