"""A real mail server for tests (aiosmtpd in a thread), with a certificate authority of its own."""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Self

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

HOST = "127.0.0.1"
USER, PASSWORD = "anna@vega.com", "горячий шоколад"  # a password outside ASCII


@cache
def authority(name: str) -> trustme.CA:
    """Return the certificate authority of a name; the same object for the same name."""
    return trustme.CA(organization_name=name)


def authority_file(folder: Path, name: str = "ours") -> str:
    """Write the certificate of an authority; return the path, for `ca_file`."""
    file = folder / f"{name}.pem"
    authority(name).cert_pem.write_to_path(str(file))
    return str(file)


def certified(identity: str = HOST, not_after: datetime | None = None) -> ssl.SSLContext:
    """Return the TLS context of a server with a certificate for `identity`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority("ours").issue_cert(identity, not_after=not_after).configure_cert(context)
    return context


@dataclass
class Received:
    """A letter that the server received, and the state of the connection."""

    source: str
    recipients: list[str]
    content: bytes
    encrypted: bool
    signed_in: bool


@dataclass
class Behaviour:
    """The behaviour of the server; `received` contains the received letters."""

    refused: str = ""
    """The refusal of every recipient; empty to accept."""
    refused_content: str = ""
    """The refusal of every letter's content; empty to accept."""
    cut: bool = False
    """Whether the server hangs up after it has received the whole letter."""
    cut_before: bool = False
    """Whether the server hangs up at the DATA command."""
    received: list[Received] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, _server: SMTP, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Accept or refuse a recipient."""
        if self.refused:
            return self.refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any
    ) -> str:
        """Receive a letter, and accept it, refuse it, or hang up."""
        self.received.append(
            Received(
                envelope.mail_from,
                envelope.rcpt_tos,
                envelope.content,
                session.ssl is not None,
                session.authenticated,
            )
        )
        if self.cut:
            _hang_up(server)
        return self.refused_content or "250 OK"


def _hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


class _Server(SMTP):
    """Hangs up at the DATA command if the behaviour says so."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if self.event_handler.cut_before:
            _hang_up(self)
            return
        await super().smtp_DATA(arg)


def _authenticate(
    _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, login: Any
) -> AuthResult:
    right = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=login == right, handled=False)


class MailServer:
    """Serves within its block: with STARTTLS, with TLS from the start, or unencrypted."""

    def __init__(
        self,
        behaviour: Behaviour | None = None,
        *,
        starttls: ssl.SSLContext | None = None,
        tls: ssl.SSLContext | None = None,
        sign_in: bool = True,
        without: tuple[str, ...] = (),
    ) -> None:
        self.behaviour = behaviour or Behaviour()
        self._tls, self._starttls = tls, starttls
        self._sign_in, self._without = sign_in, without
        self._errors: list[dict[str, Any]] = []
        self._ready = threading.Event()
        self._stop: Callable[[], object] = lambda: None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.port = 0

    @property
    def received(self) -> list[Received]:
        """The received letters."""
        return self.behaviour.received

    def _protocol(self) -> SMTP:
        return _Server(
            self.behaviour,
            hostname="mail.test",
            tls_context=self._starttls,
            require_starttls=self._starttls is not None,
            auth_required=self._sign_in and self._tls is None,
            auth_require_tls=self._tls is None,
            auth_exclude_mechanism=self._without,
            authenticator=_authenticate,
            enable_SMTPUTF8=True,
        )

    async def _serve(self) -> None:
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        self._stop = lambda: loop.call_soon_threadsafe(stopped.set)
        loop.set_exception_handler(self._note)
        async with await loop.create_server(self._protocol, HOST, 0, ssl=self._tls) as server:
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await stopped.wait()

    def _note(self, _loop: object, context: dict[str, Any]) -> None:
        # Tests let clients hang up in the middle; that is no error of the server.
        if not isinstance(context.get("exception"), ConnectionError | ssl.SSLError):
            self._errors.append(context)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._thread.join(20)
        assert not self._errors
