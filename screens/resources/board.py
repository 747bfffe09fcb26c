"""The board of the start screen: what is due next, what ends next, what was changed last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.languages import N_, _
from partnerdesk.models.lists.spec import cell_text, toned
from partnerdesk.tui.widgets.sections import Field, Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from partnerdesk.models.lists.spec import ListSpec, Row

_SHOWN = {
    "invitations": (N_("Invitations due"), ("due", "company", "state", "next")),
    "delegated-admin": (N_("Delegated admin that ends next"), ("ends", "customer", "status")),
    "changes": (N_("Changed last"), ("when", "what", "customer", "state")),
}
"""The title of each list on the board, and its columns; the first one is the label."""


def board_sections(lists: Iterable[tuple[ListSpec, Sequence[Row]]], at: datetime) -> list[Section]:
    """Return a section for each list; rows without a moment, such as closed ones, are left out."""
    sections = []
    for spec, rows in lists:
        title, columns = _SHOWN[spec.name]
        fields = (_field(spec, columns, row, at) for row in rows)
        sections.append(Section(_(title), tuple(field for field in fields if field.label)))
    return sections


def _field(spec: ListSpec, names: Sequence[str], row: Row, at: datetime) -> Field:
    cells = [
        (column, row.values[place])
        for name in names
        for place, column in enumerate(spec.columns)
        if column.name == name
    ]
    label, *texts = [cell_text(column, value, at) for column, value in cells]
    tones = [piece for column, value in cells[1:] for piece in toned(column, value, at)]
    return Field(label, " · ".join(filter(None, texts)), toned=tuple(tones))
