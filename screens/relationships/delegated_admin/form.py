"""The form for a new or stored delegated-admin relationship."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from partnerdesk.models.forms.question import Option, Question
from partnerdesk.models.languages import _
from partnerdesk.models.relationships.lifecycles import DELEGATED_ADMIN_TITLES
from partnerdesk.screens.shared.record_form import RecordFormScreen
from partnerdesk.tui.widgets.sections import sections_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.accounts.entities import PartnerAccount
    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.customers.entities import Customer
    from partnerdesk.models.lists.spec import RowKey
    from partnerdesk.models.relationships.delegated_admin import Delegation
    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.app_screen import Show
    from partnerdesk.tui.widgets.sections import Section

BESIDE_COLUMNS = ("duration", "requested_at", "microsoft_id")
"""The fields of a relationship that are no columns of its list."""


class DelegationFormScreen(RecordFormScreen):
    """The form for a delegated-admin relationship, filled in as Partner Center shows it."""

    NAME = "delegation"

    def __init__(
        self, desk: AppSession, account: Account, stored: Delegation | None, domain: str = ""
    ) -> None:
        values = _values(stored) if stored else {"status": "active", "auto_extend": "no"}
        super().__init__(desk, account, values | ({"customer": domain} if domain else {}))
        self._stored = stored
        """The stored relationship; None for a new relationship."""

    @classmethod
    async def load(
        cls,
        desk: AppSession,
        delegation_id: RowKey | None = None,
        customer_id: RowKey | None = None,
    ) -> Self:
        """Return the form for a stored relationship, or for a new one, perhaps of a given customer.

        Raises:
            NotFoundError: the relationship or the customer is not in the book, or no account is
                chosen.
        """
        from partnerdesk.models.customers.page import read_customer
        from partnerdesk.models.relationships.delegated_admin import read_delegation

        if delegation_id is not None:
            stored = await desk.aside(read_delegation, delegation_id)
            return cls(desk, desk.account_of(stored.relationship.account_id), stored)
        if customer_id is None:
            return cls(desk, desk.own_account(), None)
        customer = (await desk.aside(read_customer, customer_id)).customer
        domain = customer.primary_domain or customer.microsoft_id or ""
        return cls(desk, desk.account_of(customer.account_id), None, domain)

    @classmethod
    async def read_details(cls, desk: AppSession, key: RowKey, show: Show) -> Sequence[Section]:
        """Read the fields of a relationship that the list has no columns for."""
        from partnerdesk.models.changes.fields import fields_of
        from partnerdesk.models.lists.details import Line
        from partnerdesk.models.operations.describe_fields import field_title, value_text
        from partnerdesk.models.relationships.delegated_admin import read_delegation

        del show  # no field names another record
        relationship = (await desk.aside(read_delegation, key)).relationship
        fields = fields_of(relationship, list(BESIDE_COLUMNS))
        lines = [
            Line(field_title(name), value_text(name, value))
            for name, value in fields.items()
            if value
        ]
        return sections_of([(relationship.display_name, lines)])

    def heading_text(self) -> str:
        """Return the heading: the customer and the cloud; only the cloud for a new relationship."""
        cloud = _(self.account.cloud.short_name)
        if self._stored is None:
            return _("New delegated-admin relationship in {cloud}").format(cloud=cloud)
        name = self._stored.customer.company_name
        return _("Delegated admin of {customer} in {cloud}").format(customer=name, cloud=cloud)

    def questions(self, values: Mapping[str, str]) -> Sequence[Question]:  # noqa: ARG002
        """Return the fields of the relationship."""
        whose, term = _("Relationship"), _("Term")
        states = tuple(Option(state, _(title)) for state, title in DELEGATED_ADMIN_TITLES.items())
        fields = [
            Question("name", _("Name"), whose, required=True,
                     hint=_("As Partner Center has it: at most 50 characters, each name once")),
            Question("roles", _("Roles"), whose,
                     hint=_("Separated by commas: Helpdesk Administrator, User Administrator")),
            Question("status", _("Status"), whose, options=states, free=False,
                     hint=_("What Partner Center says now")),
            Question("start", _("Begins"), term, hint=_("A day: 2026-06-30")),
            Question("end", _("Ends"), term, hint=_("A day: 2027-06-30; you are warned before it")),
            Question("auto_extend", _("Extends itself"), term, free=False,
                     options=(Option("yes", "P180D"), Option("no", _("no"))),
                     hint=_("By half a year at a time; never with Global Administrator")),
            Question("microsoft_id", _("Id"), term, hint=_("Microsoft's id of the relationship")),
        ]  # fmt: skip
        if self._stored is None:
            hint = _("Domain or Microsoft ID of a customer in the book")
            fields.insert(0, Question("customer", _("Customer"), whose, required=True, hint=hint))
        return fields

    async def make_plan(self, values: Mapping[str, str]) -> Plan:
        """Return the plan that adds or changes the relationship."""
        return await self.desk.reader.aside(lambda: self._plan_of(values))

    def _plan_of(self, values: Mapping[str, str]) -> Plan:
        from partnerdesk.models.relationships.delegated_admin import (
            name_is_taken,
            plan_add_delegation,
            plan_edit_delegation,
        )

        store, by, stored = self.desk.store, self.desk.by(), self._stored
        own = stored.relationship.id if stored is not None else None
        taken = name_is_taken(store, self.account.id, values.get("name", ""), own)
        if stored is not None:
            return plan_edit_delegation(stored, values, by, taken=taken)
        account, customer = self._account_and_customer(values.get("customer", ""))
        return plan_add_delegation(account, customer, values, by, taken=taken)

    def _account_and_customer(self, text: str) -> tuple[PartnerAccount, Customer | None]:
        from partnerdesk.models.accounts.entities import PartnerAccount
        from partnerdesk.models.core.errors import NotFoundError, UsageError
        from partnerdesk.models.customers.entities import Customer
        from partnerdesk.models.customers.page import find_customer

        store, customer_id = self.desk.store, None
        try:
            customer_id = find_customer(store, text, [self.account.id])
        except (NotFoundError, UsageError):
            customer_id = None
        with store.reading() as session:
            account = session.get_one(PartnerAccount, self.account.id)
            return account, session.get(Customer, customer_id) if customer_id else None

    async def carried_out(self, outcome: Outcome) -> None:  # noqa: ARG002
        """Go back to the list."""
        await self.shell.go_back()
        self.shell.say(_("The relationship is kept. It can be undone under g h."))


def _values(stored: Delegation) -> dict[str, str]:
    relationship = stored.relationship
    days = {
        "start": relationship.activated_date_time,
        "end": relationship.end_date_time,
    }
    return {
        "name": relationship.display_name,
        "roles": ", ".join(relationship.roles.split("\n")),
        "status": str(relationship.status.value),
        "auto_extend": "yes" if relationship.auto_extend_duration == "P180D" else "no",
        "microsoft_id": relationship.microsoft_id,
        **{name: f"{day:%Y-%m-%d}" if day else "" for name, day in days.items()},
    }
