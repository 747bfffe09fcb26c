"""The one HTTP client before odd servers and proxies."""

from __future__ import annotations

import gzip
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING
from unittest.mock import Mock

import httpx
import pytest

from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import OfflineError
from partnerdesk.models.settings.model import TlsSettings
from partnerdesk.partnercenter.exchange import LostError, exchange
from partnerdesk.partnercenter.http import http_client
from partnerdesk.partnercenter.sign_in.wire import LARGEST_ANSWER, MsalHttp

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def answering(content: bytes, encoding: str) -> Iterator[str]:
    """Serve one answer at an address of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Encoding", encoding)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            self.do_GET()

        log_request = Mock()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_an_answer_that_is_packed_once_is_read() -> None:
    with (
        answering(gzip.compress(b"{}"), "gzip") as address,
        closing(http_client(TlsSettings(""))) as http,
    ):
        assert exchange(http, http.build_request("GET", address)).content == b"{}"


def test_an_answer_that_is_packed_twice_is_not_unpacked() -> None:
    twice = gzip.compress(gzip.compress(b"{}"))
    with answering(twice, "gzip, gzip") as address, closing(http_client(TlsSettings(""))) as http:
        with pytest.raises(LostError):
            exchange(http, http.build_request("GET", address))
        with pytest.raises(httpx.DecodingError):
            http.get(address)


@pytest.mark.parametrize("kind", ["foo", "ftp"])
def test_a_proxy_of_an_unknown_kind_is_told_without_its_password(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"{kind}://user:hunter2@proxy.example")
    with pytest.raises(OfflineError) as told:
        http_client(TlsSettings(""))
    assert "hunter2" not in f"{told.value.message} {told.value.remedy}"
    assert "proxy" in told.value.remedy


def test_an_answer_of_the_sign_in_is_read_up_to_a_limit() -> None:
    clock = Mock(return_value=now())
    small, large = (gzip.compress(b" " * size) for size in (1000, LARGEST_ANSWER + 1))
    with answering(small, "gzip") as address, closing(http_client(TlsSettings(""))) as http:
        for ask in (MsalHttp(http, clock).get, MsalHttp(http, clock).post):
            assert ask(address).text == " " * 1000
    with answering(large, "gzip") as address, closing(http_client(TlsSettings(""))) as http:
        for ask in (MsalHttp(http, clock).get, MsalHttp(http, clock).post):
            with pytest.raises(httpx.HTTPError):
                ask(address)
