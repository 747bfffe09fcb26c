"""Reads rows far down a long list: passed over from the nearest place that is known."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.lists.query import Query
    from partnerdesk.models.lists.spec import Row

FAR = 100_000
"""Rows of several accounts that are merged rather than passed over one account at a time."""
NEAR = 2_000
"""Rows that are passed over in no time worth speaking of."""
MILESTONES = 64
"""Places in a long list that are kept, so that places near them are found quickly."""


class Places:
    """The places of one query's rows, in one state of the book. For one thread."""

    def __init__(self, query: Query, *, unfiltered: bool = True) -> None:
        """Begin with no place known.

        Args:
            query: which rows.
            unfiltered: whether the rows of each account can be passed over in its index alone.
        """
        self._query = query
        self._unfiltered = unfiltered
        self._sizes: list[int] = []
        """How many rows each account has, once that was asked for."""
        self._milestones: deque[tuple[int, Row]] = deque(maxlen=MILESTONES)
        """Rows that were found far from others, with their places."""

    def window(
        self,
        connection: Connection, start: int, length: int, total: int, held: Sequence[tuple[int, Row]]
    ) -> list[Row]:  # fmt: skip
        """Return at most `length` rows from place `start` on, walked to from the nearest side.

        Args:
            connection: where to read.
            start: the first place, from 0.
            length: how many rows at most.
            total: how many rows there are; 0 where nobody knows.
            held: rows whose places are known.
        """
        end = min(start + length, total)
        near = [*held, *self._milestones]
        if self._is_far(start, end, total, near) and (row := self._landmark(connection, start)):
            near.append(row)
        ways = [(start, -1, False)]
        if total and end > start:
            ways.append((total - end, -1, True))
            for index, (place, _row) in enumerate(near):
                if place < start:
                    ways.append((start - place - 1, index, False))
                elif place >= end:
                    ways.append((place - end, index, True))
        offset, index, backward = min(ways)
        position = near[index][1].position if index >= 0 else None
        rows = self._query.rows_from(
            connection, position, length=end - start if backward else length,
            offset=offset, backward=backward,
        )  # fmt: skip
        if rows and offset > NEAR:
            self._milestones.append((start, rows[0]))
        return rows

    def _is_far(self, start: int, end: int, total: int, near: Sequence[tuple[int, Row]]) -> bool:
        """Say whether several accounts' rows would have to be merged over a long way."""
        ways = [start, total - end, *(abs(place - start) for place, _row in near)]
        return len(self._query.accounts) > 1 and self._unfiltered and min(ways) > FAR

    def _landmark(self, connection: Connection, start: int) -> tuple[int, Row] | None:
        """Return a row not far from place `start`, with its place.

        It is one of the largest account, as far down in that as `start` is in the whole list: the
        rows of one account are passed over in its index, those of several are merged.
        """
        accounts = [replace(self._query, accounts=(one,)) for one in self._query.accounts]
        if not self._sizes:
            self._sizes = [account.count(connection) for account in accounts]
        size, largest = max(zip(self._sizes, accounts, strict=True), key=lambda pair: pair[0])
        share = min(start * size // max(sum(self._sizes), 1), size - 1)
        rows = Places(largest).window(connection, share, 1, size, ())
        if not rows:
            return None
        places = [
            one.place_of_position(connection, rows[0].position)
            for one in accounts
            if one != largest
        ]
        return share + sum(places), rows[0]
