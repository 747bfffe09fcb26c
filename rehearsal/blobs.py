"""Files on a host of their own, under an address that is signed and goes stale."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from partnerdesk.rehearsal import log
from partnerdesk.rehearsal.clock import http_date, written_seconds
from partnerdesk.rehearsal.request import Outcome
from partnerdesk.rehearsal.wire import Answer

if TYPE_CHECKING:
    from partnerdesk.rehearsal.request import Request
    from partnerdesk.rehearsal.world import World

TABLES = """
CREATE TABLE IF NOT EXISTS blobs (
  path TEXT PRIMARY KEY, content BLOB NOT NULL, signature TEXT NOT NULL, expires REAL NOT NULL
);
"""
_REFUSED = (
    b'<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code>'
    b"<Message>The signed address is not valid, or not any more.</Message></Error>"
)


def put(world: World, folder: str, files: dict[str, bytes], seconds: float) -> str:
    """Keep files for so many seconds; return the query that signs each of their addresses."""
    signature = hashlib.sha256(secrets.token_bytes(32)).hexdigest()
    expires = world.clock.seconds() + seconds
    for name, content in files.items():
        world.state.run(
            "INSERT OR REPLACE INTO blobs VALUES (?, ?, ?, ?)",
            f"{folder}/{name}",
            content,
            signature,
            expires,
        )
    return urlencode(
        {
            "sv": "2024-05-04",
            "sp": "rl",
            "se": written_seconds(expires)[:19] + "Z",
            "sig": signature,
        }
    )


@dataclass(frozen=True, slots=True)
class Blobs:
    """Answers the calls for files; no token is asked, the address is signed."""

    world: World

    def handle(self, request: Request) -> Outcome:
        """Answer a file, or 403 in XML; the signature is not written into the log."""
        now = self.world.clock.seconds()
        entry = log.Entry(now, str(request.host), "blob-get", request.method, request.path)
        row = self.world.state.row("SELECT * FROM blobs WHERE path = ?", request.path)
        answer = Answer(_REFUSED, HTTPStatus.FORBIDDEN, content_type="application/xml")
        given = request.query.get("sig", "").encode()
        fresh = row is not None and row["expires"] > now
        if row is not None and fresh and secrets.compare_digest(given, row["signature"].encode()):
            answer = Answer(row["content"], content_type="application/octet-stream")
        entry.status = answer.status
        log.write(self.world.state, entry)
        return Outcome(answer, headers={"Date": http_date(self.world.clock.now())})
