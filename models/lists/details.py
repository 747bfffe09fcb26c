"""A row of a list shown whole: all that it holds, in groups, as the record's page says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from partnerdesk.models.core import stored
from partnerdesk.models.core.clock import age, date_text, moment_text, until
from partnerdesk.models.languages import _
from partnerdesk.models.lists.spec import MOMENTS, FieldGroup, Kind, cell_text, toned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from partnerdesk.models.lists.spec import Column, ListSpec, Row
    from partnerdesk.models.lists.tones import Toned


class Line(NamedTuple):
    """A label and a text."""

    label: str
    text: str
    toned: tuple[Toned, ...] = ()
    """Pieces of the text with a tone, in their order."""


def row_details(
    spec: ListSpec, row: Row, titles: Mapping[str, str], at: datetime
) -> list[tuple[str, list[Line]]]:
    """Return what a row holds in all columns, shown or not, without those that are empty.

    Args:
        spec: the list.
        row: the row; nothing else is read.
        titles: what the record's page calls the columns, by their names in JSON; others keep
            their headings.
        at: the moment from which ages are counted.
    """
    values = dict(zip((column.name for column in spec.columns), row.values, strict=True))
    name = spec.column(spec.named_by or spec.columns[0].name)
    sections = []
    for group in _groups(spec):
        lines = [
            line._replace(label=_(titles[column.json_name])) if column.json_name in titles else line
            for column in map(spec.column, group.columns)
            if (line := field_line(column, values[column.name], at)).text
        ]
        title = _(group.title) if group.title else cell_text(name, values[name.name], at)
        sections.append((title, lines))
    return sections


def _groups(spec: ListSpec) -> Iterator[FieldGroup]:
    """Yield the groups of a list; the last one takes the columns that are in none."""
    *groups, last = spec.groups or (FieldGroup("", ()),)
    named = {name for group in (*groups, last) for name in group.columns}
    others = tuple(column.name for column in spec.columns if column.name not in named)
    yield from groups
    yield FieldGroup(last.title, last.columns + others)


def field_line(column: Column, value: Any, at: datetime) -> Line:
    """Return a value as a page shows it: under its heading, with its tone."""
    return Line(_(column.label), field_text(column, value, at), toned(column, value, at))


def field_text(column: Column, value: Any, at: datetime) -> str:
    """Return a value as a page says it: a moment with its age; empty for none."""
    moment = stored.moment(value)
    if column.kind not in MOMENTS or (moment is None and value):
        return cell_text(column, value, at)
    if moment is None:
        return ""
    match column.kind:
        case Kind.DATE:
            return date_text(moment)
        case Kind.DEADLINE:
            return f"{date_text(moment)} ({until(moment, at)})"
        case _:
            return f"{moment_text(moment)} ({age(moment, at)})"
