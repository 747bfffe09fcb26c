"""A proxy that joins whatever host is asked for to one address: Microsoft's names, our server.

A client that takes its proxy from the environment runs unchanged against Microsoft's own host
names, over TLS: the tunnel ends at a server whose certificate names these hosts.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_REFUSED = b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n"
_JOINED = b"HTTP/1.1 200 Connection established\r\n\r\n"


@dataclass(slots=True)
class Redirector:
    """Where the proxy listens, which hosts were asked for, and how to end it."""

    host: str
    port: int
    address: str = ""
    asked: list[str] = field(default_factory=list)
    ready: threading.Event = field(default_factory=threading.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    loop: asyncio.AbstractEventLoop | None = None
    tunnels: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self) -> None:
        """Join tunnels until it is told to end; then close all of them."""
        self.loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        self.address = "http://{}:{}".format(*server.sockets[0].getsockname()[:2])
        self.ready.set()
        await self.ended.wait()
        server.close()
        for tunnel in self.tunnels:
            tunnel.cancel()
        await asyncio.gather(*self.tunnels, return_exceptions=True)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tunnel = asyncio.get_running_loop().create_task(self._join(reader, writer))
        self.tunnels.add(tunnel)
        tunnel.add_done_callback(self.tunnels.discard)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        try:
            method, target, _ = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)
            if method != b"CONNECT":
                writer.write(_REFUSED)
                return
            self.asked.append(target.decode())
            far_reader, far_writer = await asyncio.open_connection(self.host, self.port)
            writers.append(far_writer)
            writer.write(_JOINED)
            await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))
        finally:
            for one in writers:
                one.close()
            for one in writers:
                with suppress(OSError):
                    await one.wait_closed()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what is read until it ends; then the other side is told so."""
    with suppress(OSError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
        writer.write_eof()


@contextmanager
def redirector(host: str, port: int) -> Iterator[Redirector]:
    """Run a proxy in a thread; each tunnel leads to `host` and `port`, whatever was asked for."""
    proxy = Redirector(host, port)
    thread = threading.Thread(target=asyncio.run, args=(proxy.serve(),))
    thread.start()
    proxy.ready.wait()
    try:
        yield proxy
    finally:
        if proxy.loop is not None:
            proxy.loop.call_soon_threadsafe(proxy.ended.set)
        thread.join()
