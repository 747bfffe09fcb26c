"""The rehearsal as an ASGI application: requests in, answers out, and broken connections."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect
from starlette.requests import Request as Incoming
from starlette.responses import Response

from partnerdesk.rehearsal.operation import Host
from partnerdesk.rehearsal.request import Ending, Outcome, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive, Scope, Send

    from partnerdesk.rehearsal.rehearsal import Rehearsal

_LOG = logging.getLogger("partnerdesk.rehearsal")
_HOSTS = {
    "api.partnercenter.microsoft.com": Host.API,
    "partner.partnercenterapi.microsoftonline.cn": Host.API,
    "api.partner.microsoft.com": Host.PARTNER_API,
    "graph.microsoft.com": Host.GRAPH,
    "graph.microsoft.us": Host.GRAPH,
    "dod-graph.microsoft.us": Host.GRAPH,
    "microsoftgraph.chinacloudapi.cn": Host.GRAPH,
    "login.microsoftonline.com": Host.AUTHORITY,
    "login.microsoftonline.us": Host.AUTHORITY,
    "login.microsoftonline.de": Host.AUTHORITY,
    "login.partner.microsoftonline.cn": Host.AUTHORITY,
    "login.chinacloudapi.cn": Host.AUTHORITY,
}
"""Microsoft's own names: whoever comes by way of a redirector asks for them, at any port."""
MICROSOFT_HOSTS = tuple(_HOSTS)


@dataclass(slots=True)
class Application:
    """Serves a rehearsal on several ports: each is one address, but for Microsoft's own names."""

    rehearsal: Rehearsal
    ports: Mapping[int, Host]
    transports: dict[Any, asyncio.Transport] = field(default_factory=dict)
    """The open connections by the address of their client, so that one can be cut."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        incoming = Incoming(scope, receive)
        try:
            content = await incoming.body()
        except ClientDisconnect:
            return
        try:
            outcome = self.rehearsal.handle(self._request(incoming, content))
        except Exception:
            _LOG.exception("an error of the rehearsal itself at %s", scope["path"])
            raise
        latency = self.rehearsal.world.options.latency_ms
        if latency and scope["path"][:9] != "/control/":
            await asyncio.sleep(latency / 1000)
        await self._end(outcome, scope, receive, send)

    def _request(self, incoming: Incoming, content: bytes) -> Request:
        name = incoming.headers.get("host", "").partition(":")[0].casefold()
        port = incoming.scope["server"][1]
        return Request(
            host=_HOSTS.get(name) or self.ports[port],
            method=incoming.method,
            path=incoming.url.path,
            query_text=incoming.url.query,
            headers={key.lower(): value for key, value in incoming.headers.items()},
            content=content,
            address=f"https://{incoming.headers.get('host', '')}",
        )

    async def _end(self, outcome: Outcome, scope: Scope, receive: Receive, send: Send) -> None:
        if outcome.ending is Ending.HELD:
            await self._hold(receive)
        if outcome.ending in (Ending.HELD, Ending.CUT):
            self._cut(scope)
            return
        answer = outcome.answer
        content = answer.content()
        headers = {**outcome.headers, **answer.headers}
        if content:
            headers["Content-Type"] = answer.content_type
        if outcome.ending is Ending.HALF:
            await self._half(content, answer.status, headers, scope, send)
            return
        await Response(content, answer.status, headers)(scope, receive, send)

    async def _hold(self, receive: Receive) -> None:
        """Wait until the client hangs up, or the longest time is over."""
        seconds = self.rehearsal.world.options.hold_seconds
        try:
            async with asyncio.timeout(seconds):
                while (await receive())["type"] != "http.disconnect":
                    continue
        except TimeoutError:
            return

    def _cut(self, scope: Scope) -> None:
        transport = self.transports.get(tuple(scope["client"]))
        if transport is not None:
            transport.abort()

    async def _half(
        self, content: bytes, status: int, headers: dict[str, str], scope: Scope, send: Send
    ) -> None:
        """Promise the whole body, send half of it, and cut the connection."""
        whole = content or b" "
        fields = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        fields.append((b"content-length", str(len(whole)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": fields})
        half = {"type": "http.response.body", "body": whole[: len(whole) // 2], "more_body": True}
        await send(half)
        transport = self.transports.get(tuple(scope["client"]))
        if transport is not None:
            transport.close()
