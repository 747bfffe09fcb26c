"""A line that holds several things, parted for sure: tags, roles. Pure, without a screen.

Each stands with a separator behind it (`vip, gold, `), so that what is typed next is a new one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import fold
from partnerdesk.models.lists.completion import Completions, Line, begun, common_beginning, fits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

SEPARATORS = ",;"
"""What parts one from the next, however it came into the line."""
SEPARATOR = ", "
"""What is written behind each."""
_PARTING = re.compile(f"[{SEPARATORS}]")


def parted(text: str) -> list[str]:
    """Return what stands between separators, without the blanks around it; nothing empty."""
    return [part for piece in _PARTING.split(text) if (part := piece.strip())]


def token_line(tokens: Iterable[str]) -> str:
    """Return the line that holds `tokens`."""
    return "".join(token + SEPARATOR for token in tokens)


def pasted_tokens(before: str, pasted: Sequence[str]) -> str:
    """Return what the pasted lines put into a line behind `before`: one word as it is.

    Several are parted from each other, from what stands before, and from what is typed next.
    """
    tokens = [part for line in pasted for part in parted(line)]
    if len(tokens) < 2 and not any(_PARTING.search(line) for line in pasted):
        return "".join(pasted)
    stands_apart = not before.strip() or before.rstrip()[-1] in SEPARATORS
    return ("" if stands_apart else SEPARATOR) + token_line(tokens)


def without_token(line: Line) -> Line | None:
    """Return the line without the token that ends directly before the cursor, separator and all.

    None where no separator stands there: then a letter is taken away, as in any line.
    """
    before = line.text[: line.cursor].rstrip(" ")
    if not before or before[-1] not in SEPARATORS:
        return None
    start = _start(before[:-1])
    return Line(before[:start] + line.text[line.cursor :].lstrip(" "), start)


def token_completions(line: Line, known: Sequence[str]) -> Completions:
    """Return what the token under the cursor could become, in the order of `known`.

    What stands in the line already is not offered again.
    """
    start, end = _start(line.text[: line.cursor]), _end(line)
    typed, here = line.text[start : line.cursor], line.text[start:end]
    others = {fold(token) for token in parted(line.text[:start] + SEPARATOR + line.text[end:])}
    fitting = [token for token in known if fits(token, typed) and fold(token) not in others]
    if not fitting:
        return Completions(line)
    common = common_beginning(fitting)
    grown = len(begun(common)) > len(begun(typed)) and fits(common, typed)
    behind = "" if line.text[end:].strip() else SEPARATOR
    return Completions(
        line, start, end, tuple(token + behind for token in fitting), common if grown else "",
        place=fitting.index(here) if here in fitting else -1,
    )  # fmt: skip


def _start(before: str) -> int:
    """Return where the token begins that `before` ends in."""
    place = max(before.rfind(separator) for separator in SEPARATORS) + 1
    return place + len(before[place:]) - len(before[place:].lstrip(" "))


def _end(line: Line) -> int:
    """Return where the token ends that the cursor is in, without the blanks behind it."""
    found = _PARTING.search(line.text, line.cursor)
    end = found.start() if found is not None else len(line.text)
    return max(len(line.text[:end].rstrip(" ")), line.cursor)


class TokenCompleter:
    """Completes the token under the cursor from what is known; `read` is asked once."""

    def __init__(self, read: Callable[[], Awaitable[Sequence[str]]]) -> None:
        self._read = read
        self._known: Sequence[str] | None = None

    async def __call__(self, line: Line) -> Completions:
        """Return what the token under the cursor could become.

        Raises:
            AppError: what is known cannot be read.
        """
        if self._known is None:
            self._known = await self._read()
        return token_completions(line, self._known)
