"""How the words of a filter are looked for in identifiers (GUIDs), whose letters mean nothing.

Nearly every short word of the letters a to f stands in somebody's GUID. So one finds those that
begin with it, and only a longer one, which somebody will have copied, is looked for anywhere.
"""

from __future__ import annotations

import re

LENGTH = 36
"""Letters of a whole identifier."""
COPIED = 6
"""Letters from which on a word is looked for anywhere in an identifier."""
_PART = re.compile(r"^[0-9a-f-]{1,36}$")


def may_be_part(word: str) -> bool:
    """Say whether a folded word may be a part of an identifier."""
    return _PART.match(word) is not None


def is_anywhere(word: str) -> bool:
    """Say whether a word that may be a part is looked for anywhere, not only at the beginning."""
    return COPIED <= len(word) < LENGTH


_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def guid(text: str) -> str | None:
    """Return a GUID in lower case and without braces; None where `text` is none."""
    bare = text.lower()
    if bare.startswith("{") and bare.endswith("}"):
        bare = bare[1:-1]
    return bare if _GUID.fullmatch(bare) else None
