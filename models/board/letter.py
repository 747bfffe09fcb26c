"""The board as a letter, in text and in HTML; what makes one board differ from another.

A customer's name is data of others: in the text it is one printable line, in HTML it is escaped.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from partnerdesk.models.board.items import cut_kinds, cut_text
from partnerdesk.models.board.list import BOARD
from partnerdesk.models.core.clock import from_millis, minute_text, moment_text
from partnerdesk.models.core.stored import moment
from partnerdesk.models.languages import _, language, ngettext
from partnerdesk.models.lists.spec import MOMENTS, cell_text

if TYPE_CHECKING:
    from datetime import datetime

    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.lists.query import Query
    from partnerdesk.models.lists.spec import Column, Row

LONGEST_CELL = 200
"""How many characters of a name, or of what an item is about, a letter has."""
_SHOWN = ("due", "kind", "customer", "what_to_do", "about", "cloud", "account")
_COMPARED = ("kind", "due", "customer", "what_to_do", "about", "account")
"""The columns that make a board another one; the days left change by themselves."""
_INDEX = {column.name: index for index, column in enumerate(BOARD.columns)}
_COLUMNS = [BOARD.columns[_INDEX[name]] for name in _SHOWN]


@dataclass(frozen=True, slots=True)
class BoardLetter:
    """The board at a moment, as it is sent."""

    count: int
    """How many items wait; the letter may list fewer."""
    listed: int
    subject: str
    text: str
    html: str
    digest: str
    """The same for the same board, whenever and in whichever language it was written."""


def write_letter(connection: Connection, query: Query, most: int) -> BoardLetter:
    """Write the letter of the items of a query, of which it lists some at most."""
    at = from_millis(query.at)
    with connection.snapshot():
        compared, rows, count = hashlib.sha256(), [], 0
        for row in query.walk(connection):
            compared.update(json.dumps([row.key, *_values(row)]).encode())
            count += 1
            if count <= most:
                rows.append(row)
        cut = cut_kinds(connection, query.accounts, at)
    heading = (
        ngettext("{count} needs you", "{count} need you", count)
        if count
        else _("Nothing waits for you.")
    )
    notes = [*_more(count - len(rows)), *([cut_text(cut)] if cut else [])]
    return BoardLetter(
        count,
        len(rows),
        f"partnerdesk: {heading}",
        _text(heading, rows, notes, at),
        _html(heading, rows, notes, at),
        compared.hexdigest() if count else "",
    )


def _values(row: Row) -> list[object]:
    return [row.values[_INDEX[name]] for name in _COMPARED]


def _more(count: int) -> list[str]:
    if count <= 0:
        return []
    return [ngettext("{count} more is on the board.", "{count} more are on the board.", count)]


def _text(heading: str, rows: list[Row], notes: list[str], at: datetime) -> str:
    lines = [heading, moment_text(at)]
    for row in rows:
        due, kind, customer, what, *others = _cells(row, at)
        lines += ["", f"{due or '–'}  {customer}", f"    {kind}: {what}"]
        lines += [f"    {text}" for text in [" · ".join(filter(None, others))] if text]
    if notes:
        lines += ["", *notes]
    return "\n".join([*lines, "", *_footer(), ""])


def _html(heading: str, rows: list[Row], notes: list[str], at: datetime) -> str:
    cell = ' style="text-align:left;vertical-align:top;padding:2px 12px 2px 0"'
    labels = [_(column.label) for column in _COLUMNS]
    heads = "".join(f"<th{cell}>{escape(label)}</th>" for label in labels)
    table = [f"<tr>{heads}</tr>"]
    for row in rows:
        cells = "".join(f"<td{cell}>{escape(text)}</td>" for text in _cells(row, at))
        table.append(f"<tr>{cells}</tr>")
    title = escape(heading)
    return "\n".join(
        [
            f'<!DOCTYPE html>\n<html lang="{language()}">',
            f'<head><meta charset="utf-8"><title>{title}</title></head>',
            f"<body>\n<h1>{title}</h1>\n<p>{escape(moment_text(at))}</p>",
            *(["<table>", *table, "</table>"] if rows else []),
            *(f"<p>{escape(note)}</p>" for note in [*notes, *_footer()]),
            "</body>\n</html>\n",
        ]
    )


def _footer() -> list[str]:
    return [_("In the console g n opens it: partnerdesk")]


def _cells(row: Row, at: datetime) -> list[str]:
    return [_cell(column, row.values[_INDEX[column.name]], at) for column in _COLUMNS]


def _cell(column: Column, value: object, at: datetime) -> str:
    """Return a cell as one printable line; a moment by its date, as a letter is read later."""
    text = minute_text(moment(value)) if column.kind in MOMENTS else cell_text(column, value, at)
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
