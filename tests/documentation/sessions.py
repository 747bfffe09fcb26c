"""The sessions that README and guide show; each is recorded by `make pictures`."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.documentation.recording import Recording, Step, cast, film
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
COLUMNS, LINES = 100, 28
COMMAND = [sys.executable, "-m", "partnerdesk"]

TOUR = (
    Step(("g", "c"), "Company ▲"),
    Step(("/", *"country:de gmbh"), "of 1,380"),
    Step(("enter",), "filter: country:de gmbh"),
    Step(("down", "down", "enter"), "Registration number"),
    Step(("t",), "Tags"),
    Step((*"key account", "enter"), "key account"),
    Step(("u",), "Undo"),
    Step(("!",), "undone"),
    Step(("escape", "g", "l"), "Next step"),
    Step(("3",), "Ends"),
    Step(("g", "o"), "Customers by country", 3),
    Step(("tab", "enter"), "country:", 2),
    Step(("g", "r"), "Get new customers", 3),
)
"""A walk through the demo book: find a customer, tag it, take that back, see what is due."""

EXPORT = """\
Microsoft ID,Company name,Primary domain name,Relationship
8b5b5d0c-6f0e-4d1e-9f0a-2f4f4a1f9c01,Contoso Bakery GmbH,contosobakery.onmicrosoft.com,Reseller
1b0e7a44-92f4-4d8c-8f3a-6a3c1d0e7b02,Fabrikam Labs Ltd.,fabrikamlabs.onmicrosoft.com,Reseller
c7a1f9d2-3b57-4e0f-a4c9-5d2e8b6f1a03,Northwind Coffee Inc.,northwindcoffee.onmicrosoft.com,Reseller
"""
"""What the portal exports."""

FIRST_IMPORT = (
    Step(("g", "c"), "imports the customer list"),
    Step(("I", *"customers.csv", "enter"), "3 new"),
    Step(("!",), "Imported: 3 new"),
    Step(("g", "c"), "3 customers"),
    Step(("/", *"fabri", "enter"), "Fabrikam Labs Ltd.", 3),
)
"""From an empty book to the first own customer."""


def record(folder: Path, steps: Sequence[Step], *arguments: str) -> Recording:
    """Record a session of the console in an empty folder.

    Raises:
        AssertionError: what a step leads to does not come.
    """
    (folder / "customers.csv").write_text(EXPORT, encoding="utf-8")
    home = {name: str(folder / name) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME")}
    home |= {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "data"), "COLORTERM": "truecolor"}
    recording = Recording(COLUMNS, LINES)
    command = [*COMMAND, *arguments]
    with Terminal(command, columns=COLUMNS, rows=LINES, env=home, cwd=folder) as terminal:
        terminal.wait_for("Get new customers")
        recording.play(terminal, steps)
    return recording


SESSIONS = {
    "tour": ("partnerdesk, a walk by keys", TOUR, ("--demo",)),
    "first-import": ("The first own customer", FIRST_IMPORT, ()),
}


def main() -> None:
    """Record all sessions anew."""
    for name, (title, steps, arguments) in SESSIONS.items():
        with TemporaryDirectory() as folder:
            recording = record(Path(folder), steps, *arguments)
        (PICTURES / f"{name}.cast").write_text(cast(recording, title), encoding="utf-8")
        (PICTURES / f"{name}.svg").write_text(film(recording, title), encoding="utf-8")


if __name__ == "__main__":
    main()
