"""The looks of text on the screen, and the shortest escape sequence from one to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_LINK = "\x1b]8;;\x1b\\"
"""Ends a link (OSC 8)."""

_ON_BLANKS = frozenset({"4", "7", "9", "21", "51", "52", "53"})
"""SGR attributes that are visible on a space: underlined, reversed, struck, framed."""
_OFF = {
    "22": ("1", "2"), "23": ("3",), "24": ("4", "21"), "25": ("5", "6"), "27": ("7",),
    "28": ("8",), "29": ("9",), "54": ("51", "52"), "55": ("53",),
}  # fmt: skip
"""SGR codes that end attributes, with the attributes that each ends."""
_ON = frozenset(attribute for ended in _OFF.values() for attribute in ended)
_OFF_ALONE = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27", "9": "29"}
"""The code that ends an attribute in every terminal; other attributes need a reset."""


class UnknownSequenceError(Exception):
    """The output contains a sequence whose effect on the terminal is unknown."""


class Look:
    """The colours, attributes and link of a cell; one object per look, compared by identity."""

    __slots__ = ("attributes", "background", "blank", "foreground", "link")

    def __init__(
        self, attributes: frozenset[str], foreground: str, background: str, link: str
    ) -> None:
        self.attributes = attributes
        """SGR parameters, such as `1` for bold."""
        self.foreground = foreground
        """SGR parameters; empty for the terminal's default colour."""
        self.background = background
        self.link = link
        """The address that a click opens; empty if none."""
        self.blank: Look = self
        """A look that is the same object for all looks in which a space looks the same."""

    @property
    def parameters(self) -> str:
        """The SGR parameters that lead from plain text to this look."""
        parts = [*sorted(self.attributes), self.foreground, self.background]
        return ";".join(filter(None, parts))

    @property
    def is_bare(self) -> bool:
        """Whether a space in this look equals an erased cell, except for the background."""
        return self.blank.foreground == "" and not self.blank.attributes and not self.blank.link


class Looks:
    """All looks seen so far, one object each."""

    MOST = 4096
    """The cache limit: animated colours bring new looks in each frame."""

    def __init__(self) -> None:
        self.plain = Look(frozenset(), "", "", "")
        """The look after a reset."""
        self._looks = {(self.plain.attributes, "", "", ""): self.plain}
        self._after: dict[tuple[Look, str], Look] = {}
        self._changes: dict[tuple[Look, Look], str] = {}

    @property
    def are_many(self) -> bool:
        """Whether a cache is over its limit, so that the object should be replaced."""
        return len(self._after) > self.MOST or len(self._changes) > self.MOST

    def after(self, look: Look, parameters: str) -> Look:
        """Return the look after SGR `parameters`, such as `1;38;2;255;0;0`.

        Raises:
            UnknownSequenceError: a parameter is unknown.
        """
        result = self._after.get((look, parameters))
        if result is None:
            result = self._after[look, parameters] = self._applied(look, parameters)
        return result

    def linked(self, look: Look, address: str) -> Look:
        """Return `look` with a link to `address`; an empty address removes the link."""
        if look.link == address:
            return look
        return self._look(look.attributes, look.foreground, look.background, address)

    def change(self, old: Look | None, new: Look) -> str:
        """Return the shortest sequence that leads from `old` to `new`; `old` None is unknown."""
        if old is None:
            return NO_LINK + _whole(new) + _link(new)
        sequence = self._changes.get((old, new))
        if sequence is None:
            sequence = self._changes[old, new] = _change(old, new)
        return sequence

    def _applied(self, look: Look, parameters: str) -> Look:
        attributes, foreground, background = look.attributes, look.foreground, look.background
        codes = iter((parameters or "0").split(";"))
        for code in codes:
            if code in ("", "0"):
                attributes, foreground, background = frozenset(), "", ""
            elif code in ("38", "39") or _is_colour(code, 30, 90):
                foreground = _colour(code, codes)
            elif code in ("48", "49") or _is_colour(code, 40, 100):
                background = _colour(code, codes)
            elif code in _ON:
                attributes |= {code}
            elif code in _OFF:
                attributes -= {*_OFF[code]}
            else:
                raise UnknownSequenceError(parameters)
        return self._look(attributes, foreground, background, look.link)

    def _look(
        self, attributes: frozenset[str], foreground: str, background: str, link: str
    ) -> Look:
        key = (attributes, foreground, background, link)
        look = self._looks.get(key)
        if look is None:
            look = self._looks[key] = Look(*key)
            if not link and not attributes & _ON_BLANKS and (attributes or foreground):
                look.blank = self._look(frozenset(), "", background, "")
        return look


def _is_colour(code: str, dark: int, bright: int) -> bool:
    return code.isdecimal() and (0 <= int(code) - dark <= 7 or 0 <= int(code) - bright <= 7)


def _colour(code: str, codes: Iterator[str]) -> str:
    """Return the parameters of the colour that begins with `code`; empty for the default colour."""
    if code in ("39", "49"):
        return ""
    if code not in ("38", "48"):
        return code
    kind = next(codes, "")
    count = {"5": 1, "2": 3}.get(kind, 0)
    parts = [part for _ in range(count) if (part := next(codes, "")).isdecimal()]
    if not parts or len(parts) != count:
        raise UnknownSequenceError(code)
    return ";".join([code, kind, *parts])


def _whole(look: Look) -> str:
    return "\x1b[" + ";".join(filter(None, ["0", look.parameters])) + "m"


def _link(look: Look) -> str:
    if not look.link:
        return NO_LINK
    from zlib import crc32

    # The same id joins the lines of one address; Rich makes a new id with each drawing.
    return f"\x1b]8;id={crc32(look.link.encode()):x};{look.link}\x1b\\"


def _change(old: Look, new: Look) -> str:
    link = _link(new) if old.link != new.link else ""
    if (old.attributes, old.foreground, old.background) == (
        new.attributes,
        new.foreground,
        new.background,
    ):
        return link
    if not new.attributes and not new.foreground and not new.background:
        return "\x1b[m" + link
    return min([_whole(new), *_step(old, new)], key=len) + link


def _step(old: Look, new: Look) -> list[str]:
    """Return the sequence that changes only the differences; no item if there is none."""
    ended = old.attributes - new.attributes
    if not ended <= _OFF_ALONE.keys():
        return []
    offs = sorted({_OFF_ALONE[attribute] for attribute in ended})
    fallen = {attribute for off in offs for attribute in _OFF[off]}
    parts = [*offs, *sorted(new.attributes - (old.attributes - fallen))]
    if old.foreground != new.foreground:
        parts.append(new.foreground or "39")
    if old.background != new.background:
        parts.append(new.background or "49")
    return ["\x1b[" + ";".join(parts) + "m"]
