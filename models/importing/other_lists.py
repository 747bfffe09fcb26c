"""Whether a file is another list than was thought: by the headings that only that one has."""

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
    """A file has the columns of another list than the one that it was to be imported into."""

    def __init__(self, other: ImportList | None, title: str) -> None:
        if other is not None:
            text = _("The columns are those of a list of {title}.").format(title=title)
            remedy = _("Import it as such (o in the console): partnerdesk {command} FILE").format(
                command=other.command
            )
        else:
            text = _("The columns are those of a list of {title}, which is kept nowhere here.")
            text = text.format(title=title)
            remedy = _("If there are customers in it all the same, say in which columns they are "
                       "(m in the console, --map in the command).")  # fmt: skip
        super().__init__(text, remedy)
        self.other = other
        """The list that the file can be imported into; None where it is of no use here."""


FOREIGN_TITLES = {
    "subscriptions": N_("subscriptions"),
    "invoices": N_("invoice lines"),
    "users": N_("users"),
    "licenses": N_("licences"),
    "log": N_("activities"),
}
"""What lists hold that the book does not keep."""


def refuse_other_list(columns: Sequence[str], kind: ImportList) -> None:
    """Refuse a file whose headings are surely those of another list.

    Raises:
        OtherListError: another list explains more of its columns, among them some that only that
            one has; or they are of a list that the book does not keep.
    """
    keys = {key(column) for column in columns if column}
    own, own_keys = _explained(keys, kind)
    for other in LISTS.values():
        if other is kind:
            continue
        found, found_keys = _explained(keys, other)
        complete = all(found.intersection(fields) for fields in other.required)
        telling = len(found & other.telling)
        if len(found_keys) > len(own_keys) and telling > (0 if complete else 1):
            raise OtherListError(other, _(other.title))
    for name, title in FOREIGN_TITLES.items():
        telling_keys = {
            key(heading) for words in import_words() for heading in words.foreign.get(name, ())
        }
        if len(keys & telling_keys) > max(1, len(own & kind.telling)):
            raise OtherListError(None, _(title))


def _explained(keys: set[str], kind: ImportList) -> tuple[set[StrEnum], set[str]]:
    """Return the fields of a list that headings name, and which headings do."""
    known = headings(kind)
    fields = {field for field, names in known.items() if not keys.isdisjoint(names)}
    return fields, {name for name in keys if any(name in names for names in known.values())}
