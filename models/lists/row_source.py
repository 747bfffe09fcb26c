"""Row sources, which tables on the screen ask for their rows, and a source of rows in memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from partnerdesk.models.lists.spec import Row, RowKey


@dataclass(frozen=True, slots=True)
class RowsRequest:
    """The rows that a table wants to show first: a row, with the rows around it."""

    key: RowKey
    """The key of the row; 0 for the first row of the list."""
    before: int
    """How many rows to return before that row."""
    after: int
    """How many rows to return from that row on."""
    enough: int = 0
    """How many rows are enough if more would take longer; 0 for all."""
    text: str = ""
    """Start at the first row whose sorted value begins with this text or sorts after it."""
    near: Row | None = None
    """The row to start next to if the row with `key` is not in the list."""
    place: int = 0
    """The place of `near`."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The rows of a list that a table shows first."""

    rows: list[Row]
    cursor: int
    """The index in `rows` of the row under the cursor."""
    start: int | None
    """The place of the first row in `rows`; None if it is not counted yet."""
    total: int | None
    """The number of rows in the list; None if the rows are not counted yet."""


class RowSource(ABC):
    """The rows of a table; the *place* of a row is its number in the list, from 0."""

    @abstractmethod
    async def count(self) -> int:
        """Return how many rows there are."""

    @abstractmethod
    async def window(
        self, start: int, length: int, total: int = 0, held: Sequence[tuple[int, Row]] = ()
    ) -> list[Row]:
        """Return at most `length` rows from place `start` on.

        Args:
            start: the place of the first row.
            length: how many rows at most.
            total: how many rows the list has; 0 if the table does not know.
            held: rows that the table has, with their places; reading may start from a near one.
        """

    @abstractmethod
    async def place_of_key(self, key: RowKey) -> int | None:
        """Return the place of a row; None if the row is not in the list."""

    async def opening(self, request: RowsRequest) -> Opening:
        """Return the rows to show first."""
        total = await self.count()
        place = await self.place_of_key(request.key) if request.key else None
        if request.text:
            place = await self.place_of(request.text)
        if place is None:
            place = max(min(request.place, total - 1), 0)
        start = max(min(place, total - request.after) - request.before, 0)
        rows = await self.window(start, request.before + request.after)
        return Opening(rows, place - start, start, total)

    async def settle(self, opening: Opening) -> tuple[int, int]:
        """Return start and total of an opening; count what is not counted yet."""
        return opening.start or 0, opening.total or 0

    async def place_of(self, text: str) -> int:
        """Return the place of the first row whose sorted value begins with `text`, or sorts after.

        Raises:
            FilterError: the list is sorted by a number or a moment, and `text` is not one.
        """
        raise NotImplementedError


class ListedRows(RowSource):
    """A source of rows that are in memory."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = list(rows)

    async def count(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    async def window(
        self, start: int, length: int, total: int = 0, held: Sequence[tuple[int, Row]] = ()
    ) -> list[Row]:
        """Return at most `length` rows from place `start` on."""
        del total, held
        return self._rows[start : start + length]

    async def place_of_key(self, key: RowKey) -> int | None:
        """Return the place of a row; None if the row is not in the list."""
        return next((place for place, row in enumerate(self._rows) if row.key == key), None)

    async def place_of(self, text: str) -> int:
        """Return the place of the first row whose first cell is not before `text`, or the last."""
        from partnerdesk.models.core.text import fold

        folded = fold(text)
        places = (
            place for place, row in enumerate(self._rows) if fold(str(row.values[0])) >= folded
        )
        return next(places, max(len(self._rows) - 1, 0))
