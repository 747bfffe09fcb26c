"""The sessions that README and guide show; each is recorded by `make pictures`.

The first import is recorded in a shell, from a clone on, by the commands of README; so its length
is what it takes from there to the first own customer.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.documentation.recording import Recording, Step, cast, film
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

HOUSE = Path(__file__).parents[2]
PICTURES = HOUSE / "docs" / "pictures"
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

EXPORTED = "Downloads/customers.csv"
"""Where the export is, in the person's home."""

FIRST_IMPORT = (
    Step(("g", "c"), "imports the customer list"),
    Step(("I", *f"~/{EXPORTED}", "enter"), "3 new"),
    Step(("!",), "Imported: 3 new"),
    Step(("g", "c"), "3 customers"),
    Step(("/", *"fabri", "enter"), "Fabrikam Labs Ltd.", 3),
)
"""From an empty book to the first own customer."""
CLONE = "git clone partnerdesk.git && cd partnerdesk"
"""Clones the repository, which lies in the person's home, since its address is everybody's own."""
INSTALLING = 600.0
"""How many seconds the download of all packages may take."""


def readme_commands() -> tuple[str, ...]:
    """Return the commands that README begins with, without their comments."""
    page = (HOUSE / "README.md").read_text(encoding="utf-8")
    block = re.search(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert block is not None
    return tuple(re.findall(r"^\$ (.+?)(?:\s+#.*)?$", block[1], re.MULTILINE))


def from_the_clone() -> tuple[Step, ...]:
    """Return the steps from a shell to the first own customer, as README says them."""
    demo, own = readme_commands()
    return (
        Step((*CLONE, "enter"), "done.\n$"),
        Step((*demo, "enter"), "Setting up .venv", 0),
        Step((), "without a relationship", patience=INSTALLING),
        Step(("ctrl+q",), "--demo\n$"),
        Step((*own, "enter"), "0 customers"),
        *FIRST_IMPORT,
    )


def record(folder: Path, steps: Sequence[Step], *arguments: str) -> Recording:
    """Record a session of the console in an empty folder.

    Raises:
        AssertionError: what a step leads to does not come.
    """
    return _played(folder, [*COMMAND, *arguments], "Get new customers", steps)


def record_from_the_clone(folder: Path) -> Recording:
    """Record the way from a shell to the first own customer; packages are downloaded.

    Raises:
        AssertionError: what a step leads to does not come.
    """
    mirror = folder / "partnerdesk.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", HOUSE, mirror], check=True)
    shell = ["bash", "--noprofile", "--norc", "-i"]
    return _played(folder, shell, "$", from_the_clone(), PS1="$ ", PATH=os.environ["PATH"])


def _played(
    folder: Path, command: Sequence[str], ready: str, steps: Sequence[Step], **environment: str
) -> Recording:
    """Play steps in a program whose home is `folder`, as soon as it shows `ready`."""
    export = folder / EXPORTED
    export.parent.mkdir(exist_ok=True)
    export.write_text(EXPORT, encoding="utf-8")
    home = {name: str(folder / name) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME")}
    home |= {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "data"), "COLORTERM": "truecolor"}
    home |= {"PIP_QUIET": "1", **environment}  # warnings of pip tell of the machine
    recording = Recording(COLUMNS, LINES)
    with Terminal(command, columns=COLUMNS, rows=LINES, env=home, cwd=folder) as terminal:
        terminal.wait_for(ready)
        recording.play(terminal, steps)
    return recording


SESSIONS = {
    "tour": ("partnerdesk, a walk by keys", TOUR, ("--demo",)),
    "first-import": ("From a clone to the first own customer", FIRST_IMPORT, ()),
}
FROM_THE_CLONE = "first-import"
"""The session that is recorded in a shell."""


def main() -> None:
    """Record all sessions anew."""
    for name, (title, steps, arguments) in SESSIONS.items():
        with TemporaryDirectory() as folder:
            if name == FROM_THE_CLONE:
                recording = record_from_the_clone(Path(folder))
            else:
                recording = record(Path(folder), steps, *arguments)
        (PICTURES / f"{name}.cast").write_text(cast(recording, title), encoding="utf-8")
        (PICTURES / f"{name}.svg").write_text(film(recording, title), encoding="utf-8")


if __name__ == "__main__":
    main()
