"""Numbers that are persons': of identity cards and mobile telephones. They reach no output, log or error text."""

import re
from typing import Final

from gridplan.language import Message

PERSONAL_VALUE: Final = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?![\dXx])"
    r"|(?<!\d)(?:\+?86[- ]?)?1[3-9]\d{9}(?!\d)"
)


def mask_persons(text: str) -> str:
    """Hide numbers of identity cards and mobile telephones in a text.

    Parameters
    ----------
    text : str
        A text, or a message.

    Returns
    -------
    str
        The same with ``***`` in their place.
    """
    if isinstance(text, Message):
        values = {k: mask_persons(v) if isinstance(v, str) else v for k, v in text.values.items()}
        return Message(text.template, values)
    return PERSONAL_VALUE.sub("***", text)
