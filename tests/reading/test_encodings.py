"""Bytes to text: which encoding, and what of it is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplan.errors import EncodingError
from gridplan.reading.encodings import check_encoding, choose_encoding, decode, decode_all

LEVEL_1 = "".join(bytes((row, cell)).decode("gb2312") for row in range(0xB0, 0xD7) for cell in range(0xA1, 0xFF))
texts = st.lists(st.text(LEVEL_1, min_size=2, max_size=12), min_size=5, max_size=40, unique=True)


@given(texts=texts, encoding=st.sampled_from(["utf-8", "gb18030"]), cut=st.integers(7, 10))
def test_the_encoding_of_common_hanzi_is_told_even_when_cut(texts: list[str], encoding: str, cut: int) -> None:
    """Bytes of one encoding are told from those of the other, cut mid-character or not."""
    raw = {text.encode(encoding)[:cut] for text in texts}
    assert choose_encoding(raw, "layer") == encoding
    decoded = decode_all(raw, encoding, "layer")
    assert all(any(t.startswith(d) for t in texts) for d in decoded.values())


def test_ascii_needs_no_encoding() -> None:
    """No text that is not ASCII."""
    assert choose_encoding((), "layer") == "ascii"


def test_a_cut_character_is_left_out() -> None:
    """Of 规划用途 the DBF keeps ten bytes: three Hanzi and a third of one."""
    assert decode("规划用途".encode()[:10], "utf-8") == "规划用"
    assert decode(b"\xff\xff", "utf-8") is None


def test_utf8_of_another_script_is_told_when_there_is_enough_of_it() -> None:
    """A little Cyrillic could be GBK: ask, unless the file itself says UTF-8."""
    streets = [f"улица {n}".encode() for n in range(30)]
    assert choose_encoding(streets, "layer") == "utf-8"
    assert choose_encoding(streets[:3], "layer", "UTF-8") == "utf-8"
    with pytest.raises(EncodingError, match="give --encoding"):
        choose_encoding(streets[:3], "layer")


def test_neither_encoding_is_an_error_with_shares() -> None:
    """Bytes valid in neither."""
    with pytest.raises(EncodingError, match="100% not valid in the one and 100% in the other"):
        choose_encoding([b"\xff\xff" + bytes([i]) for i in range(1, 50)], "layer")


def test_a_wrong_option_is_an_error_and_a_rare_bad_text_is_not() -> None:
    """One in a hundred may be broken."""
    good = ["小区".encode("gb18030") + str(i).encode() for i in range(200)]
    bad = b"\xff\xff"
    assert "\ufffd" in decode_all([*good, bad], "gb18030", "layer")[bad]
    with pytest.raises(EncodingError, match="correct --encoding"):
        decode_all(good, "utf-8", "layer")
    for name in ("klingon", "base64"):
        with pytest.raises(EncodingError, match=f"found {name}"):
            check_encoding(name)
    assert check_encoding("GBK") == "gb18030"
