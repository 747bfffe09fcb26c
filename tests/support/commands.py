"""Run commands in tests: in this process, in a process of its own, or in a pipe.

Also a small book of known customers, some of them with hostile texts.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlmodel import select

from partnerdesk.cli.main import main
from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.customers.entities import Customer, Relationship, Tag
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import SqliteFile
from tests.conftest import CLOUDS

if TYPE_CHECKING:
    from collections.abc import Mapping

HOUSE = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "partnerdesk"]


@dataclass(frozen=True)
class Result:
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of stdout."""
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        """The content of stdout, parsed as JSON."""
        return json.loads(self.out)


def run(*words: str | Path) -> Result:
    """Run a command in this process."""
    out, err = (
        io.TextIOWrapper(io.BytesIO(), "utf-8", newline="", write_through=True) for _ in range(2)
    )
    language = os.environ.get("LANGUAGE")
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = main([str(word) for word in words])
    finally:
        os.environ.pop("LANGUAGE", None)
        if language is not None:
            os.environ["LANGUAGE"] = language
    texts = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return Result(code, *texts)


def spawn(*words: str | Path, env: Mapping[str, str] | None = None, **options: Any) -> Result:
    """Run a command in a process of its own, without a terminal."""
    done = subprocess.run(
        [*COMMAND, *map(str, words)],
        cwd=HOUSE,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        **options,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def bash(script: str, *words: str | Path, env: Mapping[str, str] | None = None) -> Result:
    """Run a Bash script in which `"$@"` is the command; the result is the script's."""
    done = subprocess.run(
        ["bash", "-c", script, "bash", *COMMAND, *map(str, words)],
        cwd=HOUSE,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def unread(
    *words: str | Path, streams: tuple[str, ...] = ("stdout",), buffered: bool = True
) -> Result:
    """Run a command whose output goes into a pipe that was closed by its reader before."""
    reading, writing = os.pipe()
    os.close(reading)
    out, err = (writing if name in streams else subprocess.PIPE for name in ("stdout", "stderr"))
    try:
        done = subprocess.run(
            [*COMMAND, *map(str, words)],
            cwd=HOUSE,
            env={**os.environ, "PYTHONUNBUFFERED": "" if buffered else "1"},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
    finally:
        os.close(writing)
    return Result(done.returncode, (done.stdout or b"").decode(), (done.stderr or b"").decode())


@dataclass(frozen=True)
class Known:
    """A customer of the small book."""

    company: str
    domain: str
    cloud: str = "global"
    country: str = ""
    relationship: Relationship = Relationship.RESELLER
    tags: tuple[str, ...] = ()
    seen: datetime | None = None
    reseller: str = ""

    @property
    def microsoft_id(self) -> str:
        """The customer's tenant id."""
        place = CUSTOMERS.index(self)
        return f"{place:08x}-0000-4000-8000-000000000000"


CUSTOMERS = (
    Known("Ärzte & Söhne GmbH", "aerzte.onmicrosoft.com", country="DE", tags=("key account", "vip"),
          seen=datetime(2026, 11, 20, 8, tzinfo=UTC)),
    Known('=HYPERLINK("http://x","y")', "formula.onmicrosoft.com",
          relationship=Relationship.NONE),
    Known("\x1b[2J\x1b[31mRed\x07\u202e", "red.onmicrosoft.com", tags=("\x1b[5mblink",),
          reseller="\x9b31mNorth"),
    Known("007 Leading Zero", "müller.example", country="AT"),
    Known("Zebra", "shared.onmicrosoft.com", relationship=Relationship.ADVISOR),
    Known("Straße KG", "strasse.onmicrosoft.de", cloud="germany", country="DE"),
    Known("Zebra Deutschland", "shared.onmicrosoft.com", cloud="germany", country="DE"),
)  # fmt: skip
IN_ORDER = (
    "007 Leading Zero", '=HYPERLINK("http://x","y")', "\x1b[2J\x1b[31mRed\x07\u202e",
    "Ärzte & Söhne GmbH", "Straße KG", "Zebra", "Zebra Deutschland",
)  # fmt: skip
"""The companies of all clouds in the order of the list."""


def small_book(file: Path) -> Path:
    """Create a book with `CUSTOMERS` and return its file."""
    store = Store(SqliteFile(file))
    store.open(CLOUDS)
    with store.writing() as session:
        accounts = {account.cloud: account.id for account in session.exec(select(PartnerAccount))}
        for known in CUSTOMERS:
            customer = Customer(
                account_id=accounts[known.cloud] or 0,
                microsoft_id=known.microsoft_id,
                company_name=known.company,
                primary_domain=known.domain,
                relationship_to_partner=known.relationship,
                country=known.country,
                indirect_reseller=known.reseller,
                seen_at=known.seen,
                added_at=datetime(2026, 11, 1, tzinfo=UTC),
            )
            session.add(customer)
            session.flush()
            session.add_all(Tag(customer_id=customer.id or 0, name=tag) for tag in known.tags)
    return file
