"""Write the figures of the last run into `benchmarks/README.md`, between two marks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import Figure, markdown_table

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def write(about: Sequence[str], figures: Sequence[Figure]) -> None:
    """Replace the figures and the description of the machine by those of this run."""
    measured = "  \n".join(about)
    part = f"{BEGIN}\n\n{measured}\n\n{markdown_table(figures)}\n\n{END}"
    text = FILE.read_text(encoding="utf-8")
    pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    FILE.write_text(pattern.sub(lambda _match: part, text), encoding="utf-8")
