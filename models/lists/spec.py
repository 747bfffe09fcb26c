"""What a list is: its spec with its columns, its rows, and how a cell is read.

`models.lists.query` reads the rows that a spec, a scope, a filter and a sort choose;
`models.lists.row_source` hands them to a table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.clock import age, date_text, from_millis, minute_text, until
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

TAG_MARK = "#"
"""What a tag's line begins with in a list's searchable text."""

NOW = ":now"
"""Stands in a spec's SQL for the moment that its states and steps are counted from."""

RowKey = int
"""A row's primary key; stays the same under any filter and sort."""


class Kind(StrEnum):
    """What a column's values are, and so how they are shown, filtered and exported."""

    TEXT = "text"
    CODE = "code"
    """A short code such as a country's; compared whole."""
    CHOICE = "choice"
    """One of a closed set; shown by its title."""
    AGE = "age"
    """A moment (milliseconds, 0 for never), shown as how long ago it was."""
    DATE = "date"
    """A moment (milliseconds, 0 for never), shown as a day."""
    MOMENT = "moment"
    """A moment (milliseconds, 0 for never), shown as day and minute in UTC."""
    DEADLINE = "deadline"
    """A moment (milliseconds, 0 for never), shown as how far ahead it is, marked as it nears."""
    NUMBER = "number"
    """A whole number."""
    TAGS = "tags"


MOMENTS = (Kind.AGE, Kind.DATE, Kind.MOMENT, Kind.DEADLINE)
"""The kinds of columns that hold a moment."""


@dataclass(frozen=True, slots=True)
class Many:
    """Where the values of a column stand that a row has several of."""

    table: str
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list."""

    name: str
    """Its word in the filter language, on the command line and in remembered views."""
    label: str
    """Its heading, marked with `N_`."""
    field: str
    """The SQL expression of its value; empty where `many` says where the values stand."""
    width: int
    """Cells it takes at least."""
    kind: Kind = Kind.TEXT
    grows: int = 0
    """Its share of the room that is left over; 0 keeps it at `width`."""
    wide_only: bool = False
    """Shown in wide mode only."""
    rank: int = 0
    """Columns of the highest rank are dropped first where the terminal is narrow."""
    sort: str = ""
    """The indexed SQL expression it is sorted by; empty where it cannot be sorted."""
    folded: str = ""
    """The SQL expression in which a field term looks for folded text; empty: in `field`."""
    in_words: bool = False
    """Whether the folded text stands in the list's `words`, too."""
    is_identifier: bool = False
    """Whether it holds a GUID of which plain words may be a part, beside `words`."""
    is_sparse: bool = False
    """Whether most rows have no value, and the others an index."""
    line: int | None = None
    """Which line of the list's `words` holds the folded text, where they have a fixed number."""
    choices: Mapping[str, str] | None = None
    """For `Kind.CHOICE`: stored value to title, marked with `N_`."""
    implies: Mapping[str, str] | None = None
    """For `Kind.CHOICE`: what else holds for rows with a value, in SQL that an index answers."""
    many: Many | None = None
    aliases: tuple[str, ...] = ()
    """Other words that mean this column in a filter."""
    attribute: str = ""
    """The entity's field, as JSON names it; empty: the last part of `field`."""
    stored: Mapping[str, str | bool] | None = None
    """What the entity holds for a value, where that is not the value itself; None for nothing."""

    @property
    def json_name(self) -> str:
        """What the column is called in JSON: the entity's field."""
        return self.attribute or self.field.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class WordIndex:
    """Where a list's `words` are indexed, by every three letters (SQLite; `trigrams.py`)."""

    table: str
    """The index; its `rowid` is the row's key."""
    vocabulary: str
    """The table of its entries."""
    of: str
    """The table whose rows are indexed."""
    key: str
    """The key's column in it."""
    scope: str
    """The column of the partner account in it."""
    identifier: str
    """The column with a GUID, which is not in the index of words but in one of its own."""


@dataclass(frozen=True, slots=True)
class Sort:
    """By which column, and in which direction."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class ListSpec:
    """A kind of list: from where, which columns, how it is searched."""

    name: str
    table: str
    key: str
    """The SQL expression of a row's key."""
    scope: str
    """The SQL expression of the partner account a row belongs to."""
    always: str
    """The SQL condition of a row to be in this list at all."""
    words: str
    """The SQL expression of the folded text in which plain words are looked for."""
    columns: tuple[Column, ...]
    default_sort: Sort
    opened_by: str = ""
    """The column whose terms in a filter put `always` out of force: they name the rows."""
    shared: bool = False
    """Whether rows of no account belong to every scope."""
    lines: int = 0
    """How many lines the text in `words` has; 0 where their number is not fixed."""
    word_index: WordIndex | None = None
    """Where `words` are indexed; None where the list is never long."""

    def column(self, name: str) -> Column:
        """Return the column called `name` (KeyError if there is none)."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def sortable(self) -> list[Column]:
        """Return the columns a person can sort by."""
        return [column for column in self.columns if column.sort]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list: its key and a value for each column of the spec, in their order."""

    key: RowKey
    values: tuple[Any, ...]
    sorted_by: Any = None
    """Its value in the column that the list is sorted by."""

    @property
    def position(self) -> tuple[Any, RowKey]:
        """Where it stands in the order of the list."""
        return self.sorted_by, self.key

    def with_value(self, place: int, value: Any) -> Row:
        """Return the row with another value in the column at `place`."""
        values = (*self.values[:place], value, *self.values[place + 1 :])
        return Row(self.key, values, self.sorted_by)


def cell_text(column: Column, value: Any, at: datetime) -> str:
    """Return a cell as a person reads it: one line, safe to print, in the language in use."""
    match column.kind:
        case Kind.AGE:
            return age(from_millis(value) if value else None, at)
        case Kind.DATE:
            return date_text(from_millis(value)) if value else ""
        case Kind.MOMENT:
            return minute_text(from_millis(value)) if value else ""
        case Kind.DEADLINE:
            return until(from_millis(value), at) if value else ""
        case Kind.CHOICE:
            return shown(_((column.choices or {}).get(value, str(value))))
        case Kind.TAGS:
            return shown(", ".join(value or ()))
        case _:
            return shown(str(value or ""))
