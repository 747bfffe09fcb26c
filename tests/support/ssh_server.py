"""A real SSH server for tests, in which a key gives one person the console and nothing else.

The server runs as the user of the tests, on a port of its own, with keys of its own. That user
has no home folder to spare: the forced command tells the program another one than the system's.
Everything that a careless administrator may leave open is open; only the key's line closes it.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

from tests.support.commands import HOUSE
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
needs_sshd = pytest.mark.skipif(
    SSHD is None or not all(map(shutil.which, ("ssh", "scp", "sftp", "ssh-keygen"))),
    reason="needs sshd",
)
ACCEPTED = (
    "LANG LC_* PARTNERDESK_* XDG_* PAGER EDITOR VISUAL BROWSER SHELL TMP* TEMP PG* SSL_* TEXTUAL* "
    "KEYRING_* SSH_ORIGINAL_COMMAND _ARGCOMPLETE* COMP_* TMUX DISPLAY HOME COLUMNS"
)
"""The variables that the server takes from a client: far more than it should."""
SECONDS = 30.0

_FORCED = """
import os, sys
from pathlib import Path
from partnerdesk.cli.shared import confinement
from partnerdesk.models.core import paths
confinement.home = lambda: {home!r}
paths.administrator_settings = lambda: Path({settings!r})
from partnerdesk.cli.main import main
sys.exit(main(["--restricted"]))
"""


class SshServer:
    """Serves within its block; `home` is the home folder of the person behind the key."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder, self.home = folder, home
        self.port = 0
        self._known = folder / "known_hosts"

    def __enter__(self) -> Self:
        self.folder.mkdir()
        for name in ("host", "person"):
            made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / name)]
            subprocess.run(made, check=True)
        forced = self.folder / "forced.py"
        settings = str(self.folder / "administrator.toml")
        forced.write_text(_FORCED.format(home=str(self.home), settings=settings))
        key = (self.folder / "person.pub").read_text()
        command = f"cd {HOUSE} && exec {sys.executable} {forced}"
        keys = self.folder / "authorized_keys"
        keys.write_text(f'restrict,pty,command="{command}" {key}')
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # the server asks for it
        self._start(keys)
        return self

    def _start(self, keys: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = taken.getsockname()[1]
        config = self.folder / "sshd_config"
        config.write_text(
            f"""Port {self.port}
ListenAddress 127.0.0.1
HostKey {self.folder / "host"}
AuthorizedKeysFile {keys}
AcceptEnv {ACCEPTED}
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
AllowAgentForwarding yes
AllowTcpForwarding yes
AllowStreamLocalForwarding yes
GatewayPorts yes
PermitTunnel yes
X11Forwarding yes
PrintMotd no
PrintLastLog no
MaxStartups 100
MaxSessions 100
Subsystem sftp internal-sftp
"""
        )
        assert SSHD is not None
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [SSHD, "-D", "-e", "-f", str(config)], stderr=log, stdin=subprocess.DEVNULL
            )
        deadline = time.monotonic() + SECONDS
        while True:
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline
            self._process.poll()

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    @property
    def host(self) -> str:
        return f"{getpass.getuser() if os.geteuid() else 'root'}@127.0.0.1"

    def options(self) -> list[str]:
        """Return the options of every client: this server, this key, nothing of the machine's."""
        return [
            "-F", "none", "-i", str(self.folder / "person"), "-o", "IdentitiesOnly=yes",
            "-o", "StrictHostKeyChecking=accept-new", "-o", f"UserKnownHostsFile={self._known}",
            "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o", f"Port={self.port}",
        ]  # fmt: skip

    def client(self, words: Sequence[str], env: dict[str, str] | None = None) -> str:
        """Run a client of SSH to its end; return all that it printed."""
        tool, *rest = words
        done = subprocess.run(
            [tool, *self.options(), *rest],
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS * 2,
            check=False,
        )
        return done.stdout.decode(errors="replace")

    def console(self, *options: str, columns: int = 160, rows: int = 40) -> Terminal:
        """Open the console by the key, in a terminal."""
        command = ["ssh", *self.options(), "-tt", *options, self.host]
        return Terminal(command, columns=columns, rows=rows)
