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
    """Yield the texts of `operations.toml` or `error_codes.toml` in Babel's form."""
    table = tomllib.load(file)
    for row in table.get("codes") or table.values():
        yield from ((0, "_", row[name], []) for name in _NAMES if name in row)
