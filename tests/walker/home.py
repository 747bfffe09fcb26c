"""The folder of a walk: a home, a demo book, small files to import; and its guarded commands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.walker.guard import FOLDER
from tests.walker.texts import FILES
from tests.walker.watching import EVENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

CUSTOMERS = 300
INVITED = 12
PROJECT = Path(__file__).parents[2]
_COMMAND_SECONDS = 60


def make_book(file: Path) -> Path:
    """Build the demo book that is copied for each walk."""
    from partnerdesk.models.core.clock import now
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.settings.database_url import SqliteFile
    from tests.support.books import fill_demo
    from tests.support.relations import invited
    from tests.walker.texts import LINK

    store = Store(SqliteFile(file))
    store.open(["global", "us-gov", "germany"])
    fill_demo(store, CUSTOMERS)
    for number in range(INVITED):  # their letters are stored
        invited(
            store, now(), company=f"Invited {number}", email=f"a{number}@walked.com",
            domain=f"invited{number}.com", link=LINK,
        )  # fmt: skip
    store.engine.dispose()
    return file


@dataclass(frozen=True, slots=True)
class Ended:
    """The result of a command."""

    words: tuple[str, ...]
    """The arguments."""
    code: int
    output: str


class Home:
    """The folder of a walk; the walk's programs read and write only there."""

    def __init__(self, folder: Path, book: Path) -> None:
        self.folder = folder
        self._book = book
        self.work = folder / "work"
        """The console's working directory, which receives its exports."""
        self.events = folder / "events.jsonl"
        self.log = folder / "keys.jsonl"
        """The log of steps since the last fresh book."""
        self.is_demo = False
        """Whether the demo book is walked in at present, not the one kept by hand."""
        self.environment = self._own_environment()

    def refresh(self) -> None:
        """Restore the original demo book and remove all other state."""
        for place in (self.folder / "home", self.work):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
        (self.folder / "tmp").mkdir(exist_ok=True)
        data = self.folder / "home" / "data" / "partnerdesk"
        data.mkdir(parents=True)
        for name in ("book.db", "demo.db"):  # kept by hand; and what `--demo` connects
            shutil.copyfile(self._book, data / name)
        for name, content in FILES.items():
            (self.work / name).write_text(content, encoding="utf-8")
        self.log.write_text("")

    @property
    def terminal_environment(self) -> dict[str, str | None]:
        """The changes that give a `Terminal`'s program exactly the environment of the walk."""
        return {**dict.fromkeys(os.environ), **self.environment}

    def keep_log(self) -> Path:
        """Copy the log of keys, because the next fresh book clears it; return the copy's path."""
        number = len([*self.folder.glob("failure-*.jsonl")]) + 1
        return Path(shutil.copyfile(self.log, self.folder / f"failure-{number}.jsonl"))

    def crash_reports(self) -> set[Path]:
        """Return the crash reports in the state folder."""
        return set((self.folder / "home" / "state").rglob("crash-*.txt"))

    @property
    def book_flags(self) -> list[str]:
        """The flags that name the book that is walked in."""
        return ["--demo"] if self.is_demo else []

    def begin(self, words: Sequence[str]) -> subprocess.Popen[str]:
        """Start `partnerdesk` with these arguments, beside the console, on the same book."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.walker.guard", *words, *self.book_flags], cwd=self.work,
            env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
        )  # fmt: skip

    def run(self, *words: str) -> Ended:
        """Run `partnerdesk` with these arguments to its end."""
        return ended(self.begin(words), words)

    def _own_environment(self) -> dict[str, str]:
        home = self.folder / "home"
        kinds = {
            f"XDG_{kind}_HOME": str(home / kind.lower())
            for kind in ("CONFIG", "DATA", "STATE", "CACHE")
        }
        return kinds | {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "PYTHONPATH": str(PROJECT),
            "HOME": str(home),
            "TMPDIR": str(self.folder / "tmp"),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "USER": "walker",
            "LOGNAME": "walker",
            FOLDER: str(self.folder),
            EVENTS: str(self.events),
        }


def ended(command: subprocess.Popen[str], words: Sequence[str]) -> Ended:
    """Wait until a command has ended, and return its result; kill the command after a minute."""
    try:
        output, _nothing = command.communicate(timeout=_COMMAND_SECONDS)
    except subprocess.TimeoutExpired:
        command.kill()
        output, _nothing = command.communicate()
        output += f"\n(killed: not done in {_COMMAND_SECONDS} s)"
    return Ended(tuple(words), command.returncode, output)
