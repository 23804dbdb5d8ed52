"""Chinese addresses, in their variants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplan.reading.addresses import Address, Reader, entrance_key, number_key, place_key, to_digits, without_area


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("辽宁省沈阳市铁西区启工小区３号楼二单元501室", ("辽宁省沈阳市铁西区启工", "3", "2", "501")),
        ("启工小区3#楼2-501", ("启工", "3", "2", "501")),
        ("启工小区3-2-501", ("启工", "3", "2", "501")),
        ("启工小区3-501", ("启工", "3", "", "501")),
        ("启工小区甲3号楼1单元101", ("启工", "甲3", "1", "101")),
        ("启工二小区12幢1单元5楼502", ("启工2", "12", "1", "502")),
        ("建设东路12号3门501", ("建设东路", "12", "3", "501")),
        ("云峰街18号5号楼3门2-1", ("云峰街18号", "5", "3", "2-1")),
        ("万科城B座2单元1001号", ("万科城", "b", "2", "1001")),
        ("启工小区三号楼二单元五零一", ("启工", "3", "2", "501")),
        ("启工小区3楼", ("启工小区3楼", "", "", "")),
        ("", ("", "", "", "")),
    ],
)
def test_variants(text: str, expected: tuple[str, ...]) -> None:
    """Compound or street, building, entrance, room."""
    assert Reader().read([text]) == [Address(*expected)]


@pytest.mark.parametrize("text", ["3号楼", "3#", "3#楼", "三号楼", "03栋", "启工小区3号楼", "３幢", " 3 号 楼 ", "3"])
def test_the_number_of_a_building(text: str) -> None:
    """Whatever way it is written."""
    assert number_key(text) == "3"
    assert number_key("楼") == ""


@given(st.integers(1, 99))
def test_chinese_numerals_count(number: int) -> None:
    """Counted as people do."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    text = (digits[tens] if tens > 1 else "") + ("十" if tens else "") + (digits[ones] if ones else "")
    assert to_digits(text) == str(number)
    assert entrance_key(f"{text}单元") == str(number)


def test_places() -> None:
    """Areas around them and endings do not count."""
    assert place_key("启工二小区") == place_key("启工2 小区") == place_key("启工２")
    assert place_key("启工社区") != place_key("启工小区")
    assert without_area("辽宁省沈阳市铁西区建设东路") == "建设东路"
    assert without_area("区") == "区"


@given(st.lists(st.text("辽宁省沈阳市区启工小3号楼#-座单元门室路一十 aA０", max_size=14), max_size=5))
def test_no_text_breaks_the_reader(texts: list[str]) -> None:
    """One address each, whatever stands there."""
    assert len(Reader().read(texts)) == len(texts)
