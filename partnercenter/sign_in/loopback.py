"""The local address to which a browser on this machine comes back after the sign-in."""

from __future__ import annotations

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

POLL_SECONDS = 0.2
"""How often it is looked whether the person has cancelled."""
_LARGEST = 100_000
"""The largest answer in bytes; Entra's are some thousand long."""


class Loopback:
    """Listens on this machine only, at a free port, for one answer.

    Answers to another sign-in (`state`) are turned away, so that no page can slip its own in.
    """

    def __init__(self, state: str) -> None:
        self._server = _Server(state)

    @property
    def address(self) -> str:
        """The address to register as redirect; Entra leaves the port open for `localhost`."""
        return f"http://localhost:{self._server.server_address[1]}"

    def poll(self) -> dict[str, str] | None:
        """Wait a moment for the browser; return the fields of its answer, None before it came."""
        self._server.handle_request()
        return self._server.answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._server.server_close()


class _Server(HTTPServer):
    def __init__(self, state: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.timeout = POLL_SECONDS
        self.state = state
        self.answer: dict[str, str] | None = None

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a browser that went away: the terminal shows the console."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5

    def do_GET(self) -> None:
        """Take the answer out of the address."""
        self._take(urlsplit(self.path).query)

    def do_POST(self) -> None:
        """Take the answer out of a form, which leaves no code in the browser's history."""
        length = self.headers.get("Content-Length", "")
        size = min(int(length) if length.isdecimal() else 0, _LARGEST)
        self._take(self.rfile.read(size).decode("ascii", "replace"))

    def log_message(self, *_: object) -> None:
        """Log nothing: the line would hold the code."""

    def _take(self, query: str) -> None:
        try:
            found = {name: values[-1] for name, values in parse_qs(query).items()}
        except ValueError:
            found = {}
        fits = found.get("state") == self.server.state and {"code", "error"} & found.keys()
        if fits:
            self.server.answer = found
        text = _("You can close this page and go back to the console.")
        if not fits:
            text = _("This page waits for Microsoft's sign-in.")
        page = text.encode()
        self.send_response(HTTPStatus.OK if fits else HTTPStatus.BAD_REQUEST)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(page)
