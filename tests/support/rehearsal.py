"""A real rehearsal of Partner Center for tests: its own process, over TLS on this machine."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class RehearsalInfo:
    """What `partnerdesk rehearsal serve` says of itself, and its control address."""

    api: str
    authority: str
    graph: str
    partner_api: str
    ca_file: str
    tenant: str
    client_id: str
    client_secret: str
    refresh_token: str
    approve: str
    control: str
    tenants: dict[str, str]
    """The first partner of each cloud."""
    refresh_tokens: dict[str, str]
    _clients: list[httpx.Client] = field(default_factory=list, repr=False)

    @property
    def http(self) -> httpx.Client:
        """A client that trusts the rehearsal; closed with it."""
        if not self._clients:
            context = ssl.create_default_context(cafile=self.ca_file)
            self._clients.append(httpx.Client(verify=context, timeout=60, trust_env=False))
        return self._clients[0]

    def ask(self, name: str, /, **about: Any) -> Any:
        """POST control/NAME; return its JSON."""
        answer = self.http.post(f"{self.control}/{name}", json=about)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def log(self, operation: str = "", after: int = 0) -> list[dict[str, Any]]:
        """Return the calls that arrived, oldest first."""
        query: dict[str, str | int] = {"operation": operation, "after": after}
        calls: list[dict[str, Any]] = self.http.get(f"{self.control}/log", params=query).json()[
            "calls"
        ]
        return calls

    def faults(self, *texts: str) -> None:
        """Switch on these faults and no others."""
        self.ask("faults", faults=list(texts))

    def later(self, seconds: float) -> None:
        """Move the rehearsal's clock on."""
        self.ask("clock", seconds=seconds)

    def token(self, tenant: str = "", **about: Any) -> str:
        """Return an access token for the API without a sign-in."""
        value: str = self.ask("token", tenant=tenant or self.tenant, **about)["access_token"]
        return value

    def partner(self, **about: Any) -> dict[str, str]:
        """Add a partner for one test alone: `cloud`, `kind`, `customers`; how to sign in."""
        partner: dict[str, str] = self.ask("tenants", **about)
        return partner

    def approve_code(self, user_code: str, **how: str) -> bool:
        """Do what the person at the sign-in page would."""
        answer = self.http.post(self.approve, data={"user_code": user_code, **how})
        return bool(answer.json()["approved"])

    def settings(self) -> str:
        """Return the settings that point a console at the rehearsal, as TOML."""
        clouds = "".join(
            f'[clouds.{cloud}]\nauthority = "{self.authority}"\napi = "{self.api}"\n'
            f'graph = "{self.graph}"\npartner_api = "{self.partner_api}"\n'
            for cloud in ("global", "us-gov", "germany")
        )
        return f'{clouds}[tls]\nca_file = "{self.ca_file}"\n'


@contextmanager
def rehearsal(
    customers: int = 20,
    seed: str | int = 1,
    faults: Sequence[str] = (),
    *,
    port: int = 0,
    folder: Path | None = None,
    **options: Any,
) -> Iterator[RehearsalInfo]:
    """Serve a rehearsal within the block; `options` are those of its `--set`.

    `port` and `folder` let it come back later where it was, with what it knew.
    """
    command = [sys.executable, "-m", "partnerdesk", "rehearsal", "serve", "--until-eof"]
    command += ["--customers", str(customers), "--seed", str(seed), "--port", str(port)]
    command += ["--state", str(folder)] if folder else []
    for fault in faults:
        command += ["--fault", fault]
    for name, value in options.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        command += ["--set", f"{name}={text}"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise AssertionError(f"the rehearsal did not start: {process.wait()}")
        info = RehearsalInfo(**json.loads(line))
        try:
            yield info
        finally:
            for client in info._clients:
                client.close()
            process.stdin.close()
            process.wait(timeout=30)


class Network:
    """A rehearsal that can be cut off, and comes back as it was."""

    def __init__(self, folder: Path, **about: Any) -> None:
        """Serve it; `folder` keeps its state, `about` is that of `rehearsal`."""
        self.folder = folder
        self._about = {**about, "folder": folder, "port": _six_ports()}
        self._serving = ExitStack()
        self.info: RehearsalInfo
        self.come_back()

    def cut(self) -> None:
        """End the rehearsal: from now on its ports refuse every connection."""
        self._serving.close()

    def come_back(self) -> None:
        """Serve it again at the same addresses."""
        self.info = self._serving.enter_context(rehearsal(**self._about))


def _six_ports() -> int:
    """Return the first of six ports in a row that are free now."""
    for first in range(20_000 + os.getpid() % 1000 * 6, 32_000, 6):
        with ExitStack() as bound, suppress(OSError):
            for port in range(first, first + 6):
                bound.enter_context(socket.create_server(("127.0.0.1", port)))
            return first
    raise AssertionError("no six free ports in a row")
