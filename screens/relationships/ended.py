"""The list of customers whose relationship ended, from which they can be invited again."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from partnerdesk.models.customers.records import CUSTOMER_TITLES
from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.models.relationships.lists import ENDED
from partnerdesk.models.relationships.records import RELATIONSHIP
from partnerdesk.screens.lists.record_list import list_actions
from partnerdesk.screens.relationships.tabs import TAB_ACTIONS, RelationshipTab
from partnerdesk.tui.widgets.actions import Action
from partnerdesk.tui.widgets.empty_place import BROKEN_LINK, Emptiness

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.accounts.accounts import Scope
    from partnerdesk.models.lists.spec import Row


class EndedScreen(RelationshipTab):
    """The list of former customers, the latest end first."""

    TAB = "ended"
    SPEC = ENDED
    TITLES: ClassVar[Mapping[str, str]] = {**RELATIONSHIP.fields, **CUSTOMER_TITLES}
    PAGE = "customer"
    OWN_ACCOUNT = True
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        *list_actions("ended", N_("Narrow the list: words, ended<30d, by:olga, why:price")),
        Action("ended.invite", "i", N_("Invite again"),
               N_("Invite the customer under the cursor again"), "i", changes=True),
        Action("ended.copy", "y", N_("Copy"), N_("Copy the Microsoft ID, domain or name"), "y"),
        *TAB_ACTIONS,
    )  # fmt: skip

    def count_text(self, count: int) -> str:
        """Return the number of former customers as text."""
        return ngettext("{count} ended", "{count} ended", count)

    def emptiness(self, scope: Scope) -> Emptiness:
        """Return what the list will show."""
        said = _("No relationship has ended in any cloud.")
        if scope.account is not None:
            place = _(scope.account.cloud.short_name)
            said = _("No relationship has ended in {place}.").format(place=place)
        how = _(
            "D on a customer ends its relationship. The customer then stays here on record, with "
            "the day, the reason and who did it, and i invites it again."
        )
        ways = (("g c", _("goes to the customers")),)
        return Emptiness(f"{said}\n\n{how}", ways, BROKEN_LINK)

    def no_match_text(self) -> str:
        """Return that nothing matches the filter."""
        return _("No ended customer matches this filter.")

    async def open_row(self, row: Row) -> None:
        """Open the customer under the cursor."""
        await self.shell.show("customer", row.key)

    # Actions

    async def do_invite(self) -> None:
        """Invite the customer under the cursor again."""
        row = await self.table.row_there()
        if row is None:
            self.status.say(_("There is nobody here to invite again."))
            return
        await self.shell.show("invite", row.key)

    async def do_copy(self) -> None:
        """Ask what to copy of the customer under the cursor."""
        row = await self.table.row_there()
        if row is None:
            self.status.say(_("There is nothing to copy."))
            return
        self.questions.ask_what_to_copy(row, {"i": "id", "d": "domain", "n": "company"})
