"""The limit of calls in a minute, counted by partner, or by partner and customer."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

MINUTE = 60.0


@dataclass(slots=True)
class Throttle:
    """Counts calls over the last minute; a refused call counts, too (reference/protocol.md §9)."""

    _calls: defaultdict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    most: int = 0
    """The most calls in a minute that were let through, of any counter."""

    def wait(self, counter: str, now: float, limit: int) -> int:
        """Count a call; return 0 if it may pass, else the seconds to wait."""
        calls = self._calls[counter]
        while calls and calls[0] <= now - MINUTE:
            calls.popleft()
        calls.append(now)
        if limit <= 0 or len(calls) <= limit:
            self.most = max(self.most, len(calls))
            return 0
        room = calls[len(calls) - limit]  # once this call is a minute old, one more may pass
        return max(1, math.ceil(room + MINUTE - now))

    def forget(self) -> None:
        """Count from nothing again."""
        self._calls.clear()
        self.most = 0
