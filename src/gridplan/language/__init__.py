"""The languages gridplan speaks, and the one catalogue of everything it says."""

from gridplan.language.messages import (
    LANGUAGES,
    Message,
    join,
    language,
    pack,
    say,
    told_in,
    translate,
    unpack,
    use_language,
    word,
)

__all__ = [
    "LANGUAGES",
    "Message",
    "join",
    "language",
    "pack",
    "say",
    "told_in",
    "translate",
    "unpack",
    "use_language",
    "word",
]
