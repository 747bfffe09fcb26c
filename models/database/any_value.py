"""Reads whatever SQLite holds: a column takes values of every type, and text of any bytes.

A person, another program or a damaged disk can leave a blob in the place of a name, a text in the
place of a moment, or bytes that are no UTF-8. Lists and pages show such a value as what it is;
`partnerdesk database check` names it (`value_check.py`).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3

SHOWN_BYTES = 20
"""How many bytes of a blob are shown."""

text = partial(str, encoding="utf-8", errors="replace")
"""Return the text of bytes; what is no UTF-8 becomes `�`."""


def without_blobs(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a row whose blobs are texts in SQLite's notation, such as `x'00ff'`, cut if long."""
    if bytes not in map(type, row):
        return row
    return tuple(_literal(value) if isinstance(value, bytes) else value for value in row)


def take_any(raw: sqlite3.Connection) -> None:
    """Have a connection return text for every text and blob, whatever bytes they hold."""
    raw.text_factory = text
    raw.row_factory = _row


def _row(_cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> tuple[Any, ...]:
    return without_blobs(row)


def _literal(blob: bytes) -> str:
    more = "…" if len(blob) > SHOWN_BYTES else ""
    return f"x'{blob[:SHOWN_BYTES].hex()}{more}'"
