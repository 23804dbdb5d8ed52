"""Tell in which encoding the text of a file is, and decode it.

Files of Chinese bureaus are UTF-8 or GB18030 (with GBK and GB2312 inside it); what they say of themselves is often
wrong, so the bytes decide. Names of DBF fields are cut after 10 bytes, in the middle of a character too.
"""

import codecs
import re
from collections.abc import Collection, Mapping
from typing import Final

from gridplan.errors import EncodingError
from gridplan.language import say

_VALID_SHARE: Final = 0.99
_CLEAR_SAMPLE: Final = 20
_COMMON_SHARE: Final = 0.85
_CJK: Final = re.compile("[\u2e80-\u9fff\uf900-\ufaff\ufe30-\uffef\U00020000-\U0003ffff]")


def decode(data: bytes, encoding: str) -> str | None:
    """Decode one text, leaving out the bytes of a character cut at the end.

    Parameters
    ----------
    data : bytes
        The text.
    encoding : str
        Name of an encoding Python knows.

    Returns
    -------
    str or None
        None where the bytes are not of that encoding.
    """
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        return None


def choose_encoding(texts: Collection[bytes], where: str, hint: str = "") -> str:
    """Tell the encoding of texts by their bytes.

    Parameters
    ----------
    texts : collection of bytes
        Distinct texts that are not plain ASCII, one per field or line.
    where : str
        Layer, as messages name it.
    hint : str
        What the file says of itself; asked only when the bytes do not decide.

    Returns
    -------
    {"ascii", "utf-8", "gb18030"}
        The encoding.

    Raises
    ------
    EncodingError
        If the bytes are of neither, or too few to tell.
    """
    if not texts:
        return "ascii"
    as_utf8 = [text for text in (decode(t, "utf-8") for t in texts) if text is not None]
    if len(as_utf8) > _VALID_SHARE * len(texts):
        told = _mostly_cjk(as_utf8) or len(texts) >= _CLEAR_SAMPLE
        if told or hint.casefold().replace("-", "") in ("utf8", "65001"):
            return "utf-8"
        raise EncodingError(
            say(
                "{where}: need text that tells its encoding, found too little of it; give --encoding UTF-8 or GB18030",
                where=where,
            )
        )
    as_gb = [text for text in (decode(t, "gb18030") for t in texts) if text is not None]
    if len(as_gb) > _VALID_SHARE * len(texts):
        if _mostly_common(as_gb):
            return "gb18030"
        raise EncodingError(
            say(
                "{where}: need text in UTF-8 or GB18030, found text that gives no common Hanzi in either; "
                "give --encoding, for example BIG5 or CP1252",
                where=where,
            )
        )
    raise EncodingError(
        say(
            "{where}: need text in UTF-8 or GB18030, found {not_utf8:.0%} not valid in the one and {not_gb:.0%} in "
            "the other; give --encoding",
            where=where,
            not_utf8=1 - len(as_utf8) / len(texts),
            not_gb=1 - len(as_gb) / len(texts),
        )
    )


def check_encoding(name: str) -> str:
    """Check an encoding the user named.

    Parameters
    ----------
    name : str
        For example ``GBK``.

    Returns
    -------
    str
        The name as Python writes it; GBK and GB2312 give gb18030, which holds them.

    Raises
    ------
    EncodingError
        If there is no such encoding.
    """
    try:
        found = codecs.lookup(name).name
        "".encode(found)
    except LookupError as error:
        raise EncodingError(
            say("--encoding: need an encoding such as UTF-8 or GB18030, found {name}; correct it", name=name)
        ) from error
    return "gb18030" if found in ("gbk", "gb2312") else found


def decode_all(texts: Collection[bytes], encoding: str, where: str) -> Mapping[bytes, str]:
    """Decode texts; those that are not of the encoding keep a mark where a byte is wrong.

    Parameters
    ----------
    texts : collection of bytes
        Distinct texts.
    encoding : str
        Their encoding.
    where : str
        Layer, as messages name it.

    Returns
    -------
    dict of bytes to str
        The texts.

    Raises
    ------
    EncodingError
        If more than one in a hundred is not of the encoding.
    """
    decoded = {text: decode(text, encoding) for text in texts}
    wrong = sum(text is None for text in decoded.values())
    if wrong > (1 - _VALID_SHARE) * len(decoded):
        raise EncodingError(
            say(
                "{where}: need text in {encoding}, found {wrong} of {count} texts in another; correct --encoding",
                where=where,
                encoding=encoding,
                wrong=wrong,
                count=len(decoded),
            )
        )
    return {raw: raw.decode(encoding, "replace") if text is None else text for raw, text in decoded.items()}


def _mostly_cjk(texts: Collection[str]) -> bool:
    beyond = sum(not char.isascii() for text in texts for char in text)
    return 2 * sum(len(_CJK.findall(text)) for text in texts) > beyond


def _mostly_common(texts: Collection[str]) -> bool:
    """Tell whether most Hanzi are among the 6,763 of GB 2312: rubbish of another encoding is not."""
    rows = [char.encode("gb18030") for text in texts for char in text if not char.isascii()]
    letters = [raw for raw in rows if not (len(raw) == 2 and 0xA1 <= raw[0] <= 0xA3)]  # noqa: PLR2004 - signs
    common = sum(len(raw) == 2 and 0xB0 <= raw[0] <= 0xF7 and raw[1] >= 0xA1 for raw in letters)  # noqa: PLR2004
    return common >= _COMMON_SHARE * len(letters)
