"""Finds the encoding of a text file: by its byte-order mark, by its bytes, or by a guess.

A guess comes with words that depend on it, so that a person can check the guess.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.core.given_files import TABLE, opened
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

UTF_8 = "utf-8-sig"
"""Python's name of UTF-8 with or without a byte-order mark."""
SAMPLE_WORDS = 6
"""How many sample words a guess comes with."""
NAMES = ("utf-8", "utf-16", "windows-1250", "windows-1251", "windows-1252", "shift_jis", "gb18030")
"""The examples in the error about an unknown encoding."""

_HEAD = 4096
_BLOCK = 65536
_EVIDENCE = 256 * 1024
"""How many bytes of lines with letters beyond ASCII are read to guess an encoding."""
_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CODECS = {
    "windows-1250": "cp1250", "windows-1251": "cp1251", "windows-1252": "cp1252",
    "shift_jis": "cp932", "gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030",
    "euc-kr": "cp949", "big5": "big5hkscs", "x-mac-cyrillic": "mac_cyrillic", "ibm866": "cp866",
    "macintosh": "mac_roman", "ansi": "cp1252", "utf-8": UTF_8, "utf8": UTF_8, "unicode": "utf-16",
}  # fmt: skip
"""Python's codec for a name. Programs often use the name of a smaller set for the larger one."""
_TITLES = {
    UTF_8: "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16 LE", "utf-16-be": "UTF-16 BE",
    "utf-32": "UTF-32", "cp1250": "windows-1250", "cp1251": "windows-1251",
    "cp1252": "windows-1252", "cp932": "Shift_JIS", "gb18030": "GB18030", "cp949": "EUC-KR",
    "big5hkscs": "Big5", "mac_cyrillic": "x-mac-cyrillic", "cp866": "IBM866",
    "mac_roman": "macintosh",
}  # fmt: skip
_USUAL = ("cp1252", "cp1250", "cp1251", "cp932", "gb18030")
_WHOLE = 3
"""A file with more than this many UTF-8 letters for each invalid byte is damaged UTF-8."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of a text file."""

    name: str
    """Python's name of the encoding."""
    sample: tuple[str, ...] = ()
    """The words that depend on a guess; empty for an encoding that is certain."""
    is_guess: bool = False

    @property
    def title(self) -> str:
        """The usual name of the encoding."""
        return encoding_title(self.name)


def encoding_title(name: str) -> str:
    """Return the usual name of an encoding that Python calls `name`."""
    return _TITLES.get(name, name)


def named_encoding(text: str) -> str:
    """Return Python's name of an encoding, given the name that a person typed.

    Raises:
        UsageError: Python knows no text encoding of this name.
    """
    wanted = text.strip().lower().replace(" ", "-")
    try:
        found = codecs.lookup(_CODECS.get(wanted, wanted))
    except (LookupError, ValueError):
        found = None
    if found is None or not getattr(found, "_is_text_encoding", True):
        raise UsageError(
            _("There is no encoding {name}.").format(name=shown(text[:40])),
            _("For example: {names}.").format(names=", ".join(NAMES)),
        )
    return _CODECS.get(found.name, found.name)


def find_encoding(path: Path, knows: Callable[[str], bool], *, most: int = -1) -> Encoding:
    """Return the encoding of a file, as far as its first bytes show it.

    A file that can be decoded as UTF-8 is UTF-8, because other encodings can be only by accident. A
    few invalid bytes in much UTF-8 make it damaged UTF-8; its reader reports the place. Any other
    encoding is guessed. Of the encodings that can decode the file, the guess is the one with the
    most known words, else the choice of a browser's detector (`chardetng`).

    Args:
        path: the file.
        knows: returns whether a word is known, such as a heading or a country's name.
        most: how many bytes are read, rounded up to whole blocks; -1 for all bytes.

    Raises:
        OSError: the file cannot be read.
    """
    with opened(path, TABLE) as file:
        head = file.read(_HEAD)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return Encoding(encoding)
    if wide := _wide(head):
        return Encoding(wide)
    evidence = b"" if _is_utf_8(path, most) else _evidence(path)
    return _guessed(evidence, knows) if evidence else Encoding(UTF_8)


def _wide(head: bytes) -> str:
    """Return the UTF-16 of a file without a byte-order mark, found by its line ends and delimiters.

    Returns: Python's name of the encoding; empty for any other file.
    """
    whole = head[: len(head) // 2 * 2]
    counts = {
        "utf-16-le": sum(whole[0::2].count(sign) for sign in _pairs(whole, 0)),
        "utf-16-be": sum(whole[1::2].count(sign) for sign in _pairs(whole, 1)),
    }
    zeros = whole.count(0)
    if not zeros or max(counts.values()) == min(counts.values()):
        return ""
    best = max(counts, key=lambda name: counts[name])
    try:
        text = whole[:-2].decode(best)
    except UnicodeDecodeError:
        return ""
    return best if "\0" not in text else ""


def _pairs(whole: bytes, place: int) -> list[bytes]:
    """Return the characters of a table that occur in `whole` as UTF-16, low or high byte first.

    Args:
        whole: an even number of bytes.
        place: 0 if the zero byte follows the character, 1 if it precedes it.
    """
    found = []
    for sign in b"\n\r,;\t -0":
        pair = bytes((sign, 0)) if place == 0 else bytes((0, sign))
        at = whole.find(pair)
        while at >= 0 and at % 2:
            at = whole.find(pair, at + 1)
        if at >= 0:
            found.append(bytes((sign,)))
    return found


def _is_utf_8(path: Path, most: int) -> bool:
    decoder = codecs.getincrementaldecoder(UTF_8)()
    read = 0
    with opened(path, TABLE) as file:
        try:
            while (most < 0 or read < most) and (block := file.read(_BLOCK)):
                decoder.decode(block)
                read += len(block)
            if most < 0:
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _evidence(path: Path) -> bytes:
    """Return the first lines with letters beyond ASCII; empty if the file is damaged UTF-8."""
    found = bytearray()
    with opened(path, TABLE) as file:
        while len(found) < _EVIDENCE and (line := file.readline(_BLOCK)):
            if not line.isascii():
                found += line
    text = bytes(found).decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = sum(not letter.isascii() for letter in text) - wrong
    return b"" if right > _WHOLE * wrong else bytes(found)


def _guessed(evidence: bytes, knows: Callable[[str], bool]) -> Encoding:
    from chardetng_py import EncodingDetector

    detector = EncodingDetector()
    detector.feed(evidence, last=True)
    name = detector.guess(tld=None, allow_utf8=False).lower()
    likely = dict.fromkeys((_CODECS.get(name, name), *_USUAL))
    words = {codec: _words(evidence, codec) for codec in likely}
    can = [codec for codec in likely if words[codec]] or [next(iter(likely))]
    best = max(can, key=lambda codec: sum(map(knows, words[codec])))  # the first, if equal
    return Encoding(best, tuple(words[best][:SAMPLE_WORDS]), is_guess=True)


def _words(evidence: bytes, codec: str) -> list[str]:
    """Return the different words with letters beyond ASCII; none if decoding fails."""
    try:
        text = evidence.decode(codec)
    except UnicodeDecodeError:
        return []
    found = (word for word in re.split(r'[\s,;\t"]+', text) if not word.isascii())
    return list(dict.fromkeys(word.strip("()[]:.'’") for word in found))
