"""Field names and values."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplan.errors import LayerError
from gridplan.reading.fields import match_fields, to_counts, to_flags, to_numbers, to_text
from gridplan.reading.sources import name_key
from gridplan.schema import FIELDS, PERSONAL


@pytest.mark.parametrize("role", FIELDS)
def test_every_alias_is_matched_whatever_case_width_and_spaces(role: str) -> None:
    """And no alias stands for two fields of a role, nor for a person."""
    for canonical, aliases in FIELDS[role].items():
        for alias in (canonical, *aliases):
            name = " " + "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in alias.swapcase())
            assert match_fields(role, [name]).fields == {canonical: name}
            assert name_key(alias) not in {name_key(p) for p in PERSONAL}


def test_the_best_alias_wins_and_the_other_is_named() -> None:
    """户数 before 总户数."""
    match = match_fields("buildings", ["总户数", "户数", "foo"])
    assert match.fields == {"households": "户数"}
    assert match.doubled == ["households is taken from 户数, not from 总户数"]


def test_personal_fields_are_set_apart() -> None:
    """They match nothing."""
    match = match_fields("households", ["户主姓名", "楼栋编号", "身份证号码"])
    assert match.personal == ["户主姓名", "身份证号码"]
    assert match.fields == {"building_id": "楼栋编号"}


def test_names_cut_after_ten_bytes_match() -> None:
    """Whole names first."""

    def cut(name: str) -> str:
        return name.encode()[:10].decode("utf-8", "ignore")

    match = match_fields("buildings", ["楼栋编", "number_of_", "规划用"], cut)
    assert match.fields == {"building_id": "楼栋编", "floors": "number_of_", "use": "规划用"}
    assert match_fields("buildings", ["楼栋编"]).fields == {}


@given(st.integers(0, 10**12), st.sampled_from(["", "户", " 套", "㎡", "m2", "人（约）"]), st.booleans())
def test_numbers_survive_units_commas_and_width(number: int, unit: str, wide: bool) -> None:  # noqa: FBT001
    """The number is read back whatever is around it."""
    text = f"{number:,}"
    text = text.translate({ord(str(i)): chr(0xFF10 + i) for i in range(10)}) if wide else text
    numbers, unreadable = to_numbers(pd.Series([text + unit]))
    assert numbers[0] == number
    assert not unreadable[0]


@pytest.mark.parametrize("text", ["3-5", "abc", "1.2.3", "约30户", "10+2"])
def test_what_is_no_number_is_marked(text: str) -> None:
    """Never half a number."""
    numbers, unreadable = to_numbers(pd.Series([text, "7"]))
    assert unreadable.tolist() == [True, False]
    assert np.isnan(numbers[0])


@pytest.mark.parametrize("nothing", ["", "-", "无", None, "NaN", "　"])
def test_nothing_is_unknown(nothing: str | None) -> None:
    """Neither a number nor a fault."""
    numbers, unreadable = to_numbers(pd.Series([nothing, "1"], dtype=object))
    assert np.isnan(numbers[0])
    assert not unreadable.any()


def test_faulty_counts_are_one_error() -> None:
    """All faults of the field, the first three ids each."""
    values = pd.Series(["-1", "x", "y", "z", "w", "2.5", "12户"])
    with pytest.raises(LayerError) as error:
        to_counts(values, "buildings (a.csv), 户数", pd.Series(list("abcdefg")))
    assert str(error.value) == (
        "buildings (a.csv), 户数: need counts, found text that is no number at b, c, d and 1 more, less than 0 at a "
        "and no whole number at f; correct the values or empty them"
    )
    assert to_counts(pd.Series([2.5]), "", pd.Series(["a"]), whole=False)[0] == 2


def test_texts_of_numbers_have_no_decimals() -> None:
    """Codes come as floats from Excel and DBF."""
    assert to_text(pd.Series([210106001001.0, np.nan])).tolist() == ["210106001001", ""]
    assert to_text(pd.Series([" 甲\u3000", None, 7, 1.5], dtype=object)).tolist() == ["甲", "", "7", "1.5"]


def test_flags() -> None:
    """Yes, no and neither."""
    flags = to_flags(pd.Series(["是", "N", "１", 0, True, "?", None], dtype=object))
    assert flags.fillna(value=False).tolist() == [True, False, True, False, True, False, False]
    assert flags.isna().tolist() == [False] * 5 + [True, True]
