"""Serves a rehearsal over TLS on this machine, until it is told to end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import ssl
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import trustme
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from partnerdesk.rehearsal.clock import Clock
from partnerdesk.rehearsal.customers_file import read_customers
from partnerdesk.rehearsal.faults import Faults
from partnerdesk.rehearsal.http import MICROSOFT_HOSTS, Application
from partnerdesk.rehearsal.keeping import keep_line, keep_ports, kept_ports, turn
from partnerdesk.rehearsal.operation import Host
from partnerdesk.rehearsal.options import Options
from partnerdesk.rehearsal.rehearsal import is_begun, start
from partnerdesk.rehearsal.state import State
from partnerdesk.rehearsal.tenants import all_tenants
from partnerdesk.rehearsal.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from partnerdesk.rehearsal.rehearsal import Rehearsal

HERE = "127.0.0.1"
_KEEP_ALIVE_SECONDS = 75
_CHUNK = 4096


@dataclass(frozen=True, slots=True)
class Wish:
    """How a rehearsal is wanted."""

    customers: int = 100
    seed: str = "1"
    port: int = 0
    """The first of six ports in a row; 0 for free ones."""
    faults: Sequence[str] = ()
    options: Options = field(default_factory=Options)
    customers_file: Path | None = None
    """The customers that the first partner has, in place of invented ones."""
    folder: Path | None = None
    """Where it keeps its state and its certificates; a folder that is gone afterwards without."""
    until_eof: bool = False
    """Whether it ends, too, when standard input is closed: then it dies with its parent."""


def serve(wish: Wish, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT comes; `announce` gets one line of JSON once it listens.

    Where another one serves from the same folder, its line is said, and it is served once that one
    has ended.

    Raises:
        CustomersFileError: the file of customers cannot be understood.
        FaultError: a fault cannot be read.
        OSError: a port is in use, or a file cannot be read.
    """
    Faults().choose(wish.faults)  # before anything is made
    with contextlib.ExitStack() as cleaning:
        folder = wish.folder
        if folder is None:
            made = tempfile.TemporaryDirectory(prefix="partnerdesk-rehearsal-")
            folder = Path(cleaning.enter_context(made))
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not cleaning.enter_context(turn(folder, announce, until_eof=wish.until_eof)):
            return
        state = cleaning.enter_context(contextlib.closing(State(folder / "rehearsal.db")))
        bound_ports = _bound(wish.port, kept_ports(state))
        sockets = {host: cleaning.enter_context(bound) for host, bound in bound_ports}
        ports = {bound.getsockname()[1]: host for host, bound in sockets.items()}
        addresses = {str(host): f"https://{HERE}:{port}" for port, host in ports.items()}
        keep_ports(state, list(ports))
        seed = state.fact("seed") or wish.seed  # a folder that was kept has its own
        state.note("seed", seed)
        world = World(state, Clock(), seed, wish.options, addresses)
        if wish.customers_file is not None and not is_begun(state):
            world.given = read_customers(wish.customers_file)
        rehearsal = start(world, wish.customers)
        rehearsal.control.faults.choose(wish.faults)
        context = _certified(folder)
        line = json.dumps(announcement(rehearsal, folder / "ca.pem"))
        application = Application(rehearsal, ports)

        def listening() -> None:
            keep_line(folder, line)
            announce(line)

        server = _server(application, context, listening)
        told = _until_told(server, list(sockets.values()), until_eof=wish.until_eof)
        asyncio.run(told)


def announcement(rehearsal: Rehearsal, ca_file: Path) -> dict[str, Any]:
    """Return what a client needs to know."""
    addresses = rehearsal.world.addresses
    tenants: dict[str, str] = {}
    refresh_tokens: dict[str, str] = {}
    for tenant in all_tenants(rehearsal.world.state):
        if tenant.cloud not in tenants:
            tenants[tenant.cloud] = tenant.id
            refresh_tokens[tenant.cloud] = rehearsal.refresh_token(tenant)
    return {
        "api": addresses["api"],
        "authority": addresses["authority"],
        "graph": addresses["graph"],
        "partner_api": addresses["partner_api"],
        "ca_file": str(ca_file),
        "tenant": tenants["global"],
        "client_id": rehearsal.app.client_id,
        "client_secret": rehearsal.app.client_secret,
        "refresh_token": refresh_tokens["global"],
        "approve": addresses["authority"] + "/approve",
        "control": addresses["control"] + "/control",
        "tenants": tenants,
        "refresh_tokens": refresh_tokens,
    }


def _bound(first: int, kept: Sequence[int]) -> Iterator[tuple[Host, socket.socket]]:
    """Return a socket for each host: on ports from `first`, else on the kept ones, else on any."""
    for number, host in enumerate(Host):
        if first:
            yield host, _socket(first + number)
            continue
        try:
            bound = _socket(kept[number] if number < len(kept) else 0)
        except OSError:  # somebody else has the port by now
            bound = _socket(0)
        yield host, bound


def _socket(port: int) -> socket.socket:
    # asyncio turns the delay of small answers off (TCP_NODELAY) only where the protocol is named.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HERE, port))
    except OSError:
        bound.close()
        raise
    return bound


def _certified(folder: Path) -> ssl.SSLContext:
    """Return the TLS context; the authority and the certificate are kept in the folder."""
    authority, chain = folder / "ca.pem", folder / "server.pem"
    if not chain.exists():
        ca = trustme.CA(organization_name="partnerdesk rehearsal")
        certificate = ca.issue_cert(HERE, "localhost", *MICROSOFT_HOSTS)
        chain.touch(mode=0o600)
        certificate.private_key_and_cert_chain_pem.write_to_path(str(chain))
        ca.cert_pem.write_to_path(str(authority))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context


def _server(
    application: Application, context: ssl.SSLContext, started: Callable[[], None]
) -> uvicorn.Server:
    transports = application.transports

    class Protocol(H11Protocol):
        """Notes its connection, so that a fault can cut it."""

        def connection_made(self, transport: Any) -> None:
            transports[tuple(transport.get_extra_info("peername"))] = transport
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            if self.client is not None:
                transports.pop(tuple(self.client), None)
            super().connection_lost(exc)

    class Server(uvicorn.Server):
        """Says when it listens, and leaves the signals to us."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started()

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)  # cut connections are wanted
    config = uvicorn.Config(
        application,
        http=Protocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=1,
        ssl_context_factory=lambda _config, _default: context,
    )
    return Server(config)


async def _until_told(
    server: uvicorn.Server, sockets: list[socket.socket], *, until_eof: bool
) -> None:
    loop = asyncio.get_running_loop()

    def end() -> None:
        server.should_exit = True

    def read() -> None:
        if not os.read(sys.stdin.fileno(), _CHUNK):
            loop.remove_reader(sys.stdin.fileno())
            end()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    if until_eof:
        loop.add_reader(sys.stdin.fileno(), read)
    await server.serve(sockets=sockets)
