"""Turns a text that a person typed to jump into a value of the sorted column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.clock import from_millis
from partnerdesk.models.core.errors import FilterError
from partnerdesk.models.core.text import fold
from partnerdesk.models.languages import _
from partnerdesk.models.lists.filter_parser import parse
from partnerdesk.models.lists.spec import MOMENTS, Kind

if TYPE_CHECKING:
    from partnerdesk.models.lists.spec import Column, ListSpec, Sort

_LAST = "\U0010ffff"
"""Sorts after every other character."""


def least_value(spec: ListSpec, sort: Sort, text: str, at: int) -> Any:
    """Return a value that sorts just before the first value that begins with `text`.

    Args:
        spec: the list.
        sort: the sorted column and the direction.
        text: the typed text; for a moment, a date or an age.
        at: the moment (milliseconds) that ages are counted from.

    Raises:
        FilterError: the column holds numbers or moments, and `text` is not one.
    """
    column = spec.column(sort.column)
    if column.kind in (*MOMENTS, Kind.NUMBER):
        try:
            [[term]] = parse(f"{column.name}>={text.strip()}", spec, from_millis(at)).alternatives
        except (FilterError, ValueError):
            raise _no_such_value(column, text) from None
        return term.latest if sort.descending else term.earliest
    begin = _as_stored(column, text)
    return begin + _LAST if sort.descending else begin


def _no_such_value(column: Column, text: str) -> FilterError:
    if column.kind is Kind.NUMBER:
        return FilterError(
            _("{value} is no number.").format(value=text), _("Write one alone, such as 100.")
        )
    return FilterError(
        _("{value} is neither an age nor a date.").format(value=text),
        _("Write one alone: 30d, 2026-01-31, 2026-01 or 2026."),
    )


def _as_stored(column: Column, text: str) -> str:
    if column.kind is Kind.CODE:
        return text.strip().upper()
    if column.sort == column.field and column.kind is Kind.TEXT:
        return text.strip().lower()
    return fold(text)
