"""No secret is left anywhere while the console syncs, shows a first password, or breaks off."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.languages import _
from tests.support.commands import run
from tests.support.rehearsal import Network
from tests.support.secrets import children, leaks
from tests.support.terminal import Terminal
from tests.terminal.test_partner_center import (
    LONG,
    SLOW_MACHINE,
    SLOW_MS,
    Partner,
    fields,
    header,
    is_receiving,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.crashes

SECRET = 'Wx9!\\kq"Zé7#'
"""A password whose letters are written otherwise in JSON."""


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """Serve a rehearsal for all tests of this file."""
    network = Network(tmp_path_factory.mktemp("rehearsal"), customers=3, calls_per_minute=0)
    yield network
    network.cut()


class Own:
    """A partner whose account is signed in, and a console on its book that can break."""

    def __init__(self, network: Network, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.partner = Partner(network, folder, customers=LONG)
        with monkeypatch.context() as signing_in:
            self.partner.sign_in(signing_in)
        self.network = network
        self.folder = folder

    def opened(self, how: str = "") -> Terminal:
        """Start a console in which `how` was changed."""
        script = self.folder / "changed.py"
        main = "from partnerdesk.cli.main import main\nimport sys\nsys.exit(main())\n"
        script.write_text(dedent(how) + main, "utf-8")
        book = ["--database", str(self.partner.book), "--cloud", "global"]
        return Terminal([sys.executable, script, *book], columns=100, rows=30, cwd=self.folder)

    @property
    def tokens(self) -> list[str]:
        """Every token that the rehearsal has given out, and the secret of the application."""
        with closing(sqlite3.connect(self.network.folder / "rehearsal.db")) as state:
            given = state.execute("SELECT value FROM tokens UNION SELECT value FROM refresh_tokens")
            values = [str(value) for (value,) in given]
        assert self.partner.refresh_token in values
        return [*values, self.network.info.client_secret]

    def leaks(self, terminal: Terminal | None = None, password: str = SECRET) -> list[str]:
        """Return where a secret lies: below the test's folder, or in what processes show."""
        processes = [] if terminal is None else [terminal.pid, *children(terminal.pid)]
        processes += children(os.getpid())
        return leaks([*self.tokens, password], self.folder, processes)


@pytest.fixture
def own(network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Own:
    """Return a partner of one test alone."""
    return Own(network, tmp_path, monkeypatch)


def password_on(terminal: Terminal, partner: Partner) -> str:
    """Add a customer by keys; return the password of its first administrator, which is shown."""
    terminal.wait_for("Manage all customer data")
    terminal.type(f"gcn{fields(partner.free)}\x12!")
    terminal.wait_for(_("First administrator"), SLOW_MACHINE)
    found = re.search(r"Password: (\S+)", terminal.text)
    assert found, str(terminal)
    terminal.press("y")
    terminal.wait_for("The password is copied.")
    return found[1]


DIALOG = "from partnerdesk.screens.shared.first_admin_dialog import FirstAdminDialog as S\n"
CRASH = (
    DIALOG
    + """
def fail(self):
    raise RuntimeError(self._password)
S.action_copy_name = fail
"""
)
HANG = (
    DIALOG
    + """
import time
def hang(self):
    password = self._password
    time.sleep(600)
S.action_copy_name = hang
"""
)


def crash(terminal: Terminal) -> None:
    terminal.press("Y")
    terminal.wait_for("An error nobody expected")


def hang(terminal: Terminal) -> None:
    terminal.press("Y")
    terminal.signal(signal.SIGTERM)
    assert terminal.exit_code == 128 + signal.SIGTERM


def quit_at_once(terminal: Terminal) -> None:
    terminal.signal(signal.SIGQUIT)
    assert terminal.exit_code == 128 + signal.SIGQUIT


def leave(terminal: Terminal) -> None:
    terminal.signal(signal.SIGTERM)
    assert terminal.exit_code == 128 + signal.SIGTERM


ENDS: dict[str, tuple[str, Callable[[Terminal], None], str]] = {
    "a crash": (CRASH, crash, "crash-*.txt"),
    "a hang": (HANG, hang, "hang-*.txt"),
    "SIGQUIT": ("", quit_at_once, ""),
    "SIGTERM, with a picture for the next start": ("", leave, "picture-*.json"),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_first_password_that_is_shown_is_left_nowhere(own: Own, end: str) -> None:
    how, break_off, file = ENDS[end]
    with own.opened(how) as terminal:
        password = password_on(terminal, own.partner)
        assert own.leaks(terminal, password) == []
        limits = Path(f"/proc/{terminal.pid}/limits").read_text("utf-8")
        assert re.search(r"Max core file size +0 +0 ", limits)
        break_off(terminal)
        after = terminal.text if end != "a crash" else ""
    assert password not in after
    if file:
        assert list(own.folder.rglob(file)), sorted(map(str, own.folder.rglob("*")))
    assert own.leaks(password=password) == []


def test_the_process_of_a_sync_shows_no_secret(own: Own) -> None:
    with own.opened() as terminal:
        terminal.wait_for("Manage all customer data")
        own.network.info.ask("state", latency_ms=SLOW_MS)
        terminal.press("g", "c", "r")
        terminal.wait_until(lambda _text: is_receiving(header(terminal)), SLOW_MACHINE)
        syncing = children(terminal.pid)
        words = [Path(f"/proc/{child}/cmdline").read_bytes() for child in syncing]
        assert any(b"sync.apart" in shown for shown in words)
        assert own.leaks(terminal) == []
        own.network.info.ask("state", latency_ms=0)
    assert own.leaks() == []


@contextmanager
def planted(own: Own, place: str, secret: str) -> Iterator[None]:
    """Plant a secret where a program might leave it."""
    with ExitStack() as ending:
        if place in ("cmdline", "environ"):
            words = ["-c", "input()", *([secret] if place == "cmdline" else [])]
            environment = {**os.environ, **({"OWN": secret} if place == "environ" else {})}
            process = ending.enter_context(
                subprocess.Popen([sys.executable, *words], env=environment, stdin=subprocess.PIPE)
            )
            assert process.stdin is not None
            ending.callback(process.stdin.close)
        elif place == "book.db":
            with closing(sqlite3.connect(own.partner.book)) as book, book:
                book.execute("UPDATE partner_accounts SET name = ?", (secret,))
        elif place == "a name":
            (own.folder / f"{secret}.csv").touch()
            ending.callback((own.folder / f"{secret}.csv").unlink)
        else:
            (own.folder / place).write_text(json.dumps({"rows": [["", secret]]}), "utf-8")
        yield


PLACES = ["cmdline", "environ", "book.db", "crash-1.txt", "hang-1.txt", "picture-1.json", "a name"]


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_that_is_planted_is_found(own: Own, place: str) -> None:
    assert own.leaks() == []
    secrets = (own.tokens[0], own.partner.refresh_token, own.tokens[-1], SECRET)
    for secret in secrets if place != "a name" else [SECRET]:
        with planted(own, place, secret):
            found = own.leaks()
        assert (f"{secret}.csv" if place == "a name" else place) in found, secret


ADDRESSES = (
    "postgresql+psycopg://u:{secret}@[::1/x", "postgresql://u:{secret}@127.0.0.1:1/x",
    "host=h password={secret}", "sqlite:///x.db?password={secret}", "u:{secret}@host/x",
)  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_command_shows_or_keeps_the_password_of_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.chdir(tmp_path)
    secret = "Zq7kWx94"
    for words in (("info",), ("customers", "list"), ("database", "check"), ("changes", "list"),
                  ("customers", "export", "x.csv"), ("database", "backup", "y.db")):  # fmt: skip
        result = run(*words, "--database", address.format(secret=secret))
        assert secret not in result.out + result.err, words
    assert leaks([secret], tmp_path) == []


def test_no_picture_or_sample_of_the_project_holds_a_token() -> None:
    root = Path(__file__).parents[2]
    kinds = ("*.svg", "*.md", "*.json", "*.toml")
    files = [
        file
        for folder in ("tests", "docs")
        for kind in kinds
        for file in (root / folder).rglob(kind)
    ]
    assert len(files) > 100
    token = re.compile(r"eyJ[\w-]{20,}\.|Bearer [\w.-]{20,}")
    assert token.search(f"Bearer {'a1' * 20}")
    assert [file.name for file in files if token.search(file.read_text("utf-8"))] == []
