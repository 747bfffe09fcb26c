"""The table of the start screen: actions of a partner, guides about them, and open tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from partnerdesk.models.core.clock import to_millis
from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.languages import FOLDER, N_, _, language, ngettext
from partnerdesk.models.settings.clouds import Capability, Cloud

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.lists.spec import ListSpec, Row

WARNED_FOR = timedelta(days=30)
"""How long before its end a delegated-admin relationship is counted as ending."""
NEW_FOR = timedelta(days=30)
"""How long a customer counts as new."""
MOST_DUE, MOST_CHANGED = 12, 10
"""The largest numbers of rows on the board: of items, and of changes."""
_PAGES = "https://learn.microsoft.com/partner-center/"


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a page of Microsoft's Partner Center documentation."""

    title: str
    """The title, marked with `N_`."""
    page: str
    """The last part of the page's address."""

    @property
    def address(self) -> str:
        """The web address of the page."""
        return _PAGES + self.page


@dataclass(frozen=True, slots=True)
class Resource:
    """One row of the resources table."""

    name: str
    """A stable identifier; also the file name of the guide."""
    action: str
    """What the partner can do, marked with `N_`."""
    teaches: str
    """A summary of the guide in a few sentences, marked with `N_`."""
    scope: str
    """Who can do it, marked with `N_`."""
    links: tuple[Link, ...]
    needs: Capability
    """The capability of a cloud that the action needs."""
    screen: str
    """The name of the screen for the action."""

    def guide(self) -> str:
        """Return the installed guide as Markdown, in the current language or else in English.

        Raises:
            NotFoundError: the installation lacks the file.
        """
        for folder in (language(), "en"):
            file = FOLDER / folder / "guides" / f"{self.name}.md"
            if file.exists():
                return file.read_text(encoding="utf-8")
        raise NotFoundError(
            _("The guide {name} is missing from this installation.").format(name=self.name),
            _("Install partnerdesk again."),
        )

    def hint(self, clouds: Sequence[Cloud]) -> str:
        """Return why the action is unavailable or limited in some of `clouds`; else empty."""
        reasons = [cloud.allows(self.needs).reason for cloud in clouds]
        return " ".join(dict.fromkeys(reason for reason in reasons if reason))


RESOURCES = (
    Resource(
        "get-new-customers",
        N_("Get new customers"),
        N_(
            "Indirect resellers team up with indirect providers, who tell customers about them. "
            "Keep your business profile up to date. When a customer and you agree to work "
            "together, add the customer to your account."
        ),
        N_("CSP partners"),
        (
            Link(N_("Indirect providers"), "indirect-reseller-tasks-in-partner-center"),
            Link(N_("Business profile"), "create-a-marketing-profile"),
            Link(N_("Work together"), "responding-to-referrals"),
            Link(N_("Add a customer"), "add-a-new-customer"),
        ),
        Capability.NEW_CUSTOMERS,
        "customers",
    ),
    Resource(
        "add-existing-customers",
        N_("Add existing customers to your account"),
        N_(
            "Customers you serve in other portals, such as Office 365, appear in your customer "
            "list by themselves. With other existing customers you establish a reseller "
            "relationship: send them an invitation by e-mail to link with you in Partner Center."
        ),
        N_("CSP partners"),
        (
            Link(N_("Customer list"), "see-your-customer-list"),
            Link(N_("Reseller relationship"), "indirect-reseller-tasks-in-partner-center"),
            Link(N_("Invitation"), "request-a-relationship-with-a-customer"),
        ),
        Capability.INVITE_EXISTING,
        "relationships",
    ),
    Resource(
        "manage-customers",
        N_("Manage all customer data"),
        N_(
            "Add and remove customers, look them up and keep their data right, "
            "or end a relationship with a customer."
        ),
        N_("CSP partners"),
        (Link(N_("End a relationship"), "remove-a-relationship"),),
        Capability.SEE_CUSTOMERS,
        "customers",
    ),
)
"""The rows of the table, after the page *Customer accounts* of the Partner Center guide."""


def waiting(connection: Connection, accounts: Sequence[int], at: datetime) -> dict[str, str]:
    """Return a line about the present state of the book for each resource, by its name.

    The lines count drafts, new customers, due letters, customers without a relationship, all
    customers, and delegated-admin relationships that end soon.
    """
    marks = ", ".join("?" * len(accounts)) or "NULL"
    condition = f"account_id IN ({marks}) AND ended_at = 0"
    total, without, added = (
        int(connection.rows(f"SELECT count(*) FROM customers WHERE {part}", accounts)[0][0])  # noqa: S608
        for part in (
            condition,
            f"{condition} AND relationship_to_partner = 'none'",
            f"{condition} AND added_at > {to_millis(at - NEW_FOR)}",
        )
    )
    scope = f"account_id IN ({marks})"
    now, soon = to_millis(at), to_millis(at + WARNED_FOR)
    drafts, letters, ending = (
        int(connection.rows(f"SELECT count(*) FROM {rows} AND {scope}", accounts)[0][0])  # noqa: S608
        for rows in (
            "customer_drafts WHERE 1 = 1",
            f"invitations WHERE closed_at = 0 AND next_at <= {now}",
            (
                "delegated_admin_relationships WHERE auto_extend_duration <> 'P180D' "
                f"AND ends_sort BETWEEN {now} AND {soon}"
            ),
        )
    )
    begun = [ngettext("{count} draft", "{count} drafts", drafts)] if drafts else []
    new = ngettext("{count} added in 30 days", "{count} added in 30 days", added)
    due = [ngettext("{count} letter due", "{count} letters due", letters)] * bool(letters)
    lone = ngettext("{count} not linked", "{count} not linked", without)
    ends = ngettext("{count} GDAP ends in 30 d", "{count} GDAP end in 30 d", ending)
    everyone = ngettext("{count} customer", "{count} customers", total)
    return {
        "get-new-customers": " · ".join([*begun, new]),
        "add-existing-customers": " · ".join([*due, lone]),
        "manage-customers": " · ".join([everyone, *[ends] * bool(ending)]),
    }


@dataclass(frozen=True, slots=True)
class OnBoard:
    """What the start screen tells below its table."""

    count: int
    """How many items need a person."""
    board: ListSpec
    items: list[Row]
    """The rows of `board` with the oldest deadlines."""
    changes: ListSpec
    latest: list[Row]
    """The rows of `changes` that were written last."""


def on_board(connection: Connection, accounts: Sequence[int], at: datetime) -> OnBoard:
    """Return what needs a person, the oldest deadline first, and what was changed last."""
    from partnerdesk.models.board.items import count_and_first
    from partnerdesk.models.board.list import BOARD
    from partnerdesk.models.changes.list import CHANGES
    from partnerdesk.models.lists.filter_parser import NO_FILTER
    from partnerdesk.models.lists.query import Query

    count, items = count_and_first(connection, accounts, at, MOST_DUE)
    changes = Query(CHANGES, tuple(accounts), NO_FILTER, CHANGES.default_sort, at=to_millis(at))
    return OnBoard(count, BOARD, items, CHANGES, changes.window(connection, 0, MOST_CHANGED))
