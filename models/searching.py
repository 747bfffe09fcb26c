"""Finds the rows of one query quickly, however many there are and however few of them fit.

Without a filter an index is walked. With one, three ways are tried, the cheapest first:

1. *In blocks*: the next rows of the whole list, in order, each looked at. Where many rows fit, the
   first of them are among those.
2. *Few*: all rows that fit, from the index of words or of a field, if they are at most `FEW`; then
   the whole answer is known.
3. *Many, but not here*: the list's order is walked in its index, and each row is looked up in what
   the index of words finds, before it is read.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from models.filters import NO_FILTER
from models.sources import Opening
from models.word_index import lead

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.connection import Connection
    from models.lists import Row, RowKey
    from models.queries import Query, Spot
    from models.sources import Wish
    from models.word_index import Lead

FEW = 6_000
"""Rows that fit a filter which are held, sorted, as its whole answer."""
BLOCKS = (250, 1_250)
"""Rows of the whole list that are looked at in order before another way is tried."""
LAST_BLOCK = 4_000
"""As many more, where no index knows the words."""
WORTH_LOOKING_UP = 40_000
"""Rows that an index of words finds which are counted one by one, rather than all looked at."""
FAR = 20_000
"""Rows of several accounts that are merged rather than passed over one account at a time."""


class Search:
    """The rows of one query. Not for two threads at a time, but for `count`."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self._few: list[Spot] | None = None
        """All spots in order, where they are few and known."""
        self._lead: Lead | None = None
        """Where an index of words says to look, once that was asked for."""
        self._walk: Query | None = None
        """The query to walk the order with, once its rows are known not to be few."""
        self._to_count: Query | None = None
        """The query to count with, where that need not look at all rows."""
        self._sizes: list[int] = []
        """How many rows each account has, once that was asked for."""

    @cached_property
    def _is_long(self) -> bool:
        """Whether it is worth while to try several ways."""
        return self.query.spec.word_index is not None and bool(self.query.filter.alternatives)

    # What is asked

    @property
    def is_known(self) -> bool:
        """Whether the whole answer is known, so that counting it takes no time."""
        return self._few is not None

    @property
    def looks_at_all(self) -> bool:
        """Whether counting looks at every row of the book, and better in parts."""
        text = self._is_long and self.query.filter.looks_at_text(self.query.spec)
        return text and self._to_count is None

    def count(self, connection: Connection) -> int:
        """Return how many rows there are."""
        few = self._few
        if few is not None:
            return len(few)
        return (self._to_count or self.query).count(connection)

    def opening(self, connection: Connection, wish: Wish) -> Opening:
        """Return the rows around the wished one, with their places as far as they are known."""
        spot = self.query.spot_of(connection, wish.key) if wish.key > 0 else None
        if wish.text:
            spot = self.query.first_spot_at(wish.text)
        if spot is None and wish.near is not None and wish.near.sorted_by is not None:
            spot = wish.near.spot
        look = partial(self._rows, connection, enough=wish.enough)
        if spot is None:
            rows, ended = look(None, wish.before + wish.after)
            return Opening(rows, 0, 0, len(rows) if ended else None)
        before, at_top = look(spot, wish.before, backward=True)
        after, at_end = look(spot, wish.after, including=True)
        if not after:  # nothing behind the place of a row that is gone: the last one, then
            before, at_top = look(spot, wish.before + wish.after, backward=True)
        rows = before + after
        cursor = min(len(before), max(len(rows) - 1, 0))
        return Opening(
            rows, cursor, 0 if at_top else None, len(rows) if at_top and at_end else None
        )

    def place_of_row(self, connection: Connection, row: Row) -> int:
        """Return the place of a row that was read here."""
        return self._place(connection, row.spot)

    def position_of(self, connection: Connection, key: RowKey) -> int | None:
        """Return the place of the row with `key`, or None where it is not in the list."""
        spot = self.query.spot_of(connection, key)
        return None if spot is None else self._place(connection, spot)

    def window(
        self,
        connection: Connection, start: int, length: int, total: int, held: Sequence[tuple[int, Row]]
    ) -> list[Row]:  # fmt: skip
        """Return at most `length` rows from place `start` on, walked to from the nearest side."""
        few = self._few
        if few is not None:
            return self.query.rows_at(connection, few[start : start + length])
        end = min(start + length, total)
        near = list(held)
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
        spot = near[index][1].spot if index >= 0 else None
        return self.query.rows_from(
            connection, spot, length=end - start if backward else length,
            offset=offset, backward=backward,
        )  # fmt: skip

    def _is_far(self, start: int, end: int, total: int, near: Sequence[tuple[int, Row]]) -> bool:
        """Say whether several accounts' rows would have to be merged over a long way."""
        ways = [start, total - end, *(abs(place - start) for place, _row in near)]
        return len(self.query.accounts) > 1 and not self._is_long and min(ways) > FAR

    def _landmark(self, connection: Connection, start: int) -> tuple[int, Row] | None:
        """Return a row not far from place `start`, with its place.

        It is one of the largest account, as far down in that as `start` is in the whole list: the
        rows of one account are passed over in its index, those of several are merged.
        """
        accounts = [replace(self.query, accounts=(one,)) for one in self.query.accounts]
        if not self._sizes:
            self._sizes = [account.count(connection) for account in accounts]
        size, largest = max(zip(self._sizes, accounts, strict=True), key=lambda pair: pair[0])
        share = min(start * size // max(sum(self._sizes), 1), size - 1)
        rows = Search(largest).window(connection, share, 1, size, ())
        if not rows:
            return None
        places = [one.place_of_spot(connection, rows[0].spot) for one in accounts if one != largest]
        return share + sum(places), rows[0]

    # How it is found

    def _place(self, connection: Connection, spot: Spot) -> int:
        if self._few is not None:
            behind = (one >= spot for one in self._few)
            if self.query.sort.descending:
                behind = (one <= spot for one in self._few)
            return next((place for place, is_ in enumerate(behind) if is_), len(self._few))
        return self.query.place_of_spot(connection, spot)

    def _rows(
        self, connection: Connection, spot: Spot | None, length: int, *,
        backward: bool = False, including: bool = False, enough: int = 0,
    ) -> tuple[list[Row], bool]:  # fmt: skip
        """Return at most `length` rows from a spot on, and whether the list ends with them."""
        if not self._is_long:
            rows = self.query.rows_from(
                connection, spot, length=length, backward=backward, including=including
            )
            return rows, len(rows) < length
        spots, ended = self._spots(
            connection, spot, length, min(enough or length, length),
            backward=backward, including=including,
        )  # fmt: skip
        return self.query.rows_at(connection, spots[::-1] if backward else spots), ended

    def _spots(
        self, connection: Connection, spot: Spot | None, length: int, enough: int, *,
        backward: bool, including: bool,
    ) -> tuple[list[Spot], bool]:  # fmt: skip
        """Return spots, those nearest to `spot` first, and whether the list ends with them."""
        found: list[Spot] = []
        last = spot
        if self._few is None:
            if including and spot is not None:
                found += self._fits(connection, [spot])
            if self._walk is None:
                last, ended = self._in_blocks(
                    connection, BLOCKS, found, spot, enough, backward=backward
                )
                if not ended and len(found) < enough and not self._is_indexed(connection):
                    last, ended = self._in_blocks(
                        connection, (LAST_BLOCK,), found, last, enough, backward=backward
                    )
                if ended or len(found) >= enough:
                    return found[:length], ended and len(found) <= length
                self._look_for_few(connection)
        if self._few is not None:
            found = self._of_few(self._few, spot, backward=backward, including=including)
            return found[:length], len(found) <= length
        walk = self._walk or self.query
        further = max(enough - len(found), 0)
        found += walk.spots_from(connection, last, length=further, backward=backward)
        return found[:length], len(found) < enough

    def _in_blocks(
        self, connection: Connection, sizes: Sequence[int], found: list[Spot],
        spot: Spot | None, enough: int, *, backward: bool,
    ) -> tuple[Spot | None, bool]:  # fmt: skip
        """Add to `found`; return the last spot that was looked at, and whether it was the end."""
        everything = replace(self.query, filter=NO_FILTER)
        for size in sizes:
            block = everything.spots_from(connection, spot, length=size, backward=backward)
            found += self._fits(connection, block)
            if len(block) < size:
                return spot, True
            spot = block[-1]
            if len(found) >= enough:
                break
        return spot, False

    def _fits(self, connection: Connection, spots: list[Spot]) -> list[Spot]:
        """Return those of some spots of the list that the filter lets through."""
        keys = tuple(key for _value, key in spots)
        fitting = set(replace(self.query, keys=keys).all_keys(connection)) if keys else set()
        return [spot for spot in spots if spot[1] in fitting]

    def _is_indexed(self, connection: Connection) -> bool:
        """Say whether an index leads to the rows: that of words, or those of fields."""
        self._lead = lead(self.query.filter, self.query.spec, connection)
        return self._lead is not None or not self.looks_at_all

    def _look_for_few(self, connection: Connection) -> None:
        """Find all rows that fit, where they are few; else be ready to find them in order."""
        where = self._lead
        seek = self.query if where is None else replace(self.query, lead=where.sought())
        may_be_few = True
        if where is not None and where.is_quick:
            found = where.count(connection, WORTH_LOOKING_UP)
            may_be_few = found <= FEW or len(self.query.filter.terms()) > 1
            self._walk = replace(self.query, lead=where.looked_up(), in_order=True)
            self._to_count = seek if found <= WORTH_LOOKING_UP else None
        else:
            self._walk = replace(self.query, in_order=True, accounts=self._with_rows(connection))
        if may_be_few:
            spots = seek.some_spots(connection, FEW + 1)
            if len(spots) <= FEW:
                self._few = sorted(spots, reverse=self.query.sort.descending)

    def _with_rows(self, connection: Connection) -> tuple[int, ...]:
        """Return the accounts that have rows which fit, where an index of fields knows that.

        Of one that has none, the whole order would be walked for its first one.
        """
        accounts = self.query.accounts
        if self.query.filter.looks_at_text(self.query.spec):
            return accounts
        of = {account: replace(self.query, accounts=(account,)) for account in accounts}
        return tuple(account for account in accounts if of[account].some_spots(connection, 1))

    def _of_few(
        self, few: list[Spot], spot: Spot | None, *, backward: bool, including: bool
    ) -> list[Spot]:
        nearest = few[::-1] if backward else few
        if spot is None:
            return nearest
        upward = self.query.sort.descending == backward
        return [
            one for one in nearest
            if (one > spot if upward else one < spot) or (including and one == spot)
        ]  # fmt: skip
