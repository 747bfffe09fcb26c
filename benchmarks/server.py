"""A PostgreSQL server, if one with pg_trgm is installed here; rows 8 to 10 over it."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.books import Book
from benchmarks.figures import Figure, text_figure
from benchmarks.imports import CLOUDS
from benchmarks.queries import ROWS_LARGE, far_windows_of, filters_of, sorts_of
from partnerdesk.models.database.store import Store
from partnerdesk.models.database.versions import known_versions
from partnerdesk.models.settings.database_url import PostgresServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import psycopg

    from benchmarks.bench import Bench

ROWS = (8, 9, 10)
NAME = ", PostgreSQL"
LEFT_OUT = "left out: no server with pg_trgm is installed here"
TIMES = 2
"""The factor by which a server may be slower than an SQLite file."""
UNPRIVILEGED = ("postgres", "nobody")
"""Users that run the server if this process is root; PostgreSQL refuses to run as root."""
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "shared_buffers": "512MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "4GB",
}
_FOREIGN_KEYS = """
    SELECT child.relname, parent.relname FROM pg_constraint
    JOIN pg_class child ON child.oid = conrelid JOIN pg_class parent ON parent.oid = confrelid
    WHERE contype = 'f' AND conrelid <> confrelid
"""
_TABLES = """
    SELECT tablename FROM pg_tables
    WHERE schemaname = current_schema() AND tablename <> 'alembic_version'
"""
_COLUMNS = """
    SELECT column_name FROM information_schema.columns
    WHERE table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position
"""


def on_postgres(bench: Bench) -> Iterator[Figure]:
    """Measure the wanted rows among 8 to 10 over a server that is started here."""
    found = programs()
    if found is None:
        for row in ROWS:
            yield text_figure(row, "PostgreSQL", LEFT_OUT)
        return
    with running(found, str(bench.large)) as address:
        book = Book(bench.large, PostgresServer(address))
        _fill(book, bench.large_book)
        if 8 in bench.wanted:
            yield from far_windows_of(book, NAME, TIMES)
        if 9 in bench.wanted:
            yield from filters_of(book, ROWS_LARGE, NAME, TIMES)
        if 10 in bench.wanted:
            yield from sorts_of(book, NAME, TIMES)


def programs() -> Path | None:
    """Return the program folder of a server with pg_trgm: Debian's, or the one on the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if program := shutil.which("pg_config"):
        folders.append(Path(program).resolve().parent)
    for folder in folders:
        if not all((folder / name).exists() for name in ("initdb", "postgres", "pg_config")):
            continue
        shared = _output(folder / "pg_config", "--sharedir")
        if (Path(shared) / "extension" / "pg_trgm.control").exists():
            return folder
    return None


@contextmanager
def running(programs: Path, purpose: str) -> Iterator[str]:
    """Run a server in a folder that stays for the next run; yield the server's address."""
    version = re.sub(r"\D", "-", _output(programs / "postgres", "--version").split()[2])
    name = f"partnerdesk-bench-postgres-{version}-{known_versions()[-1]}-{purpose}-{os.getuid()}"
    folder = Path(tempfile.gettempdir()) / name
    user = _user()
    data = folder / "data"
    if not (folder / "whole").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        if user:
            shutil.chown(folder, user)
        _run_as(user, programs / "initdb", "-A", "trust", "-U", "bench", "--locale=C.UTF-8",
                "-E", "UTF8", "--no-sync", "-D", str(data))  # fmt: skip
    flags = [flag for key, value in SETTINGS.items() for flag in ("-c", f"{key}={value}")]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [str(programs / "postgres"), "-D", str(data), "-k", str(folder), *flags],
            user=user, extra_groups=[] if user else None, cwd=folder, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        _run_as(user, programs / "pg_isready", "-h", str(folder), "-t", "60", tries=60)
        yield f"postgresql://bench@/postgres?host={folder}"
        (folder / "whole").touch()
    finally:
        server.terminate()
        server.wait()


def fresh_database(address: str, name: str) -> str:
    """Create an empty database, in place of an older one of that name; return its address."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        server.execute(f"CREATE DATABASE {name}".encode())
    return address.replace("/postgres?", f"/{name}?")


def _fill(book: Book, source: Book) -> None:
    """Copy a book into the server, unless the server has it already."""
    store = Store(book.database)
    store.open(CLOUDS)
    import psycopg

    assert isinstance(book.database, PostgresServer)
    connection = store.connect()
    try:
        if connection.rows("SELECT count(*) FROM customers")[0][0]:
            return
    finally:
        connection.close()
    with psycopg.connect(book.database.address) as server:
        tables = [row[0] for row in server.execute(_TABLES)]
        server.execute(f"TRUNCATE {', '.join(tables)} CASCADE".encode())
        order: Mapping[str, set[str]] = {table: set() for table in tables}
        for child, parent in server.execute(_FOREIGN_KEYS):
            order[child].add(parent)
        for table in TopologicalSorter(order).static_order():
            _copy(server, source, table)
    with psycopg.connect(book.database.address, autocommit=True) as server:
        server.execute("VACUUM ANALYZE")


def _copy(server: psycopg.Connection[tuple[object, ...]], source: Book, table: str) -> None:
    wanted = [str(row[0]) for row in server.execute(_COLUMNS, [table])]
    reader = source.store.connect()
    try:
        known = {row[1] for row in reader.rows(f"PRAGMA table_info({table})")}
        names = ", ".join(name for name in wanted if name in known)
        last = -1
        with server.cursor().copy(f"COPY {table} ({names}) FROM STDIN".encode()) as copy:
            while rows := reader.rows(
                f"SELECT rowid, {names} FROM {table} WHERE rowid > ? ORDER BY rowid LIMIT 20000",
                [last],
            ):
                for row in rows:
                    copy.write_row(row[1:])
                last = rows[-1][0]
    finally:
        reader.close()


def _user() -> str | None:
    """Return the user that runs the server; None for the current user."""
    if os.geteuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in known)


def _run_as(user: str | None, program: Path, *arguments: str, tries: int = 1) -> None:
    for left in reversed(range(tries)):
        done = subprocess.run(
            [str(program), *arguments], user=user, extra_groups=[] if user else None, cwd="/",
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode == 0:
            return
        if left:
            continue
        raise RuntimeError(f"{program.name} failed: {done.stderr}")


def _output(program: Path, *arguments: str) -> str:
    done = subprocess.run([str(program), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()
