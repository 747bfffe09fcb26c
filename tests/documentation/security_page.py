"""Writes the table of `docs/security.md` from the ways out that the tests try."""

from __future__ import annotations

from pathlib import Path

from tests.support.ways_out import count, rows

PAGE = Path(__file__).parents[2] / "docs" / "security.md"
BEGIN, END = "<!-- ways: made by `make docs` -->", "<!-- end of ways -->"


def renewed(page: str) -> str:
    """Return the page with its table as the tests try the ways now."""
    before, _begin, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    lines = [f"Ways tried: {count()}. Ways out: 0.", "", "| | Tried |", "|---|---|"]
    for kind, ways in rows():
        told = ", ".join(ways).replace("|", "\\|").replace("{out}", "OUT")
        lines.append(f"| {kind} ({len(ways)}) | {told} |")
    return "\n".join([f"{before}{BEGIN}", "", *lines, "", f"{END}{after}"])
