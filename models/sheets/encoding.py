"""Which encoding a text file has: by its mark, by what its bytes can only be, or by a guess.

A guess is never silent: it comes with the words that depend on it, for a person to look at.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

UTF_8 = "utf-8-sig"
"""UTF-8 with or without a mark, by Python's name."""
SAMPLE_WORDS = 6
"""Words that show what a guess makes of the text."""
NAMES = (
    "utf-8", "utf-16", "windows-1250", "windows-1251", "windows-1252", "shift_jis", "gb18030",
)  # fmt: skip
"""Encodings that are named where somebody asks for one that there is not."""

_HEAD = 4096
_BLOCK = 65536
_EVIDENCE = 256 * 1024
"""Bytes of lines with letters beyond ASCII by which an encoding is guessed."""
_MARKS = (  # UTF-32 first: its mark begins as that of UTF-16 does
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
"""Python's codec for a name: what wrote the file means the larger set by a name of the smaller."""
_TITLES = {
    UTF_8: "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16 LE", "utf-16-be": "UTF-16 BE",
    "utf-32": "UTF-32", "cp1250": "windows-1250", "cp1251": "windows-1251",
    "cp1252": "windows-1252", "cp932": "Shift_JIS", "gb18030": "GB18030", "cp949": "EUC-KR",
    "big5hkscs": "Big5", "mac_cyrillic": "x-mac-cyrillic", "cp866": "IBM866",
    "mac_roman": "macintosh",
}  # fmt: skip
_USUAL = ("cp1252", "cp1250", "cp1251", "cp932", "gb18030")
_WHOLE = 3
"""Letters of UTF-8 for each byte that is none, from which on a file is damaged UTF-8."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """A text file's encoding."""

    name: str
    """Python's name."""
    sample: tuple[str, ...] = ()
    """Words that depend on it, where it is guessed."""
    is_guess: bool = False

    @property
    def title(self) -> str:
        """Its usual name."""
        return encoding_title(self.name)


def encoding_title(name: str) -> str:
    """Return the usual name of an encoding that Python calls `name`."""
    return _TITLES.get(name, name)


def named_encoding(text: str) -> str:
    """Return Python's name of the encoding that a person names.

    Raises:
        UsageError: there is no such encoding of text.
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
    """Return which encoding a file has, as far as its first bytes tell.

    What can be read as UTF-8 is UTF-8: texts in other encodings cannot, but by accident. A few
    wrong bytes in much UTF-8 make it damaged UTF-8, whose reader says where. Anything else is
    guessed: among the encodings that can decode it, the one in which the most words are known, and
    else the one that the detector of a browser takes (`chardetng`).

    Args:
        path: the file.
        knows: says whether a word is known, such as a heading or a country's name.
        most: how many bytes are read, a block at a time; -1 for all there are.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return Encoding(encoding)
    if wide := _wide(head):
        return Encoding(wide)
    evidence = b"" if _is_utf_8(path, most) else _evidence(path)
    return _guessed(evidence, knows) if evidence else Encoding(UTF_8)


def _wide(head: bytes) -> str:
    """Return which UTF-16 without a mark a file has: its line ends and delimiters tell."""
    whole = head[: len(head) // 2 * 2]
    told = {
        "utf-16-le": sum(whole[0::2].count(sign) for sign in _pairs(whole, 0)),
        "utf-16-be": sum(whole[1::2].count(sign) for sign in _pairs(whole, 1)),
    }
    zeros = whole.count(0)
    if not zeros or max(told.values()) == min(told.values()):
        return ""
    best = max(told, key=lambda name: told[name])
    try:
        text = whole[:-2].decode(best)
    except UnicodeDecodeError:
        return ""
    return best if "\0" not in text else ""


def _pairs(whole: bytes, place: int) -> list[bytes]:
    """Return signs of a table that stand with a zero in `whole`, at even or odd places."""
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
    with path.open("rb") as file:
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
    """Return the first lines with letters beyond ASCII; nothing where it is damaged UTF-8."""
    found = bytearray()
    with path.open("rb") as file:
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
    best = max(can, key=lambda codec: sum(map(knows, words[codec])))  # the first of equals
    return Encoding(best, tuple(words[best][:SAMPLE_WORDS]), is_guess=True)


def _words(evidence: bytes, codec: str) -> list[str]:
    """Return the words with letters beyond ASCII, each once; none where it is no such text."""
    try:
        text = evidence.decode(codec)
    except UnicodeDecodeError:
        return []
    found = (word for word in re.split(r'[\s,;\t"]+', text) if not word.isascii())
    return list(dict.fromkeys(word.strip("()[]:.'’") for word in found))
