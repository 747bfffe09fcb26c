"""What is shown of a record: labelled fields in sections, on its page and beside lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from partnerdesk.models.lists.details import Line
    from partnerdesk.models.lists.tones import Toned
    from partnerdesk.tui.widgets.questions import Act


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a page."""

    label: str
    """Not escaped: label and text are made safe when drawn."""
    text: str
    """The stored text; its line breaks are kept."""
    name: str = ""
    """Keeps the cursor on the field when the content changes; empty to keep the position."""
    open: Act | None = None
    """Opens the record named in the field; None if the field leads nowhere."""
    edit: Act | None = None
    """Edits the field alone; None if it is edited with the whole record, or not at all."""
    toned: tuple[Toned, ...] = ()
    """Pieces of the text with a tone, in their order; the sign of a state is drawn, not copied."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the fields below it."""

    title: str
    fields: tuple[Field, ...]


def sections_of(told: Iterable[tuple[str, Iterable[Line]]]) -> list[Section]:
    """Return sections of fields that only say something: each a title, and labels with texts."""
    return [Section(title, fields_of(lines)) for title, lines in told]


def fields_of(lines: Iterable[Line]) -> tuple[Field, ...]:
    """Return fields that only say something."""
    return tuple(Field(line.label, line.text, toned=line.toned) for line in lines)


def merged(row: Sequence[Section], page: Sequence[Section]) -> list[Section]:
    """Return what a list's row says of a record, made more complete by the record's page.

    What was read already stays in its place: what the page says of a field stands where the row
    said it, and what the row does not say follows. The first section of each is the record itself,
    others belong together by their titles.
    """
    by_title = {section.title: section for section in page[1:]}
    first = page[0] if page else None
    sections = []
    for section in row:
        other, first = first or by_title.pop(section.title, None), None
        sections.append(_both(section, other.fields if other is not None else ()))
    return [*sections, *by_title.values()]


def _both(section: Section, others: Sequence[Field]) -> Section:
    fuller = {field.label: field for field in reversed(others)}
    fields = [fuller.pop(field.label, field) for field in section.fields]
    return Section(section.title, (*fields, *(one for one in others if fuller.get(one.label))))
