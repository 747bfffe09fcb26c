"""The kinds of changes and their titles; light to import, because the first rows need them.

A new kind needs a member of `ChangeKind` and its two titles below.
"""

from __future__ import annotations

from enum import StrEnum

from partnerdesk.models.core.stored import Titles
from partnerdesk.models.languages import N_


class ChangeKind(StrEnum):
    """What a change did."""

    IMPORTED = "imported"
    """A file was read into the book; `after` holds its name and counts."""
    SYNCED = "synced"
    """Customers were read from Partner Center; the last part's `after` holds the counts."""
    ADDED = "added"
    UPDATED = "updated"
    TAGGED = "tagged"
    NOTED = "noted"
    UNDONE = "undone"
    """An earlier change, named by `undoes`, was undone."""
    ACCOUNT = "account"
    """The partner's own account was changed."""
    LINK = "link"
    """The partner's invitation link was asked for."""
    INVITED = "invited"
    """An invitation to a company was written."""
    INVITATION = "invitation"
    """An invitation was sent, reminded of, accepted, withdrawn …"""
    ENDED = "ended"
    """The relationship with a customer was ended."""
    PARTNER = "partner"
    """An indirect provider or reseller was added, edited or ended."""
    DELEGATED_ADMIN = "delegated_admin"
    """A delegated-admin relationship was added, extended, ended …"""
    SUBSCRIPTION = "subscription"
    """A subscription was changed: seats, renewal, name, status."""
    TEMPLATE = "template"
    """The partner's own text of a kind of letter was changed."""
    SNOOZED = "snoozed"
    """Items of the board were put off, or shown again."""
    SENT = "sent"
    """What Partner Center answered to an earlier change became part of the book."""
    DEMO = "demo"
    """The demo book was filled."""


_TITLES = {
    ChangeKind.IMPORTED: (N_("Imported"), N_("Imported")),
    ChangeKind.SYNCED: (N_("Synced"), N_("Read from Partner Center")),
    ChangeKind.ADDED: (N_("Added"), N_("Add a customer")),
    ChangeKind.UPDATED: (N_("Updated"), N_("Edit a customer")),
    ChangeKind.TAGGED: (N_("Tags changed"), N_("Change tags")),
    ChangeKind.NOTED: (N_("Note"), N_("Change a note")),
    ChangeKind.UNDONE: (N_("Change undone"), N_("Undo a change")),
    ChangeKind.ACCOUNT: (N_("Account changed"), N_("Change the partner account")),
    ChangeKind.LINK: (N_("Invitation link"), N_("Fetch the invitation link")),
    ChangeKind.INVITED: (N_("Invited"), N_("Invite a company")),
    ChangeKind.INVITATION: (N_("Invitation"), N_("Invitation")),
    ChangeKind.ENDED: (N_("Ended"), N_("End a relationship")),
    ChangeKind.PARTNER: (N_("Partner"), N_("Indirect provider or reseller")),
    ChangeKind.DELEGATED_ADMIN: (N_("GDAP"), N_("Delegated admin")),
    ChangeKind.SUBSCRIPTION: (N_("Subscription"), N_("Change a subscription")),
    ChangeKind.TEMPLATE: (N_("Letter template"), N_("Keep an own letter template")),
    ChangeKind.SNOOZED: (N_("Snoozed"), N_("Snooze what waits")),
    ChangeKind.SENT: (N_("Answered"), N_("Write down what Partner Center answered")),
    ChangeKind.DEMO: (N_("Demo book made"), N_("Demo book made")),
}
KIND_TITLES: Titles[str] = Titles({kind: titles[0] for kind, titles in _TITLES.items()})
"""The title of a change in the history, by the stored value of its kind."""
PLAN_TITLES: Titles[str] = Titles({kind: titles[1] for kind, titles in _TITLES.items()})
"""The title of a plan that is not carried out yet, by the value of its kind."""
