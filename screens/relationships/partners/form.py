"""The form for a new or stored indirect provider or reseller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from partnerdesk.models.core.errors import AppError
from partnerdesk.models.core.text import fold, shown
from partnerdesk.models.customers.list import YES_NO
from partnerdesk.models.forms.question import Option, Question
from partnerdesk.models.languages import _
from partnerdesk.models.relationships.lists import PARTNER_RELATIONS
from partnerdesk.models.values.countries import codes, country_name
from partnerdesk.screens.shared.record_form import RecordFormScreen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.lists.spec import RowKey
    from partnerdesk.models.relationships.entities import PartnerLink
    from partnerdesk.models.session import AppSession


class PartnerFormScreen(RecordFormScreen):
    """The form for a partner, filled in as Partner Center shows it."""

    NAME = "partner"

    def __init__(self, desk: AppSession, account: Account, partner: PartnerLink | None) -> None:
        from partnerdesk.models.relationships.partners import default_kind

        stored = values_of(partner) if partner else {"kind": default_kind(account)}
        super().__init__(desk, account, stored)
        self.prefilled = partner is None
        self._partner = partner
        self._stored = stored
        """The stored values as last read, when the form was opened or after a conflict."""
        self._countries: tuple[Option, ...] = ()

    @classmethod
    async def load(cls, desk: AppSession, partner_id: RowKey | None = None) -> Self:
        """Return the form for a stored partner, or for a new partner in the chosen account.

        Raises:
            NotFoundError: the partner is not in the book, or no account is chosen.
        """
        from partnerdesk.models.relationships.partners import read_partner

        if partner_id is None:
            return cls(desk, desk.own_account(), None)
        partner, account = await desk.aside(read_partner, partner_id)
        return cls(desk, desk.account_of(account.id or 0), partner)

    def heading_text(self) -> str:
        """Return the heading: the partner, or the account of a new partner."""
        if self._partner is not None:
            return _("Edit {company}").format(company=shown(self._partner.name)[:60])
        return _("New partner in {cloud} · {account}").format(
            cloud=_(self.account.cloud.short_name), account=self.account.title
        )

    def warm_up(self) -> None:
        """Load the names of the countries; the market of the own account comes first."""
        own = self.account.market
        options = [Option(code, country_name(code)) for code in codes()]
        options.sort(key=lambda option: (option.value != own, fold(option.title)))
        self._countries = tuple(options)

    def questions(self, values: Mapping[str, str]) -> Sequence[Question]:  # noqa: ARG002
        """Return the fields of the partner."""
        block = _("Partner")
        signed = _("Whether it signed the partner agreement; empty where you do not know.")
        kinds = {
            "reseller": "is_indirect_reseller_of",
            "provider": "is_indirect_cloud_solution_provider_of",
        }
        return (
            Question("name", _("Name"), block, required=True,
                     hint=_("As Partner Center writes it; customers carry it as their reseller.")),
            Question("mpn_id", _("MPN ID"), block,
                     hint=_("The partner's number in the partner network, such as 4711001.")),
            Question("location", _("Country"), block, options=self._countries,
                     hint=_("A name or a code of two letters, such as PT.")),
            Question("kind", _("Kind"), block, required=True, free=False,
                     options=tuple(Option(word, _(PARTNER_RELATIONS[relation]))
                                   for word, relation in kinds.items()),
                     hint=_("What the partner is: your reseller, or your provider.")),
            Question("agreement_signed", _("Agreement signed"), block, free=False,
                     options=tuple(Option(word, _(YES_NO[word])) for word in ("yes", "no")),
                     hint=signed),
            Question("microsoft_id", _("Microsoft ID"), block,
                     hint=_("The partner's tenant id, where you know it.")),
        )  # fmt: skip

    async def make_plan(self, values: Mapping[str, str]) -> Plan:
        """Return the plan that adds or changes the partner."""
        return await self.desk.reader.aside(lambda: self._plan_of(values))

    def _plan_of(self, values: Mapping[str, str]) -> Plan:
        from partnerdesk.models.relationships.partners import (
            plan_add_partner,
            plan_edit_partner,
            read_partners,
        )

        account, by = self.account, self.desk.by()
        others = read_partners(self.desk.store, account.id)
        if self._partner is None:
            return plan_add_partner(account, values, others, by)
        return plan_edit_partner(account, self._partner, values, others, by)

    async def carried_out(self, outcome: Outcome) -> None:
        """Close the form, and show the result on the status line."""
        await self.shell.go_back()
        text = _("The partner is kept. It can be undone under g h.")
        self.shell.say(text if outcome.change_id else _("Nothing was changed."))

    async def conflict(self) -> None:
        """Take over another person's values in the fields that were not edited here."""
        from partnerdesk.models.relationships.partners import read_partner

        if self._partner is not None:
            try:
                partner, _own = await self.desk.aside(read_partner, self._partner.id or 0)
            except AppError as error:  # an undo removed the partner from the book
                self.fail(error)
                return
            self._partner = partner
            before, self._stored = self._stored, values_of(partner)
            for name, theirs in self._stored.items():
                if self.typed.get(name, "") == before[name]:
                    self.put(name, theirs)
        await super().conflict()


def values_of(partner: PartnerLink) -> dict[str, str]:
    """Return the stored values of a partner, by form field."""
    from partnerdesk.models.relationships.entities import PartnerRelation
    from partnerdesk.models.relationships.partners import KINDS

    relation = PartnerRelation(partner.relationship_type)
    signed = {True: "yes", False: "no", None: ""}
    return {
        "name": partner.name,
        "mpn_id": partner.mpn_id,
        "location": partner.location,
        "kind": next((word for word, kind in KINDS.items() if kind is relation), ""),
        "agreement_signed": signed[partner.agreement_signed],
        "microsoft_id": partner.microsoft_id,
    }
