"""List specs with their columns, rows, and the text of a cell.

`models.lists.query` reads the rows that a spec, a scope, a filter and a sort choose;
`models.lists.row_source` passes them to a table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core import stored
from partnerdesk.models.core.clock import (
    age,
    date_text,
    minute_text,
    until,
    warning_mark,
)
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _
from partnerdesk.models.lists.tones import NEARING, PAST, SIGNS, Tone, Toned

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

TAG_MARK = "#"
"""The first character of a tag's line in the searchable text of a list."""

NOW = ":now"
"""A placeholder in the SQL of a spec: the moment at which time-dependent states are computed."""

RowKey = int
"""A row's primary key, the same under any filter and sort."""


class Kind(StrEnum):
    """The kind of a column's values; it decides how they are shown, filtered and exported."""

    TEXT = "text"
    CODE = "code"
    """A short code such as a country's; compared as a whole."""
    CHOICE = "choice"
    """One of a closed set of values, shown by its title."""
    AGE = "age"
    """A moment (milliseconds, 0 for never), shown as how long ago it was."""
    DATE = "date"
    """A moment (milliseconds, 0 for never), shown as a day."""
    MOMENT = "moment"
    """A moment (milliseconds, 0 for never), shown as day and minute in UTC."""
    DEADLINE = "deadline"
    """A moment (milliseconds, 0 for never), shown as the time left, with marks as it nears."""
    NUMBER = "number"
    """A whole number."""
    TAGS = "tags"
    MONEY = "money"
    """An amount and its currency, such as `12.30 EUR`; empty for none."""


MOMENTS = (Kind.AGE, Kind.DATE, Kind.MOMENT, Kind.DEADLINE)
"""The kinds of columns that hold a moment."""


@dataclass(frozen=True, slots=True)
class Many:
    """The table and its columns with the values of a column that has several for each row."""

    table: str
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """The few records of another table, one of which gives each row of a list a text."""

    of: str
    """The SQL of the record's key, in the list's own row."""
    table: str
    key: str
    value: str
    """The SQL of the text."""

    @property
    def field(self) -> str:
        """The SQL of a row's text."""
        return f"(SELECT {self.value} FROM {self.table} WHERE {self.key} = {self.of})"  # noqa: S608

    def rows_with(self, condition: str) -> str:
        """Return the SQL condition of the rows whose record fulfils another one."""
        return f"{self.of} IN (SELECT {self.key} FROM {self.table} WHERE {condition})"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list."""

    name: str
    """The name in filters, on the command line and in stored views."""
    label: str
    """The heading, marked with `N_`."""
    field: str
    """The SQL expression of the value; empty if the values are in `many`."""
    width: int
    """The minimum width in cells."""
    kind: Kind = Kind.TEXT
    grows: int = 0
    """The share of the width that is left over; 0 keeps the column at `width`."""
    wide_only: bool = False
    """Whether the column is shown in wide mode only."""
    in_files: bool = False
    """Whether exports contain the column even if the screen does not show it, e.g. an id."""
    rank: int = 0
    """Columns of the highest rank are dropped first on a narrow terminal."""
    sort: str = ""
    """The indexed SQL expression to sort by; empty if the column cannot be sorted."""
    folded: str = ""
    """The SQL expression of the folded text that a filter searches; empty: `line`, or `field`."""
    in_words: bool = False
    """Whether the `words` of the list contain the folded text too."""
    is_identifier: bool = False
    """Whether the column holds a GUID, in which plain words are searched besides `words`."""
    is_sparse: bool = False
    """Whether most rows have no value, and a partial index holds the others."""
    line: int | None = None
    """The line of the list's `words` with the folded text, if the number of lines is fixed."""
    choices: Mapping[str, str] | None = None
    """For `Kind.CHOICE`: maps stored values to titles, marked with `N_`."""
    tones: Mapping[str, Tone] | None = None
    """The tones of stored values, each shown by a sign; of a deadline only that of `PAST`."""
    implies: Mapping[str, str] | None = None
    """For `Kind.CHOICE`: maps a value to a condition that its rows fulfil, in indexed SQL."""
    many: Many | None = None
    lookup: Lookup | None = None
    """Where the text of `field` is looked up, if few records have it for all rows."""
    words: Callable[[str], str] | None = None
    """What makes words of a value that is a JSON object; None for other values."""
    aliases: tuple[str, ...] = ()
    """Other names of the column in filters."""
    attribute: str = ""
    """The field of the entity, which names the column in JSON; empty: the last part of `field`."""
    stored: Mapping[str, str | bool] | None = None
    """Maps displayed values to stored ones, e.g. yes -> True; None if they are the same."""

    @property
    def json_name(self) -> str:
        """The name of the column in JSON: the field of the entity."""
        return self.attribute or self.field.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class JoinedWords:
    """The words of a record of another table that the rows of a list are found by, too.

    That table is searched once, instead of once for each row.
    """

    of: str
    """The SQL of the record's key, in the list's own row."""
    table: str
    key: str
    words: str
    """The SQL of the folded text, in that table."""


@dataclass(frozen=True, slots=True)
class WordIndex:
    """The trigram index over the `words` of a list (SQLite; `trigrams.py`)."""

    table: str
    """The index; its `rowid` is the key of the row."""
    vocabulary: str
    """The table of the entries of the index."""
    of: str
    """The table whose rows are indexed."""
    key: str
    """The key column of the indexed table."""
    scope: str
    """The column of the indexed table with the partner account."""
    identifier: str
    """The column of the indexed table with a GUID, which has an index of its own."""


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Columns that stand together where a row is shown whole, beside its list."""

    title: str
    """Marked with `N_`, as the record's page has it; empty: the name of the record."""
    columns: tuple[str, ...]
    """The names of the columns, in their order."""


@dataclass(frozen=True, slots=True)
class Sort:
    """The sorted column and the direction."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class ListSpec:
    """A kind of list: its table, its columns, and how it is searched."""

    name: str
    table: str
    key: str
    """The SQL expression of the row's key."""
    scope: str
    """The SQL expression of the partner account that the row belongs to."""
    always: str
    """The SQL condition that every row of the list fulfils."""
    words: str
    """The SQL expression of the folded text in which plain words are searched."""
    columns: tuple[Column, ...]
    default_sort: Sort
    joined_words: JoinedWords | None = None
    """Further words of each row, in another table."""
    opened_by: str = ""
    """The column whose terms in a filter put `always` out of force: they name the rows."""
    shared: bool = False
    """Whether rows without an account belong to every scope."""
    lines: int = 0
    """The number of lines in `words`; 0 if it is not fixed."""
    word_index: WordIndex | None = None
    """The trigram index over `words`; None if the list is never long."""
    groups: tuple[FieldGroup, ...] = ()
    """How a row is shown whole; columns in none of the groups follow in the last one."""
    named_by: str = ""
    """The column with the name of a row; empty for the first column."""
    computed: Callable[[Sequence[int]], str] | None = None
    """Returns the query over other tables that `table` names, for some accounts; None: a table."""

    def column(self, name: str) -> Column:
        """Return the column called `name`; raise KeyError if there is none."""
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
    """The value in the sorted column."""

    @property
    def position(self) -> tuple[Any, RowKey]:
        """The position of the row in the order of the list."""
        return self.sorted_by, self.key

    def with_value(self, place: int, value: Any) -> Row:
        """Return the row with another value in the column with index `place`."""
        values = (*self.values[:place], value, *self.values[place + 1 :])
        return Row(self.key, values, self.sorted_by)


def cell_text(column: Column, value: Any, at: datetime) -> str:
    """Return the text of a cell: one line, safe to print, in the language in use."""
    if column.kind in MOMENTS:
        moment = stored.moment(value)
        if moment is None and value:
            return shown(str(value))
        match column.kind:
            case Kind.AGE:
                return age(moment, at)
            case Kind.DATE:
                return date_text(moment)
            case Kind.MOMENT:
                return minute_text(moment)
            case _:
                return until(moment, at) if moment else ""
    match column.kind:
        case Kind.CHOICE:
            return shown(_((column.choices or {}).get(value, str(value))))
        case Kind.TAGS:
            return shown(", ".join(value or ()))
        case _:
            return column.words(value) if column.words and value else shown(str(value or ""))


def money(amount: str, currency: str) -> dict[str, str] | None:
    """Return an amount with its currency as JSON holds it; None for no amount."""
    return {"amount": amount, "currency": currency} if amount else None


def sign_of(column: Column, value: Any) -> str:
    """Return the sign of a state and a blank; empty in a column without signs."""
    if column.kind is Kind.DEADLINE or not column.tones:
        return ""
    return f"{SIGNS[column.tones[value]]} " if value in column.tones else "  "


def tone_of(column: Column, value: Any, at: datetime) -> Tone | None:
    """Return the tone of a cell: of a state by its value, of a deadline by the days left.

    Returns None for a value without a tone.
    """
    if column.kind is not Kind.DEADLINE:
        return column.tones.get(value) if column.tones else None
    moment = stored.moment(value)
    if moment is None:
        return None
    if moment <= at:
        return (column.tones or {}).get(PAST)
    return NEARING[len(warning_mark(moment, at))]


def toned(column: Column, value: Any, at: datetime) -> tuple[Toned, ...]:
    """Return the text of a cell with its tone, as pages show it; nothing without a tone."""
    tone = tone_of(column, value, at)
    if tone is None:
        return ()
    return (Toned(cell_text(column, value, at), tone, column.kind is not Kind.DEADLINE),)
