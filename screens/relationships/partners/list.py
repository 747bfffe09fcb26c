"""The list of the indirect providers and resellers of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from partnerdesk.models.accounts.accounts import PartnerKind
from partnerdesk.models.core.sources import told_source
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import N_, _, ngettext
from partnerdesk.models.relationships.lists import PARTNERS
from partnerdesk.models.relationships.records import PARTNER
from partnerdesk.models.settings.clouds import Capability
from partnerdesk.screens.files.ask_import import import_action
from partnerdesk.screens.lists.record_list import list_actions
from partnerdesk.screens.relationships.tabs import TAB_ACTIONS, RelationshipTab
from partnerdesk.tui.widgets.actions import CLOUD, Action
from partnerdesk.tui.widgets.empty_place import LINK, Emptiness, another_cloud

if TYPE_CHECKING:
    from collections.abc import Iterator

    from partnerdesk.models.accounts.accounts import Account, Scope
    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.lists.spec import Row, RowKey


class PartnersScreen(RelationshipTab):
    """Shows the resellers of an indirect provider, or the providers of an indirect reseller."""

    TAB = "partners"
    SPEC = PARTNERS
    TITLES = PARTNER.fields
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        *list_actions("partners", N_("Narrow the list: words, state:active, agreement:no")),
        Action("partners.new", "n", N_("Add"), N_("Add an indirect provider or reseller"), "n",
               changes=True),
        Action("partners.edit", "e", N_("Edit"), N_("Edit the partner under the cursor"), "e",
               changes=True),
        import_action("partners"),
        Action("partners.copy", "y", N_("Copy"),
               N_("Copy the partner's name, MPN ID or Microsoft ID"), "y", bar=False),
        Action("partners.end", "D", N_("End link"),
               N_("End the link with the partner under the cursor; shows the plan first"), "D",
               changes=True),
        *TAB_ACTIONS,
    )  # fmt: skip

    def count_text(self, count: int) -> str:
        """Return the number of partners as text."""
        return ngettext("{count} partner", "{count} partners", count)

    def emptiness(self, scope: Scope) -> Emptiness:
        """Return why there are no partners, and what to do."""
        account = scope.account
        if account is None:
            ways = ((CLOUD.id, _("chooses the cloud to add one in")),)
            why = _("No indirect providers or resellers in any cloud yet.")
            return Emptiness(why, ways, LINK)
        adds = ("partners.new", _("adds a partner, as it stands in Partner Center"))
        is_allowed = account.cloud.allows(Capability.INDIRECT_MODEL).allowed
        way = adds if is_allowed else another_cloud()
        return Emptiness("\n\n".join(filter(None, _why_empty(account))), (way,), LINK)

    def no_match_text(self) -> str:
        """Return that nothing matches the filter."""
        return _("No partner matches this filter.")

    async def open_row(self, row: Row) -> None:
        """Show the customers whose reseller is the partner's name or one of its ids."""
        name, mpn_id, microsoft_id, customers = (
            row.values[self.SPEC.columns.index(self.SPEC.column(column))]
            for column in ("name", "mpn", "id", "customers")
        )
        if customers:
            await self.shell.show("customers", customers_filter(name, mpn_id, microsoft_id))
            return
        said = _("No customer carries {name}; R on Customers names the reseller.")
        self.status.say(said.format(name=shown(name)[:30]))

    # Actions

    async def do_new(self) -> None:
        """Show the form for a new partner."""
        await self.shell.show("partner")

    async def do_edit(self) -> None:
        """Show the form of the partner under the cursor."""
        row = await self.table.row_there()
        if row is None:
            self.status.say(_("There is no partner here."))
            return
        await self.shell.show("partner", row.key)

    async def do_end(self) -> None:
        """Show the plan to end the relationship with the partner under the cursor."""
        row = await self.table.row_there()
        if row is None:
            self.status.say(_("There is no partner here."))
            return
        plan = await self.desk.reader.aside(lambda: self._plan_end(row.key))

        async def done(_outcome: Outcome) -> None:
            said = _("{name}: the link has ended. Tell the partner yourself.")
            self.shell.say(said.format(name=shown(plan.target.name)[:30]))

        await self.shell.review(plan, done)

    def _plan_end(self, partner_id: RowKey) -> Plan:
        from partnerdesk.models.relationships.partners import (
            plan_end_partner,
            read_partner,
            shared_customers,
        )

        store = self.desk.store
        partner, account = read_partner(store, partner_id)
        cloud = self.desk.settings.all_clouds()[account.cloud]
        customers = shared_customers(store, partner)
        return plan_end_partner(partner, account, cloud, customers, self.desk.by())

    async def do_copy(self) -> None:
        """Ask what to copy of the partner under the cursor."""
        row = await self.table.row_there()
        if row is None:
            self.status.say(_("There is nothing to copy."))
            return
        self.questions.ask_what_to_copy(row, {"n": "name", "m": "mpn", "i": "id"})


def _why_empty(account: Account) -> Iterator[str]:
    """Yield why a list is empty, by cloud and kind of account (`reference/rules.md §2, §8`).

    For a cloud without the indirect model, the reason comes from the cloud's settings.
    """
    model = account.cloud.allows(Capability.INDIRECT_MODEL)
    place = _(account.cloud.short_name)
    yield _("No indirect providers or resellers in {place}.").format(place=place)
    if model.reason:
        source = f"\n({told_source(model.source)})" if model.source else ""
        yield model.reason + source
    if model.allowed and account.kind is PartnerKind.DIRECT_BILL:
        says = _(
            "This list is for indirect providers, who have resellers, and for indirect resellers, "
            "who have providers. This account is direct bill; if it is not, say so:"
        )
        command = f"partnerdesk --cloud {account.cloud.id} accounts edit --kind indirect_provider"
        yield f"{says}\n{command}"


def customers_filter(*names: str) -> str:
    """Return the filter for customers whose reseller matches one of the names.

    The filter language has no escape for a quote, so a name with quotes is split at them.
    """
    found = []
    for name in names:
        parts = [part for part in name.split('"') if part.strip()]
        if parts:
            found.append(" ".join(f'reseller:"{part}"' for part in parts))
    return " or ".join(found)
