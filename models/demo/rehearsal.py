"""The rehearsal behind the demo book: its folder, its process, the settings that lead to it.

Every account of the demo book that is connected is connected to a rehearsal on this machine, never
to Microsoft: `at_rehearsal` turns all addresses of the settings to it, whether it is served or not.
This file is light to import: the first frame waits for it.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnerdesk.models.core import own_files, paths
from partnerdesk.models.core.errors import AppError, OfflineError, RefusedError
from partnerdesk.models.core.typed import DamagedError, typed
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    from partnerdesk.models.settings.model import Settings

HOME = "global"
"""The cloud whose account is connected; those of the other clouds stay kept by hand."""
NEEDS = ("starlette", "trustme", "uvicorn")
"""The packages of the extra `rehearsal`."""
INSTALL = "pip install 'partnerdesk[rehearsal]'"
"""How to get it."""
ACCEPT_SECONDS = 30
"""How long after its invitation a customer accepts."""
NOWHERE = "https://127.0.0.1:9"
"""An address of this machine at which nobody answers, for a rehearsal that never was served."""
LISTS = 200
"""Of how many customers at most a sync reads the subscriptions."""
END_SECONDS = 2.0
"""How long the process may take to end by itself."""
_SEED = "demo"


@dataclass(frozen=True, slots=True)
class Line:
    """What a rehearsal says of itself when it is served; nothing of it is a secret of anybody."""

    api: str
    authority: str
    graph: str
    partner_api: str
    ca_file: str
    tenant: str
    client_id: str
    refresh_token: str = dataclasses.field(repr=False)
    client_secret: str = dataclasses.field(repr=False)
    control: str
    approve: str = ""
    """The address that does what the person at the sign-in page would."""


def folder() -> Path:
    """Return the folder beside the demo book in which the rehearsal keeps its state."""
    return paths.data_folder() / "demo-rehearsal"


def customers_file() -> Path:
    """Return the file by which the book's customers are handed over."""
    return folder() / "customers.jsonl"


def is_begun() -> bool:
    """Return whether the rehearsal has its customers already."""
    return (folder() / "rehearsal.db").exists()


def forget() -> None:
    """Remove the rehearsal's state, for a new demo book.

    Raises:
        OSError: the folder cannot be removed.
    """
    import shutil

    if folder().exists():
        shutil.rmtree(folder())


def is_installed() -> bool:
    """Return whether the packages of the extra are there."""
    from importlib.util import find_spec

    return all(find_spec(package) is not None for package in NEEDS)


def not_installed() -> AppError:
    """Return the error that says how to get the extra."""
    return RefusedError(
        _("The rehearsal is not installed."),
        _("Install it with: {command}").format(command=INSTALL),
    )


def is_served() -> bool:
    """Return whether some process serves the rehearsal: it holds the lock of its folder."""
    try:
        lock = (folder() / "lock").open("rb")
    except FileNotFoundError:
        return False
    with lock:
        if sys.platform != "win32":
            import fcntl

            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
    return False


def last_line() -> Line | None:
    """Return what the rehearsal said last, whether it is still served or not; None at first."""
    with suppress(OSError, DamagedError):
        return own_files.load(folder() / "line.json", Line)
    return None


def at_rehearsal(settings: Settings, line: Line | None) -> Settings:
    """Return settings in which every cloud that has addresses is the rehearsal.

    A sync reads few lists of subscriptions there: the demo book has them already, and more calls
    than a minute allows would make it wait.
    """
    clouds = {
        id: dataclasses.replace(
            cloud,
            authority=cloud.authority and (line.authority if line else NOWHERE),
            api=cloud.api and (line.api if line else NOWHERE),
            partner_api=cloud.partner_api and (line.partner_api if line else NOWHERE),
            graph=cloud.graph and (line.graph if line else NOWHERE),
        )
        for id, cloud in settings.clouds.items()
    }
    tls = settings.tls
    if line is not None:
        tls = dataclasses.replace(tls, ca_file=line.ca_file)
    lists = min(settings.sync.subscriptions, LISTS)
    sync = dataclasses.replace(settings.sync, subscriptions=lists)
    return dataclasses.replace(settings, clouds=clouds, tls=tls, sync=sync)


class RehearsalProcess:
    """A rehearsal in a process of its own.

    It ends with this process, however that ends: its standard input is closed then. Where another
    process serves the same folder already, its addresses are told, and this one waits to take over.
    """

    def __init__(self) -> None:
        """Start it; nothing is waited for.

        Raises:
            OSError: it cannot be started.
        """
        import subprocess

        command = [
            sys.executable,
            "-P",
            "-m",
            "partnerdesk",
            "rehearsal",
            "serve",
            "--until-eof",
            "--state",
            str(folder()),
            "--seed",
            _SEED,
            "--set",
            f"accept_seconds={ACCEPT_SECONDS}",
            "--customers-file",
            str(customers_file()),
        ]
        paths.private_folder(folder())
        # In a session of its own: ctrl+c and the end of the terminal are not meant for it.
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def line(self) -> Line:
        """Wait until it is served, and return what it says.

        Raises:
            OfflineError: it ended instead.
        """
        stdout = self._process.stdout
        said = stdout.readline() if stdout is not None else b""
        with suppress(ValueError, DamagedError):
            return typed(Line, json.loads(said))
        raise OfflineError(
            _("The rehearsal of the demo book does not start."),
            _("See why: {command}").format(command="partnerdesk rehearsal serve"),
        )

    def stop(self) -> None:
        """Have it end, without waiting."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.terminate()

    def end(self) -> None:
        """Have it end, and wait a moment for that."""
        import subprocess

        self.stop()
        process = self._process
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
