"""The console in a real terminal, over a book."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.depth import deep
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = [sys.executable, "-m", "partnerdesk"]
SIZES = [
    pytest.param((80, 24), id="80x24"),
    pytest.param((120, 40), id="120x40", marks=deep),
]


def console(book: Path, *flags: str, size: tuple[int, int] = (120, 40)) -> Terminal:
    """Start the console over a book, and return its terminal."""
    columns, rows = size
    command = [*COMMAND, "--database", str(book), *flags]
    return Terminal(command, columns=columns, rows=rows)
