"""Finds the rows of one query quickly, however long the list is and however few rows match.

Without a filter, the sort index is scanned. With a filter, several ways are tried, the cheapest
first:

1. *A block*: the next rows of the whole list are scanned in order. If many rows match, the first
   matching rows are among them.
2. *Few*: all matching rows are read from the trigram index or the index of a field, if they are at
   most `FEW`; then the whole result is known.
3. *Many, but not here*: the sort index is scanned, and only rows that the trigram index finds are
   read. If matching rows do not come soon, it is quicker to sort all rows of the trigram index,
   half of them in each of two threads, unless they are more than `WORTH_LOOKING_UP`.

While a person types on, no row of the result comes before the first row of the previous filter.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from partnerdesk.models.database.sql import Sql
from partnerdesk.models.lists.deep_paging import Places
from partnerdesk.models.lists.row_source import Opening
from partnerdesk.models.lists.trigrams import index_hint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.database.reader import Reader
    from partnerdesk.models.lists.query import Position, Query
    from partnerdesk.models.lists.row_source import RowsRequest
    from partnerdesk.models.lists.spec import Row, RowKey
    from partnerdesk.models.lists.trigrams import IndexHint

FEW = 6_000
"""Maximum matching rows whose positions are read and sorted as the whole result."""
FIRST_BLOCK = 250
"""Rows of the whole list that are scanned in order before another way is tried."""
LARGE_BLOCK = 5_000
"""The same if no index finds the matching rows and they are not few."""
NOT_FAR = 50_000
"""Maximum entries of the sort index that are scanned before matching rows are sorted instead."""
UNEVENLY = 6
"""Factor on the scan length that would suffice if matching rows were spread evenly."""
WORTH_LOOKING_UP = 40_000
"""Maximum rows of the trigram index that are counted and sorted, instead of scanned in order."""

ANYWHERE = Sql("1 = 1")
"""A hint that every row fulfils: the database alone chooses the way."""


class Search:
    """The rows of one query. For one thread at a time; `count` may run beside another call."""

    def __init__(
        self, query: Query, helper: Reader | None = None, wider: Search | None = None
    ) -> None:
        """Begin a search.

        Args:
            query: the rows to find.
            helper: a second reader, for work in parallel.
            wider: the previous search over the same state of the book; if this filter is narrower,
                no row comes before the first row of that search.
        """
        self.query = query
        self._helper = helper
        self._all_positions: list[Position] | None = None
        """All positions in order; None before they were read, or if there are more than `FEW`."""
        self._hint: IndexHint | None = None
        """The hint of the trigram index; None before `_choose_way`, or if there is none."""
        self._ordered_query: Query | None = None
        """The query that scans the sort index, for a filter without a hint; built on first use."""
        self._hits = 0
        """How many rows the hint finds; 0 before the count."""
        self._has_chosen = False
        self._hinted_query: Query | None = None
        """The query restricted by the hint; None if more than `WORTH_LOOKING_UP` rows match it."""
        self.top: Position | None = None
        """A position that no row of the result comes before; None if unknown."""
        self._places = Places(query, unfiltered=not self._is_long)
        if wider is not None and self._narrows(wider.query):
            self.top = wider.top

    def _narrows(self, other: Query) -> bool:
        query = self.query
        same = replace(other, filter=query.filter, at=query.at)
        return query == same and query.filter.narrows(other.filter)

    @cached_property
    def _is_long(self) -> bool:
        """Whether several ways are worth trying: a filter over a list that may be long."""
        return self.query.spec.word_index is not None and bool(self.query.filter.alternatives)

    # Answers

    @property
    def is_known(self) -> bool:
        """Whether all positions are known, so that counting takes no time."""
        return self._all_positions is not None

    @property
    def scans_all(self) -> bool:
        """Whether counting scans every row, which is quicker in parallel parts."""
        scans = self._is_long and self.query.filter.needs_scan(self.query.spec)
        return scans and self._hinted_query is None

    def count(self, connection: Connection) -> int:
        """Return how many rows there are."""
        known = self._all_positions
        if known is not None:
            return len(known)
        return (self._hinted_query or self.query).count(connection)

    def opening(self, connection: Connection, request: RowsRequest) -> Opening:
        """Return the rows around the requested row, with their places as far as they are known."""
        position = self.query.position_of(connection, request.key) if request.key > 0 else None
        if request.text:
            position = self.query.first_position_at(request.text)
        if position is None and request.near is not None and request.near.sorted_by is not None:
            position = request.near.position
        opening = self._opened(connection, request, position)
        if opening.start == 0 and opening.rows:
            self.top = opening.rows[0].position
        return opening

    def _opened(
        self, connection: Connection, request: RowsRequest, position: Position | None
    ) -> Opening:
        read = partial(self._rows, connection, enough=request.enough)
        if position is None:
            rows, ended = read(None, request.before + request.after)
            return Opening(rows, 0, 0, len(rows) if ended else None)
        before, at_top = read(position, request.before, backward=True)
        after, at_end = read(position, request.after, including=True)
        if not after:  # the requested row is gone, and none follows: show the last rows
            before, at_top = read(position, request.before + request.after, backward=True)
        rows = before + after
        cursor = min(len(before), max(len(rows) - 1, 0))
        return Opening(
            rows, cursor, 0 if at_top else None, len(rows) if at_top and at_end else None
        )

    def place_of_row(self, connection: Connection, row: Row) -> int:
        """Return the place of a row that this search returned."""
        return self._place(connection, row.position)

    def place_of_key(self, connection: Connection, key: RowKey) -> int | None:
        """Return the place of the row with `key`; None if the row is not in the list."""
        position = self.query.position_of(connection, key)
        return None if position is None else self._place(connection, position)

    def window(
        self,
        connection: Connection, start: int, length: int, total: int, held: Sequence[tuple[int, Row]]
    ) -> list[Row]:  # fmt: skip
        """Return at most `length` rows from place `start` on, found from the nearest known row."""
        known = self._all_positions
        if known is not None:
            return self.query.rows_at(connection, known[start : start + length])
        return self._places.window(connection, start, length, total, held)

    # Ways

    def _place(self, connection: Connection, position: Position) -> int:
        known = self._all_positions
        if known is not None:
            reached = (one >= position for one in known)
            if self.query.sort.descending:
                reached = (one <= position for one in known)
            return next((place for place, is_ in enumerate(reached) if is_), len(known))
        return self.query.place_of_position(connection, position)

    def _rows(
        self, connection: Connection, position: Position | None, length: int, *,
        backward: bool = False, including: bool = False, enough: int = 0,
    ) -> tuple[list[Row], bool]:  # fmt: skip
        """Return at most `length` rows from a position on, and whether the list ends with them."""
        if not self._is_long:
            rows = self.query.rows_from(
                connection, position, length=length, backward=backward, including=including
            )
            return rows, len(rows) < length
        positions, ended = self._positions(
            connection, position, length, min(enough or length, length),
            backward=backward, including=including,
        )  # fmt: skip
        return self.query.rows_at(connection, positions[::-1] if backward else positions), ended

    def _positions(
        self, connection: Connection, position: Position | None, length: int, enough: int, *,
        backward: bool, including: bool,
    ) -> tuple[list[Position], bool]:  # fmt: skip
        """Return positions, the nearest to `position` first, and whether the list ends there."""
        if including and position is not None:
            position = self._just_before(position)
        if self.top is not None and not self._is_beyond(position, self.top):
            if backward and position is not None:
                return [], True
            position = self._just_before(self.top)
        if self._all_positions is None:
            block, ended = self.query.scan(
                connection, position, scanned=FIRST_BLOCK, backward=backward
            )
            if ended or len(block) >= enough:
                return block[:length], ended and len(block) <= length
            if not self._has_chosen:
                self._choose_way(connection)
        if self._all_positions is not None:
            found = self._from_known(self._all_positions, position, backward=backward)
            return found[:length], len(found) <= length
        found = self._scan(connection, position, enough, backward=backward)
        return found, len(found) < enough

    def _choose_way(self, connection: Connection) -> None:
        """Choose the way to find the matching rows; read all their positions if they are few."""
        self._has_chosen = True
        query, hint = self.query, index_hint(self.query.filter, self.query.spec, connection)
        self._hint = hint
        if hint is None:
            if self.scans_all or query.count_to(connection, FEW + 1) <= FEW:
                self._read_few(connection, query)
            return
        hinted = replace(query, hint=hint.holds(query.spec.key))
        if not hint.is_quick:
            self._read_few(connection, hinted)
            return
        self._hits = hint.count(connection, WORTH_LOOKING_UP)
        if self._hits <= WORTH_LOOKING_UP:
            self._hinted_query = hinted
        if self._hits <= FEW:
            self._read_few(connection, hinted)

    def _read_few(self, connection: Connection, query: Query) -> None:
        positions = query.some_positions(connection, FEW + 1)
        if len(positions) <= FEW:
            self._all_positions = sorted(positions, reverse=self.query.sort.descending)

    def _scan(
        self, connection: Connection, position: Position | None, length: int, *, backward: bool
    ) -> list[Position]:
        if self._hint is None:
            return self._scan_without_hint(connection, position, length, backward=backward)
        scan = partial(
            self.query.scan_hint, connection, position, self._hint, length=length, backward=backward
        )
        if self._hinted_query is None:
            return scan()
        first, last = self.query.ends(connection)
        even_scan = length * (last - first + 1) // max(self._hits, 1)
        found = scan(scanned=min(max(UNEVENLY * even_scan, LARGE_BLOCK), NOT_FAR))
        if len(found) == length:
            return found
        halves = self._hint.parts(first, (first + last) // 2, last + 1)
        sort = [
            partial(
                replace(self._hinted_query, hint=half.holds(self.query.spec.key)).positions_from,
                position=position,
                length=length,
                backward=backward,
            )
            for half in halves
        ]
        if self._helper is None:
            found = [position for part in sort for position in part(connection)]
        else:
            with self._helper.beside(sort[0]) as answer:
                found = sort[1](connection) + answer.result()
        return sorted(found, reverse=self.query.sort.descending != backward)[:length]

    def _scan_without_hint(
        self, connection: Connection, position: Position | None, length: int, *, backward: bool
    ) -> list[Position]:
        if self.scans_all or not connection.merges:
            block, ended = self.query.scan(
                connection, position, scanned=LARGE_BLOCK, backward=backward
            )
            if ended or len(block) >= length:
                return block[:length]
        if not connection.merges:  # the planner of PostgreSQL finds and sorts the rows
            whole = replace(self.query, hint=ANYWHERE)
            return whole.positions_from(connection, position, length=length, backward=backward)
        if self._ordered_query is None:
            # In an account without matching rows, the whole sort index would be scanned in vain.
            parts = {one: replace(self.query, accounts=(one,)) for one in self.query.accounts}
            accounts = tuple(
                one
                for one, query in parts.items()
                if self.scans_all or query.count_to(connection, 1)
            )
            self._ordered_query = replace(self.query, in_order=True, accounts=accounts)
        query = self._ordered_query
        return query.positions_from(connection, position, length=length, backward=backward)

    def _just_before(self, position: Position) -> Position:
        return (position[0], position[1] + 1 if self.query.sort.descending else position[1] - 1)

    def _is_beyond(self, position: Position | None, other: Position) -> bool:
        if position is None:
            return False
        return position < other if self.query.sort.descending else position > other

    def _from_known(
        self, known: list[Position], position: Position | None, *, backward: bool
    ) -> list[Position]:
        nearest = known[::-1] if backward else known
        if position is None:
            return nearest
        upward = self.query.sort.descending == backward
        return [one for one in nearest if (one > position if upward else one < position)]
