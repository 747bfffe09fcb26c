"""Draws the rooms of the house from their imports, for `docs/architecture.md`."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import grimp

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUSE = Path(__file__).parents[2]
PAGE = HOUSE / "docs" / "architecture.md"
BEGIN, END = "<!-- rooms: made by `make docs` -->", "<!-- end of rooms -->"
ABOVE = (
    "mailing",
    "partnercenter",
    "rehearsal",
    "tui.wire",
    "tui.widgets",
    "screens",
    "tui",
    "cli",
)
"""What stands above `models`, from below."""


def renewed(page: str) -> str:
    """Return the page with the drawing as the imports are now."""
    drawn = f"{BEGIN}\n```\n{drawing()}```\n{END}"
    return re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: drawn, page, flags=re.DOTALL)


def drawing() -> str:
    """Return a table: how many files of each room (a line) import from which others (columns).

    No number stands right of a room's own column: nothing imports what is above it.
    """
    rooms, files = _rooms(), Counter[str]()
    counts = Counter[tuple[str, str]]()
    graph = grimp.build_graph("partnerdesk")
    for module in graph.modules:
        room = _room_of(module, rooms)
        files[room] += not graph.find_children(module)
        known = {
            _room_of(imported, rooms)
            for imported in graph.find_modules_directly_imported_by(module)
        }
        counts.update((room, other) for other in known if other and other != room)
    return "".join(_lines(rooms, files, counts))


def _lines(
    rooms: list[str], files: Counter[str], counts: Counter[tuple[str, str]]
) -> Iterator[str]:
    yield f"{'':21}files  {''.join(f'{number:4}' for number in range(1, len(rooms) + 1))}\n"
    for number, room in enumerate(rooms, 1):
        cells = "".join(
            f"{'■' if other == room else counts[room, other] or '·':>4}" for other in rooms
        )
        yield f"{number:2} {room:17} {files[room]:5}  {cells}".rstrip("· ") + "\n"


def _rooms() -> list[str]:
    """Return the rooms from the ground up, as the contract on the floors of `models` has them."""
    settings = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    floors = next(one["layers"] for one in contracts if one.get("exhaustive"))
    inside = chain.from_iterable(floor.split(" | ") for floor in reversed(floors))
    return [*(f"models.{room}" for room in inside), *ABOVE]


def _room_of(module: str, rooms: list[str]) -> str:
    """Return the room that a module stands in; empty for none, as what all may use."""
    inside = module.removeprefix("partnerdesk.")
    fitting = [room for room in rooms if inside == room or inside.startswith(room + ".")]
    return max(fitting, key=len, default="")
