"""Extracts the texts of the tables of this room for translation (`make messages`)."""

from __future__ import annotations

import tomllib
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES = ("title", "open", "text", "remedy")
"""The fields of a line that a person reads."""


def table_texts(
    file: IO[bytes], *_how: object, **_options: object
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Yield the texts of a table of operations or of error codes in Babel's form."""
    for value in tomllib.load(file).values():
        for row in value if isinstance(value, list) else [value]:
            yield from ((0, "_", row[name], []) for name in _NAMES if name in row)
