"""A request as it came over the wire, and how it ends there."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.rehearsal.operation import Host
    from partnerdesk.rehearsal.wire import Answer


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked."""

    host: Host
    method: str
    path: str
    query_text: str
    headers: Mapping[str, str]
    """By their name in small letters."""
    content: bytes
    address: str
    """Scheme, host and port as the client named them."""

    @property
    def query(self) -> dict[str, str]:
        """Return the query; of a repeated name the last value."""
        return dict(parse_qsl(self.query_text, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """Return the fields of a form that was sent."""
        text = self.content.decode("utf-8", errors="replace")
        return dict(parse_qsl(text, keep_blank_values=True))


class Ending(StrEnum):
    """How a request ends on the wire."""

    SENT = "sent"
    CUT = "cut"
    """The connection is cut without an answer."""
    HALF = "half"
    """Half of the body arrives, then the connection is closed."""
    HELD = "held"
    """Nothing comes until the client hangs up."""


@dataclass(slots=True)
class Outcome:
    """What the client gets."""

    answer: Answer
    ending: Ending = Ending.SENT
    headers: dict[str, str] = field(default_factory=dict)
