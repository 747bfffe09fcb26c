"""Deep paging: reads rows far down a long list by skipping from the nearest known row.

The *place* of a row is its number in the list, from 0.
"""

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
"""Skipping more rows than this over several accounts starts from a landmark instead."""
NEAR = 2_000
"""Skipping at most this many rows is quick; a row behind a longer skip becomes a milestone."""
MILESTONES = 64
"""How many milestones are remembered; windows near them are read quickly."""


class Places:
    """Reads windows of one query's rows by place, in one state of the book. For one thread."""

    def __init__(self, query: Query, *, unfiltered: bool = True) -> None:
        """Begin without any known row.

        Args:
            query: the rows and their order.
            unfiltered: whether the rows of an account can be skipped in the index alone.
        """
        self._query = query
        self._unfiltered = unfiltered
        self._sizes: list[int] = []
        """The number of rows of each account; empty before the count."""
        self._milestones: deque[tuple[int, Row]] = deque(maxlen=MILESTONES)
        """Rows that were read after a long skip, with their places."""

    def window(
        self,
        connection: Connection, start: int, length: int, total: int, held: Sequence[tuple[int, Row]]
    ) -> list[Row]:  # fmt: skip
        """Return at most `length` rows from place `start` on, skipping from the nearest known row.

        Args:
            connection: where to read.
            start: the place of the first row.
            length: how many rows at most.
            total: how many rows the list has; 0 if unknown.
            held: known rows with their places.
        """
        end = min(start + length, total)
        known = [*held, *self._milestones]
        if self._is_far(start, end, total, known) and (row := self._landmark(connection, start)):
            known.append(row)
        ways = [(start, -1, False)]
        if total and end > start:
            ways.append((total - end, -1, True))
            for index, (place, _row) in enumerate(known):
                if place < start:
                    ways.append((start - place - 1, index, False))
                elif place >= end:
                    ways.append((place - end, index, True))
        offset, index, backward = min(ways)
        position = known[index][1].position if index >= 0 else None
        rows = self._query.rows_from(
            connection, position, length=end - start if backward else length,
            offset=offset, backward=backward,
        )  # fmt: skip
        if rows and offset > NEAR:
            self._milestones.append((start, rows[0]))
        return rows

    def _is_far(self, start: int, end: int, total: int, known: Sequence[tuple[int, Row]]) -> bool:
        """Say whether many merged rows of several accounts would have to be skipped."""
        distances = [start, total - end, *(abs(place - start) for place, _row in known)]
        return len(self._query.accounts) > 1 and self._unfiltered and min(distances) > FAR

    def _landmark(self, connection: Connection, start: int) -> tuple[int, Row] | None:
        """Return a row near place `start`, with its exact place.

        The row belongs to the largest account and is as far down in that account, in proportion, as
        `start` in the whole list. Rows of one account are skipped in its index; rows of several
        accounts would have to be merged.
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
