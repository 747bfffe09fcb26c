"""Makes text from outside safe to show (no control characters), and folds it for searching."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice
from typing import TYPE_CHECKING

from partnerdesk.models.languages import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Collection

LISTED = 10
"""How many names out of a file a message lists; it counts the others."""
LONGEST_NAME = 60
"""How many characters of such a name a message shows."""

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # C0, DEL, C1: they control the terminal
    "\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"  # invisible, or reversing the line
    "\ud800-\udfff\U000e0000-\U000e007f]"  # surrogates, invisible tags
)


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return "\ufffd"


def shown(text: str) -> str:
    """Return `text` as one line that a terminal can print.

    Control characters become their pictures (`ESC` shows as `␛`), and invisible or reversing ones
    become `�`, so hostile data can neither hide, move the cursor nor reverse the line. All other
    characters stay as they are.
    """
    return _UNSAFE.sub(_picture, text)


def short_name(name: str) -> str:
    """Return a name out of a file, such as a column heading, cut and safe to show in a message."""
    text = shown(name[: LONGEST_NAME + 1]) or "–"
    return text if len(text) <= LONGEST_NAME else f"{text[:LONGEST_NAME]}…"


def did_you_mean(name: str) -> str:
    """Return the question whether the person meant `name`, the nearest known name."""
    return _("Did you mean {name}?").format(name=name)


def listed(names: Collection[str]) -> str:
    """Return the first ten names out of a file as a message lists them, and how many follow.

    Every message that lists such names uses this function: a file can have 100,000 columns.
    """
    text = ", ".join(short_name(name) for name in islice(names, LISTED))
    more = len(names) - LISTED
    if more <= 0:
        return text
    return ngettext("{names} and {count} more", "{names} and {count} more", more, names=text)


def without_nul(text: str) -> str:
    """Return `text` without the characters that a database cannot store: NUL and surrogates."""
    return text.replace("\x00", "").encode(errors="ignore").decode()


def shown_lines(text: str) -> list[str]:
    """Return the lines of `text`, each made safe to show; no line for an empty text."""
    return [shown(line) for line in text.replace("\r\n", "\n").split("\n")] if text else []


def in_latin(text: str) -> bool:
    """Whether `text` is written without letters of any other script than the Latin one."""
    return all(letter < "\u0250" or "\u1e00" <= letter <= "\u206f" for letter in text)


_STROKED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)


def fold(text: str) -> str:
    """Return `text` as searches and sorts compare it: without case, accents and invisible marks.

    Works for every script that Unicode can decompose: `Ärzte` equals `arzte`, `Ёлка` equals `елка`,
    `ＡＢＣ` equals `abc`. One space replaces each run of white space.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    # Twice: case folding can produce new combining marks (U+0130).
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    words = [_UNSAFE.sub("", word) for word in bare.translate(_STROKED).split()]
    return " ".join(word for word in words if word)


def occurrences(text: str, sought: str) -> list[tuple[int, int]]:
    """Return where `text` holds what is sought, as beginnings and ends, compared as folded."""
    wanted = fold(sought)
    if not wanted:
        return []
    folded, places = [""], [0]
    for place, letter in enumerate(text):
        bare = " " if letter.isspace() else fold(letter)
        if bare == " " and folded[-1] == " ":
            continue  # a run of white space is one space
        folded += bare
        places += [place] * len(bare)
    whole = "".join(folded)
    found, begin = list[tuple[int, int]](), whole.find(wanted)
    while begin >= 0:
        end = begin + len(wanted)
        found.append((places[begin + 1], places[end] + 1))
        begin = whole.find(wanted, end)
    return found
