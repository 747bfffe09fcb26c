"""How a filter searches its words in identifiers (GUIDs), whose letters mean nothing.

Nearly every short word of the letters a to f occurs in some GUID. So a short word matches only the
beginning of a GUID; a longer word, which somebody has probably copied, matches anywhere in it.
"""

from __future__ import annotations

import re

LENGTH = 36
"""Characters of a whole GUID."""
COPIED = 6
"""Minimum characters of a word that is searched anywhere in a GUID."""
_PART = re.compile(r"^[0-9a-f-]{1,36}$")


def may_be_part(word: str) -> bool:
    """Say whether a folded word may be a part of a GUID."""
    return _PART.match(word) is not None


def is_anywhere(word: str) -> bool:
    """Say whether a word is searched anywhere in a GUID, not only at the beginning."""
    return COPIED <= len(word) < LENGTH


_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def guid(text: str) -> str | None:
    """Return a GUID in lower case and without braces; None if `text` is no GUID."""
    bare = text.lower()
    if bare.startswith("{") and bare.endswith("}"):
        bare = bare[1:-1]
    return bare if _GUID.fullmatch(bare) else None
