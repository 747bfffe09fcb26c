"""Lines that hold several tokens, such as tags or roles. Pure, without a screen.

A separator follows each token (`vip, gold, `), so the next typed character begins a new token.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import fold
from partnerdesk.models.lists.completion import Completions, Line, begun, common_beginning, fits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

SEPARATORS = ",;"
"""The characters that separate tokens, typed or pasted."""
SEPARATOR = ", "
"""The text that is written after each token."""
_PARTING = re.compile(f"[{SEPARATORS}]")


def parted(text: str) -> list[str]:
    """Return the tokens between separators, without blanks around them; none is empty."""
    return [part for piece in _PARTING.split(text) if (part := piece.strip())]


def token_line(tokens: Iterable[str]) -> str:
    """Return the line that holds `tokens`."""
    return "".join(token + SEPARATOR for token in tokens)


def pasted_tokens(before: str, pasted: Sequence[str]) -> str:
    """Return the text to insert after `before` for pasted lines; a single token stays as it is.

    Several tokens get separators between them, after the text before, and at the end.
    """
    tokens = [part for line in pasted for part in parted(line)]
    if len(tokens) < 2 and not any(_PARTING.search(line) for line in pasted):
        return "".join(pasted)
    stands_apart = not before.strip() or before.rstrip()[-1] in SEPARATORS
    return ("" if stands_apart else SEPARATOR) + token_line(tokens)


def without_token(line: Line) -> Line | None:
    """Return the line without the token before the cursor and its separator.

    None if no separator is before the cursor: then one character is deleted, as in any line.
    """
    before = line.text[: line.cursor].rstrip(" ")
    if not before or before[-1] not in SEPARATORS:
        return None
    start = _start(before[:-1])
    return Line(before[:start] + line.text[line.cursor :].lstrip(" "), start)


def token_completions(line: Line, known: Sequence[str]) -> Completions:
    """Return the completions of the token under the cursor, in the order of `known`.

    Tokens that are in the line already are not offered again.
    """
    start, end = _start(line.text[: line.cursor]), _end(line)
    typed, current = line.text[start : line.cursor], line.text[start:end]
    others = {fold(token) for token in parted(line.text[:start] + SEPARATOR + line.text[end:])}
    candidates = [token for token in known if fits(token, typed) and fold(token) not in others]
    if not candidates:
        return Completions(line)
    common = common_beginning(candidates)
    is_longer = len(begun(common)) > len(begun(typed)) and fits(common, typed)
    ending = "" if line.text[end:].strip() else SEPARATOR
    return Completions(
        line, start, end, tuple(token + ending for token in candidates),
        common if is_longer else "",
        place=candidates.index(current) if current in candidates else -1,
    )  # fmt: skip


def _start(before: str) -> int:
    """Return the start of the last token in `before`."""
    place = max(before.rfind(separator) for separator in SEPARATORS) + 1
    return place + len(before[place:]) - len(before[place:].lstrip(" "))


def _end(line: Line) -> int:
    """Return the end of the token under the cursor, without the blanks after it."""
    found = _PARTING.search(line.text, line.cursor)
    end = found.start() if found is not None else len(line.text)
    return max(len(line.text[:end].rstrip(" ")), line.cursor)


class TokenCompleter:
    """Completes the token under the cursor from known tokens; calls `read` only once."""

    def __init__(self, read: Callable[[], Awaitable[Sequence[str]]]) -> None:
        self._read = read
        self._known: Sequence[str] | None = None

    async def __call__(self, line: Line) -> Completions:
        """Return the completions of the token under the cursor.

        Raises:
            AppError: the known tokens cannot be read.
        """
        if self._known is None:
            self._known = await self._read()
        return token_completions(line, self._known)
