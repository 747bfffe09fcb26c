"""Who has an SSH key to the console has the console: no way out, by a real server and client."""

from __future__ import annotations

import os
import re
import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from tests.support.books import demo_store
from tests.support.ssh_server import SshServer, needs_sshd
from tests.support.ways_out import (
    CLIENTS,
    COMPLETED,
    KEYS,
    PALETTE,
    PATHS,
    VARIABLES,
    WORDS,
    count,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.terminal import Terminal
    from tests.support.ways_out import Client

pytestmark = needs_sshd

SECRET = "CANARY-5e1f"
TABLE = f"Company name,Primary domain name,{SECRET}\n{SECRET},canary.onmicrosoft.com,{SECRET}\n"
REFUSED = re.compile(
    r"outside of the folder|has no ending|partnerdesk's own|no regular file|is a folder"
    r"|is not known|names a home folder|cannot be shown|There is no|Name a file|needs a name"
    r"|is there already"
)
CUSTOMERS = "48 customers"


class World:
    """A home folder with a book and a folder for files, and what is outside of both."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home, self.out = folder, folder / "home", folder / "out"
        self.files = self.home / "partnerdesk-files"
        data = self.home / ".local" / "share" / "partnerdesk"
        for made in (self.out, self.files, data, self.home / ".ssh"):
            made.mkdir(parents=True)
        store = demo_store(folder, 60)
        shutil.move(str(folder / "demo.db"), data / "book.db")
        store.engine.dispose()
        for file in (self.out / "secret.csv", self.home / ".ssh" / "secret.csv"):
            file.write_text(TABLE)
        (self.home / ".ssh" / "authorized_keys").write_text("ssh-ed25519 AAAA\n")
        (self.home / ".bashrc").write_text("true\n")
        (self.out / "own.toml").write_text("restricted = false\n")
        (self.files / "link.csv").symlink_to(self.out / "secret.csv")
        (self.files / "dangling.csv").symlink_to(self.out / "dangling.csv")
        (self.files / "up").symlink_to(self.out)
        (self.files / "hard.csv").hardlink_to(self.out / "secret.csv")
        (self.files / "endless.csv").symlink_to("/dev/zero")
        os.mkfifo(self.files / "pipe.csv")

    def said(self, text: str) -> str:
        return text.replace("{out}", str(self.out)).replace("{home}", str(self.home))

    def state(self) -> dict[str, bytes]:
        """Return what may not change: all but the program's own folders."""
        kept = [self.out, self.files, self.home / ".ssh", self.home / ".bashrc"]
        found = {}
        for top in kept:
            for path in [top, *sorted(top.rglob("*"))]:
                is_plain = path.is_file() and not path.is_symlink()
                found[str(path)] = path.read_bytes() if is_plain else b""
        return found


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with TemporaryDirectory(
        prefix="pd-", dir="/tmp", ignore_cleanup_errors=True
    ) as folder:  # messages show its path
        yield World(Path(folder).resolve())


@pytest.fixture(scope="module")
def server(world: World) -> Iterator[SshServer]:
    with SshServer(world.folder / "server", world.home) as server:
        yield server


def test_no_client_gets_out(world: World, server: SshServer) -> None:
    before = world.state()
    with socket.socket() as inside:  # what a forwarding would reach
        inside.bind(("127.0.0.1", 0))
        inside.listen()
        inside.setblocking(False)
        port = str(inside.getsockname()[1])

        def call(client: Client) -> str:
            mine = world.folder / f"client-{CLIENTS.index(client)}"
            mine.mkdir()
            (mine / "mine.csv").write_text("mine")
            told = {"host": server.host, "port": port, "tmp": str(mine), "out": str(world.out)}

            def said(text: str) -> str:
                return re.sub(r"\{(\w+)\}", lambda match: told[match[1]], text)

            env = {name: said(value) for name, value in client.env}
            sent = [f"-oSendEnv={name}" for name in env]
            tool, *rest = map(said, client.words)
            printed = server.client([tool, *sent, *rest], env)
            got = mine / "got"
            return printed + (got.read_text() if got.exists() else "")

        with ThreadPoolExecutor(6) as clients:
            answers = dict(zip(CLIENTS, clients.map(call, CLIENTS), strict=True))
        with pytest.raises(BlockingIOError):
            inside.accept()
    for client, answer in answers.items():
        assert SECRET not in answer, client
        assert "uid=" not in answer, client
        assert "Allocated port" not in answer, client
    assert world.state() == before


class Inside:
    """A person in the console, who tries one way after the other."""

    def __init__(self, world: World, terminal: Terminal) -> None:
        self.world, self.terminal = world, terminal
        self.tried = 0

    def until(self, pattern: str) -> None:
        self.terminal.wait_until(lambda text: bool(re.search(pattern, text)))

    def type_line(self, text: str) -> None:
        """Replace the text of a prompt."""
        self.terminal.press("ctrl+u")
        self.terminal.type(text)

    def to_customers(self) -> None:
        self.terminal.press("escape")
        self.terminal.press("g", "c")
        self.until(rf"{CUSTOMERS}\s*\n")

    def try_paths(self, paths: tuple[str, ...], prompt: str) -> None:
        """Type paths into a prompt that stays open as long as they are refused."""
        for path in paths:
            self.until(prompt)
            self.type_line(text := self.world.said(path))
            self.until(rf"(?s)^(?!.*({REFUSED.pattern})).*{re.escape(text[-20:])}")
            self.terminal.press("enter")
            self.until(REFUSED.pattern)
            self.tried += 1


def test_nobody_in_the_console_gets_out(world: World, server: SshServer) -> None:
    before = world.state()
    hostile = {name: world.said(value) for name, value in VARIABLES.items()}
    quoted = " ".join(f'{name}="{value}"' for name, value in hostile.items())
    options = [f"-oSetEnv={quoted}"]
    with server.console(*options, columns=130, rows=16) as terminal:
        inside = Inside(world, terminal)
        terminal.wait_for("Manage all customer data", 60)
        assert "RESTRICTED" in terminal.text
        inside.tried += len(VARIABLES)
        inside.to_customers()

        for key in KEYS:
            terminal.press(key)
            inside.tried += 1
        inside.to_customers()

        for words in WORDS:
            terminal.press(":")
            inside.until(r"\n *:")
            terminal.type(world.said(words))
            terminal.press("enter")
            inside.until(r"No command|There is no theme")
            terminal.press("escape")
            inside.tried += 1
        for words in PALETTE:
            inside.to_customers()
            terminal.press("ctrl+p")
            terminal.wait_for("type to narrow")
            terminal.type(words)
            terminal.wait_for(words)
            terminal.press("enter")
            terminal.press("escape")
            inside.tried += 1

        inside.to_customers()
        terminal.press("x")
        terminal.wait_for("Columns:")
        terminal.press("enter")
        inside.try_paths(PATHS["export"], "Export to")
        inside.to_customers()

        for path in COMPLETED:
            terminal.press("I")
            inside.until("Import file")
            terminal.type(world.said(path))
            terminal.press("tab", "tab")
            terminal.wait_idle()
            terminal.press("escape")
            inside.tried += 1
        for path in PATHS["read"]:
            inside.to_customers()
            terminal.press("I")
            inside.until("Import file")
            inside.type_line(world.said(path))
            terminal.press("enter")
            inside.until("cannot be imported|There is no file")
            terminal.press("escape")
            inside.tried += 1

        inside.to_customers()
        terminal.press("g", "l")
        terminal.wait_for("invitations")
        terminal.press("enter")
        terminal.wait_for("Kind of invitation")
        terminal.press("f")
        inside.try_paths(PATHS["letter"], "Write to")
        inside.to_customers()
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0
        printed = terminal.bytes_since(0)
    assert SECRET.encode() not in printed
    assert world.state() == before
    assert inside.tried + len(CLIENTS) == count() >= 60
    assert not (world.out / "xdg").exists()
