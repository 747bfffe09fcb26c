"""How often something happens: never by chance, so that a run can be repeated."""

from __future__ import annotations

from fractions import Fraction


class RateError(ValueError):
    """A rate that cannot be read."""


class Rate:
    """Says of each call in turn whether it is hit: `1/7`, `0.1`, `7` (every seventh), `once`.

    An ending `xN` stops it after N hits: `1x2` hits the next two calls.
    """

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        share, times, most = self.text.partition("x")
        if share == "once":
            share, times, most = "1", "x", most or "1"
        self.share = _share(share, text)
        if times and not most.isdigit():
            raise RateError(text)
        self.most: int | None = int(most) if times else None
        self._asked = 0
        self.hits = 0

    def hit(self) -> bool:
        """Count a call; return whether it is hit."""
        if self.most is not None and self.hits >= self.most:
            return False
        self._asked += 1
        due = self._asked * self.share.numerator // self.share.denominator
        if due <= self.hits:
            return False
        self.hits += 1
        return True

    def give_back(self) -> None:
        """Take a hit back: the call was hit by something else, the next one is due."""
        self.hits -= 1


def _share(share: str, text: str) -> Fraction:
    try:
        value = Fraction(share)
    except (ValueError, ZeroDivisionError) as error:
        raise RateError(text) from error
    if value > 1:  # "7" is every seventh
        value = 1 / value
    if value <= 0:
        raise RateError(text)
    return value
