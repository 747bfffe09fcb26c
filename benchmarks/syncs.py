"""Rows 14 to 16: the sync with Partner Center, played by a rehearsal in a process of its own."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks import server
from benchmarks.bench import MIDDLE, SMALL, open_list
from benchmarks.books import python
from benchmarks.concurrent_import import BEFORE, WALK
from benchmarks.figures import Figure, Unit, against, p95, text_figure
from benchmarks.imports import executemany
from benchmarks.keys import go_to_the_middle
from benchmarks.terminal import ROOT
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.models.syncing.progress import read_progress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.bench import Bench
    from benchmarks.books import Book
    from benchmarks.terminal import Session

SYNCED = 100_000
LEAST_SHARE = 0.3
"""The least rows a second, compared with the bare driver."""
LIMIT, LEAST_OF_LIMIT = 500, 0.95
"""Calls a minute that the service allows, and the share of them that a busy sync should use."""
BEYOND = 110
"""Calls beyond the limit that the sync of row 16 wants."""


_PEAK = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""
"""Runs a command and prints its peak memory; small, as Linux counts that of who starts it, too."""


class _Ended(NamedTuple):
    """How a sync by the command ended."""

    counts: dict[str, Any]
    peak: int
    """Bytes of memory."""


class _Partner(NamedTuple):
    """A home folder whose settings point at a rehearsal, and the rehearsal's addresses."""

    home: Path
    book: str
    """The address of its book."""
    info: dict[str, Any]


@contextmanager
def _partner(
    bench: Bench, customers: int, details: int, book: str, *, elsewhere: bool = False
) -> Iterator[_Partner]:
    """Serve a rehearsal in the block, and connect the global account of a book to it.

    `elsewhere` lets it work only with what the other programs leave of the processors: it stands
    for a service on machines of its own.
    """
    home = bench.home()
    command = python("partnerdesk", "rehearsal", "serve", "--until-eof")
    command = ["nice", "-n", "19", *command] if elsewhere else command
    with subprocess.Popen(
        [*command, "--customers", str(customers)],
        cwd=ROOT,
        env=bench.environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            partner = _Partner(home, book, json.loads(process.stdout.readline()))
            _connect(bench, partner, details)
            yield partner
        finally:
            process.stdin.close()


def _connect(bench: Bench, partner: _Partner, details: int) -> None:
    info = partner.info
    file = partner.home / ".config" / "partnerdesk" / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    names = ("authority", "api", "graph", "partner_api")
    lines = [f'{name} = "{info[name]}"' for name in names]
    tls, sync = (
        f'[tls]\nca_file = "{info["ca_file"]}"',
        f"[sync]\ndetails = {details}\nsubscriptions = 0",
    )
    file.write_text("\n".join(["[clouds.global]", *lines, tls, sync, ""]), encoding="utf-8")
    secret = partner.home / "refresh-token"
    secret.touch(mode=0o600)
    secret.write_text(info["refresh_token"], encoding="utf-8")
    subprocess.run(
        _command(
            partner,
            "accounts",
            "add",
            "--cloud",
            "global",
            "--tenant",
            info["tenant"],
            "--client-id",
            info["client_id"],
            "--auth",
            "refresh-token",
            "--secret-file",
            str(secret),
        ),
        cwd=ROOT,
        env=bench.environment(partner.home),
        check=True,
        capture_output=True,
    )


def _command(partner: _Partner, *words: str) -> list[str]:
    return [*python("partnerdesk", "--database", partner.book), *words]


def _synced(bench: Bench, partner: _Partner) -> _Ended:
    """Sync by the command, and measure its memory."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _PEAK, *_command(partner, "sync", "--json")],
        cwd=ROOT,
        env=bench.environment(partner.home),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"The sync ended with {done.returncode}."
    counts, peak = done.stdout.splitlines()
    unit = 1 if sys.platform == "darwin" else 1024
    return _Ended(json.loads(counts), int(peak) * unit)


def beside_bare_inserts(bench: Bench) -> Iterator[Figure]:
    """Row 14: rows a second beside the bare driver, and memory for many and few customers."""
    files = {customers: bench.folder / f"synced-{customers}.db" for customers in (SMALL, SYNCED)}
    few, many = (_synced_whole(bench, customers, str(file)) for customers, file in files.items())
    bare = executemany(bench.folder / "bare-sync.db", Store(SqliteFile(files[SYNCED])))
    what = f"Sync of {SYNCED:,} customers"
    yield against(
        14,
        what,
        many.counts["seconds"],
        bare,
        Unit.SECONDS,
        "executemany",
        most=1 / LEAST_SHARE,
        goal=f"rows/s ≥ {LEAST_SHARE:g} ×",
    )
    yield _memory(few, many)
    found = server.programs()
    if found is None:
        yield text_figure(14, "PostgreSQL", server.LEFT_OUT)
        return
    with server.running(found, "sync") as address:
        few, more = (
            _synced_whole(bench, customers, server.fresh_database(address, f"synced_{customers}"))
            for customers in files
        )
    ours, theirs = more.counts["seconds"], many.counts["seconds"]
    yield against(14, f"{what}{server.NAME}", ours, theirs, Unit.SECONDS, "a file")
    yield _memory(few, more, server.NAME)


def _synced_whole(bench: Bench, customers: int, book: str) -> _Ended:
    """Sync the whole list of a partner into a new book."""
    with _partner(bench, customers, 0, book) as partner:
        return _synced(bench, partner)


def _memory(few: _Ended, many: _Ended, where: str = "") -> Figure:
    what = f"Peak memory, sync of {SYNCED:,}{where}"
    beside = f"{SMALL:,} customers"
    return against(14, what, many.peak, few.peak, Unit.MEGABYTES, beside, most=1.2)


def keys_while_syncing(bench: Bench) -> Iterator[Figure]:
    """Row 15: the same keys before and while the console itself syncs."""
    book = bench.shelf.copy(MIDDLE, bench.folder)
    assert isinstance(book.database, SqliteFile)
    with (
        _partner(bench, MIDDLE, 0, str(book.database.path), elsewhere=True) as partner,
        bench.console(book, home=partner.home) as session,
    ):
        open_list(session, book)
        go_to_the_middle(session, book)
        quiet = [seconds for _ in range(BEFORE) for seconds in _walk(session)]
        session.press("r")
        during = _walk(session)
        while not _is_done(book):
            during += _walk(session)
    yield against(
        15,
        f"Keys in {book.size:,} during a sync, p95 of {len(during)}",
        p95(during),
        p95(quiet),
        Unit.MILLISECONDS,
        f"without, p95 of {len(quiet)}",
        most=1.1,
    )


def _is_done(book: Book) -> bool:
    with closing(book.store.connect()) as connection:
        synced = read_progress(connection).values()
    return any(sync.finished_at is not None for sync in synced)


def _walk(session: Session) -> list[float]:
    """Press the keys of a walk; return the seconds until each showed something."""
    answers = (session.first_answer(key) for key in WALK)
    return [seconds for seconds in answers if seconds is not None]


def at_the_limit(bench: Bench) -> Iterator[Figure]:
    """Row 16: the most calls of any minute, as the service counts them."""
    import httpx

    wanted = LIMIT + BEYOND
    with _partner(bench, wanted, wanted, str(bench.folder / "limited.db")) as partner:
        _synced(bench, partner)
        context = ssl.create_default_context(cafile=partner.info["ca_file"])
        answer = httpx.get(f"{partner.info['control']}/throttle", verify=context, trust_env=False)
        most = int(answer.json()["most"])
    yield text_figure(
        16,
        "Calls in the busiest minute of a sync",
        f"{most} of {LIMIT}",
        met=LEAST_OF_LIMIT * LIMIT <= most <= LIMIT,
        goal=f"{LEAST_OF_LIMIT:.0%} to 100 % of the limit",
    )
