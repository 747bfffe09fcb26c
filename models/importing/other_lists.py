"""Recognises a file that belongs to another list, by the headings that only that list has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import FileError
from partnerdesk.models.importing.fields import LISTS, ImportList, headings, key
from partnerdesk.models.importing.words import import_words
from partnerdesk.models.languages import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from enum import StrEnum


class OtherListError(FileError):
    """The columns of a file are those of another list than the person wants to import into."""

    def __init__(self, other: ImportList | None, title: str) -> None:
        if other is not None:
            text = _("The columns are those of a list of {title}.").format(title=title)
            remedy = _("Import it as such (o in the console): partnerdesk {command} FILE").format(
                command=other.command
            )
        else:
            text = _("The columns are those of a list of {title}, which is kept nowhere here.")
            text = text.format(title=title)
            remedy = _(
                "If there are customers in it all the same, say in which columns they are "
                "(m in the console, --map in the command)."
            )
        super().__init__(text, remedy)
        self.other = other
        """The list that the file can be imported into; None if the book stores no such list."""


FOREIGN_TITLES = {
    "invoices": N_("invoice lines"),
    "users": N_("users"),
    "licenses": N_("licences"),
    "log": N_("activities"),
}
"""The names of the rows of lists that the book does not store."""


def refuse_other_list(columns: Sequence[str], kind: ImportList) -> None:
    """Refuse a file whose headings are certainly those of another list.

    Raises:
        OtherListError: another list explains more of the headings, some of which only that list
            has; or the headings are those of a list that the book does not store.
    """
    keys = {key(column) for column in columns if column}
    own, own_keys = _explained(keys, kind)
    best: ImportList | None = None
    most = len(own_keys)
    for other in LISTS.values():
        if other is kind:
            continue
        found, found_keys = _explained(keys, other)
        complete = all(found.intersection(fields) for fields in other.required)
        distinctive = len(found & other.distinctive)
        if len(found_keys) > most and distinctive > (0 if complete else 1):
            best, most = other, len(found_keys)
    for name, title in FOREIGN_TITLES.items():
        foreign_keys = {
            key(heading) for words in import_words() for heading in words.foreign.get(name, ())
        }
        foreign = len(keys & foreign_keys)
        if foreign > max(1, len(own & kind.distinctive)) and (best is None or foreign >= most):
            raise OtherListError(None, _(title))
    if best is not None:
        raise OtherListError(best, _(best.title))


def _explained(keys: set[str], kind: ImportList) -> tuple[set[StrEnum], set[str]]:
    """Return the fields of a list that some keys of headings name, and the keys that do."""
    known = headings(kind)
    fields = {field for field, names in known.items() if not keys.isdisjoint(names)}
    return fields, {name for name in keys if any(name in names for names in known.values())}
