"""What a table on the screen asks for its rows, and the source of rows that are in memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from partnerdesk.models.lists.spec import Row, RowKey


@dataclass(frozen=True, slots=True)
class RowsRequest:
    """What is to be seen first: a record with the rows around it."""

    key: RowKey
    """The record; 0 for the first one."""
    before: int
    """How many rows are wanted before it."""
    after: int
    """How many from it on."""
    enough: int = 0
    """How many of these are enough, where more would take longer; 0 for all."""
    text: str = ""
    """Begin at the first row whose sorted value begins so, or comes after; then `key` is 0."""
    near: Row | None = None
    """Where the record is not in the list: the row next to whose place to begin."""
    place: int = 0
    """The place of that row."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The first rows of a list that are seen."""

    rows: list[Row]
    cursor: int
    """Which of the rows the cursor is on."""
    start: int | None
    """Place of the first of the rows; None where it is not counted yet."""
    total: int | None
    """How many rows the list has; None where they are not counted yet."""


class RowSource(ABC):
    """What a table asks for its rows. `opening`, `settle`, `place_of` have a plain answer each."""

    @abstractmethod
    async def count(self) -> int:
        """Return how many rows there are."""

    @abstractmethod
    async def window(
        self, start: int, length: int, total: int = 0, held: Sequence[tuple[int, Row]] = ()
    ) -> list[Row]:
        """Return at most `length` rows from place `start` on.

        Args:
            start: the place of the first; 0 is the first of all.
            length: how many.
            total: how many rows the list has, as far as the table knows.
            held: rows that the table has, with their places: it may be near to go on from one.
        """

    @abstractmethod
    async def place_of_key(self, key: RowKey) -> int | None:
        """Return the place of a row, or None where it is not in the list."""

    async def opening(self, request: RowsRequest) -> Opening:
        """Return the rows that are seen first, whatever is not counted yet."""
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
        """Return start and total of an opening, counted where they were not."""
        return opening.start or 0, opening.total or 0

    async def place_of(self, text: str) -> int:
        """Return the place of the first row whose sorted value begins with `text`, or is behind.

        Raises:
            FilterError: the list is sorted by a number or a moment, and `text` is none.
        """
        raise NotImplementedError


class ListedRows(RowSource):
    """A source over rows that are in memory."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = list(rows)

    async def count(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    async def window(
        self, start: int, length: int, total: int = 0, held: Sequence[tuple[int, Row]] = ()
    ) -> list[Row]:  # fmt: skip
        """Return at most `length` rows from place `start` on."""
        del total, held
        return self._rows[start : start + length]

    async def place_of_key(self, key: RowKey) -> int | None:
        """Return the place of a row, or None where it is not in the list."""
        return next((place for place, row in enumerate(self._rows) if row.key == key), None)

    async def place_of(self, text: str) -> int:
        """Return the place of the first row whose first column begins with `text`, or 0."""
        from partnerdesk.models.core.text import fold

        begun = fold(text)
        places = (
            place for place, row in enumerate(self._rows) if fold(str(row.values[0])) >= begun
        )
        return next(places, max(len(self._rows) - 1, 0))
