"""The console in a real terminal, over a book."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = [sys.executable, "-m", "partnerdesk"]
SIZES = [(80, 24), (120, 40)]


def console(book: Path, *flags: str, size: tuple[int, int] = (120, 40)) -> Terminal:
    """Return a terminal in which the console opens a book."""
    columns, rows = size
    command = [*COMMAND, "--database", str(book), *flags]
    return Terminal(command, columns=columns, rows=rows)
