"""Saved views: named filters of a list, with a sort and columns; they belong to a person.

A few views come with the program and have a stable id; the others are the person's own and are
found by their name. `models/lists/saved_views_file.py` stores them.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import ConflictError, UsageError
from partnerdesk.models.core.text import did_you_mean, fold, shown
from partnerdesk.models.languages import N_, _
from partnerdesk.models.lists.filter_parser import Filter
from partnerdesk.models.lists.spec import Sort

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from partnerdesk.models.lists.spec import ListSpec

LONGEST_NAME = 40
"""Maximum characters of a view's name, which has to fit into the status line."""


@dataclass(frozen=True, slots=True)
class ChosenColumn:
    """A column that a person chose, with its width."""

    name: str
    width: int = 0
    """Width in cells; 0: the usual width, which grows with the terminal."""


Chosen = tuple[ChosenColumn, ...]
"""Columns from left to right; empty: the usual columns of the list."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A named filter of a list, with its sort and columns."""

    list_name: str
    title: str
    """The name that the person gave; for a shipped view, marked with `N_`."""
    filter: str = ""
    sort: str = ""
    """The name of the column; empty: the default sort of the list."""
    descending: bool = False
    columns: Chosen = ()
    """Empty: the columns that the list shows without a view."""
    wide: bool = False
    id: str = ""
    """The name of a shipped view on the command line; empty for an own view."""

    @property
    def name(self) -> str:
        """The name of the view in the language in use."""
        return _(self.title) if self.id else self.title

    @property
    def word(self) -> str:
        """The name of the view on the command line and in the list state."""
        return self.id or self.title

    def column_names(self, spec: ListSpec) -> list[str]:
        """Return the columns of the view, from left to right; an empty list: the usual columns."""
        chosen = [column.name for column in still_there(self.columns, spec)]
        if not self.wide:
            return chosen
        usual = [column for column in spec.columns if not chosen or column.wide_only]
        return chosen + [column.name for column in usual if column.name not in chosen]

    def sort_of(self, spec: ListSpec) -> Sort:
        """Return the sort of the view; the list's default if its column can no longer be sorted."""
        if any(column.name == self.sort for column in spec.sortable()):
            return Sort(self.sort, self.descending)
        return spec.default_sort


SHIPPED = (
    SavedView("customers", N_("No relationship"), "relationship:none", id="no-relationship"),
    SavedView("customers", N_("Not seen for 30 days"), "seen>30d", "seen", id="not-seen"),
    SavedView(
        "customers", N_("Added this month"), "since:month", "since", descending=True,
        columns=tuple(map(ChosenColumn, ("company", "domain", "cloud", "since", "country",
                                         "relationship", "tag"))),
        id="added-this-month",
    ),
    SavedView("customers", N_("Agreement not accepted"), "agreement:never relationship:reseller",
              "company", id="agreement-missing"),
    SavedView("subscriptions", N_("Renewing in 30 days"), "renews<30d status:active", "renews",
              id="renewing"),
    SavedView("subscriptions", N_("Not renewing"), "auto:no status:active", "renews",
              id="not-renewing"),
    SavedView("subscriptions", N_("Can still be reduced"), "-window:never status:active", "window",
              id="window-open"),
    SavedView("subscriptions", N_("Suspended"), "status:suspended", "product", id="suspended"),
)  # fmt: skip
"""The views that come with the program."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a person has stored: own views, and the chosen columns of each list."""

    own: tuple[SavedView, ...] = ()
    columns: Mapping[str, Chosen] = field(default_factory=dict)
    """The chosen columns by the name of the list."""

    def of(self, list_name: str) -> list[SavedView]:
        """Return the views of a list: the shipped ones, then the person's own in stored order."""
        return [view for view in (*SHIPPED, *self.own) if view.list_name == list_name]

    def named(self, list_name: str, name: str) -> SavedView | None:
        """Return the view with this id or name, ignoring case; None if there is none."""
        wanted = _folded(name)
        views = self.of(list_name)
        words = [view for view in views if _folded(view.word) == wanted]
        return next(iter([*words, *(view for view in views if _folded(view.name) == wanted)]), None)

    def find(self, list_name: str, name: str) -> SavedView:
        """Return the view with this id or name, ignoring case.

        Raises:
            UsageError: there is none; the message names the nearest view, and all views.
        """
        found = self.named(list_name, name)
        if found is not None:
            return found
        words = {
            fold(text): view.word for view in self.of(list_name) for text in (view.name, view.word)
        }
        begun = [word for text, word in words.items() if fold(name) and text.startswith(fold(name))]
        near = begun or [
            words[text] for text in difflib.get_close_matches(fold(name), words, n=1, cutoff=0.5)
        ]
        known = ", ".join(shown(view.word) for view in self.of(list_name))
        remedy = [
            did_you_mean(shown(near[0])) if near else "",
            _("Views: {names}.").format(names=known) if known else _("No view is kept of it yet."),
        ]
        raise UsageError(
            _("The list has no view {name}.").format(name=shown(name)),
            " ".join(part for part in remedy if part),
        )

    def with_view(self, view: SavedView, *, over: bool) -> Kept:
        """Return a copy with an own view added; `over` replaces a view of the same name.

        Raises:
            ConflictError: a view of the same name exists, and `over` is False.
        """
        indexes = [index for index, one in enumerate(self.own) if _same_view(one, view)]
        if not indexes:
            return replace(self, own=(*self.own, view))
        if not over:
            raise ConflictError(_("There is a view {name} already.").format(name=shown(view.name)))
        own = list(self.own)
        own[indexes[0]] = view
        return replace(self, own=tuple(own))

    def without_view(self, view: SavedView) -> Kept:
        """Return a copy without an own view."""
        return replace(self, own=tuple(one for one in self.own if not _same_view(one, view)))

    def with_columns(self, list_name: str, columns: Chosen) -> Kept:
        """Return a copy with other columns for a list; empty `columns` means the usual ones."""
        others = {name: chosen for name, chosen in self.columns.items() if name != list_name}
        return replace(self, columns={**others, list_name: columns} if columns else others)


def own_name(list_name: str, typed: str) -> str:
    """Return a typed name as the name of an own view, with single blanks.

    Raises:
        UsageError: the name is empty, too long, not printable, or the name of a shipped view.
    """
    name = " ".join(typed.split())
    if not (1 <= len(name) <= LONGEST_NAME and name.isprintable()):
        text = _("The name of a view has 1 to {count} characters that can be printed.")
        raise UsageError(text.format(count=LONGEST_NAME))
    if (view := Kept().named(list_name, name)) is not None:
        raise UsageError(
            _("{name} comes with the program.").format(name=view.name), _("Choose another name.")
        )
    return name


def still_there(columns: Iterable[ChosenColumn], spec: ListSpec) -> Chosen:
    """Return the chosen columns that the list still has, each once."""
    names = {column.name for column in spec.columns}
    unique = {column.name: column for column in columns if column.name in names}
    return tuple(unique.values())


def both(first: Filter, second: Filter) -> Filter:
    """Return the filter that a row passes if it passes both filters."""
    alternatives = tuple(
        (*some, *others)
        for some in first.alternatives or ((),)
        for others in second.alternatives or ((),)
    )
    return Filter(f"{first.text} {second.text}".strip(), alternatives)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _same_view(one: SavedView, other: SavedView) -> bool:
    return one.list_name == other.list_name and _folded(one.title) == _folded(other.title)
