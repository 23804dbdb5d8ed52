"""Addresses of a PostGIS database: told from files, and never shown with their password."""

import re
from typing import Final

_SCHEMES: Final = ("postgresql://", "postgres://")
_SECRET: Final = re.compile(r"(?P<head>(?:postgres(?:ql)?(?:\+\w+)?)://[^\s:/@]*)(?::[^\s/]*)?@")
_OPTION: Final = re.compile(r"(?i)\b(password|passfile|sslpassword)=[^&\s'\"]*")


def is_database(place: object) -> bool:
    """Tell the address of a database from a path.

    Parameters
    ----------
    place : object
        What the user gave for a layer or a place to write.

    Returns
    -------
    bool
        True for ``postgresql://...``.
    """
    return str(place).startswith(_SCHEMES)


def mask(text: object) -> str:
    """Take passwords out of a text.

    Parameters
    ----------
    text : object
        An address, or a message that may quote one.

    Returns
    -------
    str
        The same without passwords.
    """
    return _OPTION.sub(r"\1=***", _SECRET.sub(r"\g<head>@", str(text)))
