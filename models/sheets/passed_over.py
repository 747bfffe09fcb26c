"""What is told of a table file beside its rows: what was left out, and what was filled in."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class PassedOver:
    """What of a file is no row of data and left out, and which rows say more than they hold."""

    blank: int = 0
    """Blank rows."""
    lines: list[tuple[int, str]] = field(default_factory=list)
    """Titles, totals and remarks: the line, and what stands in it."""
    filled: int = 0
    """Rows that have the text of a merged cell that began above them."""
