"""The board on the start screen: how much waits for a person, what is due first, what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from partnerdesk.models.languages import _, number
from partnerdesk.models.lists.spec import cell_text, tone_of, toned
from partnerdesk.tui.widgets.sections import Field, Section
from partnerdesk.tui.widgets.tone_looks import COLOURED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partnerdesk.models.lists.spec import ListSpec, Row
    from partnerdesk.models.resources import OnBoard

_NEEDS = ("due", "customer", "what_to_do", "about")
_CHANGED = ("when", "what", "customer", "state")
"""The columns of an item and of a change; the first one is the label."""
_COLORS = {"pending": "$text-warning", "bad": "bold $text-error"}


def board_sections(found: OnBoard, at: datetime) -> list[Section]:
    """Return what waits, the oldest deadline first, and what was changed last."""
    return [
        _section(_needs_title(found), found.board, _NEEDS, found.items, at),
        _section(_("Changed last"), found.changes, _CHANGED, found.latest, at),
    ]


def board_lines(found: OnBoard, most: int, key: str, at: datetime) -> Content:
    """Return what waits in lines, as many as there is room for: in one, the most urgent item.

    Args:
        found: what was read.
        most: how many lines there is room for; at least one.
        key: the keys that lead to all of it.
        at: the present moment.
    """
    title = Content.assemble((f"{_needs_title(found)}  {key}", "bold $text-accent"))
    width = found.board.column("due").width if most >= 3 else 0
    items = [_item_line(found.board, row, at, width) for row in found.items]
    if not items:
        return Content.assemble(title, "  ", (_("nothing waits"), "$text-muted"))
    if most < 3:
        return Content.assemble(title, "  ", items[0])
    return Content("\n").join([title, *items[: most - 2], Content("")])


def _needs_title(found: OnBoard) -> str:
    return _("Needs you: {count}").format(count=number(found.count))


def _item_line(spec: ListSpec, row: Row, at: datetime, width: int) -> Content:
    """Return when an item is due, at least `width` cells wide, whom it is about, what to do."""
    values = {
        column.name: (column, value) for column, value in zip(spec.columns, row.values, strict=True)
    }
    column, due = values["due"]
    tone = tone_of(column, due, at)
    look = _COLORS[tone] if tone in COLOURED else "$text-muted"
    name, kind, what = (cell_text(*values[it], at) for it in ("customer", "kind", "what_to_do"))
    moment = cell_text(column, due, at)
    moment += " " * max(width - cell_len(moment), 0)
    return Content.assemble((moment, look), "  ", name or kind, "  ", (what, "$text-muted"))


def _section(
    title: str, spec: ListSpec, names: Sequence[str], rows: Sequence[Row], at: datetime
) -> Section:
    fields = (_field(spec, names, row, at) for row in rows)
    return Section(title, tuple(field for field in fields if field.label))


def _field(spec: ListSpec, names: Sequence[str], row: Row, at: datetime) -> Field:
    places = {column.name: place for place, column in enumerate(spec.columns)}
    cells = [(spec.columns[places[name]], row.values[places[name]]) for name in names]
    label, *texts = [cell_text(column, value, at) for column, value in cells]
    tones = [piece for column, value in cells[1:] for piece in toned(column, value, at)]
    return Field(label, " · ".join(filter(None, texts)), toned=tuple(tones))
